package graph

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/tocsin"
)

// An entity is one encoded JSON object. It knows where each member lies, so
// that a selection is joined from its bytes. It is never changed.
type entity struct {
	json  []byte
	spans []span            // by property index; of `"name":value`
	sum   httpserver.Digest // of json

	key    entityKey         // under which it is kept; 0 for one that is not
	asked  bool              // for a compressed page, once
	packed *httpserver.Piece // json behind a comma; nil for one that was not asked for again
}

type span struct{ start, colon, end int32 }

// member is `"name":value` of the property.
func (e *entity) member(prop int) []byte { return e.json[e.spans[prop].start:e.spans[prop].end] }

// members appends some members behind each other.
func (e *entity) members(to []byte, props []int) []byte {
	for i, prop := range props {
		if i > 0 {
			to = append(to, ',')
		}
		to = append(to, e.member(prop)...)
	}
	return to
}

// value is the encoded value of the property.
func (e *entity) value(prop int) []byte { return e.json[e.spans[prop].colon+1 : e.spans[prop].end] }

// An encoder builds an entity member by member.
type encoder struct {
	entity
	unknown bool // keep enum values that are not published
}

func newEncoder(props int, unknown bool) *encoder {
	return &encoder{entity: entity{json: []byte{'{'}, spans: make([]span, props)}, unknown: unknown}
}

// set adds a member; write appends its value.
func (e *encoder) set(prop int, name string, write func(to []byte) []byte) {
	if len(e.json) > 1 {
		e.json = append(e.json, ',')
	}
	s := span{start: int32(len(e.json))}
	e.json = appendString(e.json, name)
	s.colon = int32(len(e.json))
	e.json = write(append(e.json, ':'))
	s.end = int32(len(e.json))
	e.spans[prop] = s
}

func (e *encoder) text(prop int, name, value string) {
	e.set(prop, name, func(to []byte) []byte { return appendString(to, value) })
}

// textOrNull writes nothing said as null.
func (e *encoder) textOrNull(prop int, name, value string) {
	e.set(prop, name, func(to []byte) []byte {
		if value == "" {
			return append(to, "null"...)
		}
		return appendString(to, value)
	})
}

func (e *encoder) flag(prop int, name string, value bool) {
	e.set(prop, name, func(to []byte) []byte { return strconv.AppendBool(to, value) })
}

func (e *encoder) instant(prop int, name string, value time.Time) {
	e.set(prop, name, func(to []byte) []byte { return appendInstant(to, value) })
}

func (e *encoder) enum(prop int, name string, of *odata.Enum, value string) {
	e.text(prop, name, published(of, value, e.unknown))
}

func (e *encoder) texts(prop int, name string, list []string) {
	e.set(prop, name, func(to []byte) []byte { return appendList(to, list, appendString) })
}

func (e *encoder) done() *entity {
	json := slices.Clip(append(e.json, '}'))
	return &entity{json: json, spans: e.spans, sum: httpserver.DigestOf(json)}
}

// published is value, or the stand-in for values that the enum does not have.
func published(of *odata.Enum, value string, unknown bool) string {
	for _, m := range of.Members {
		if m.Name == value {
			return m.Name
		}
	}
	if unknown && value != "" {
		return value
	}
	return unknownMember
}

func appendString(to []byte, text string) []byte {
	plain := true
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			plain = false
			break
		}
	}
	if plain {
		to = append(to, '"')
		to = append(to, text...)
		return append(to, '"')
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false) // as upstream: "<" and "&" stay readable
	_ = encoder.Encode(text)     // a string always encodes
	return append(to, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}

func appendInstant(to []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(to, "null"...)
	}
	to = append(to, '"')
	to = t.UTC().AppendFormat(to, time.RFC3339Nano)
	return append(to, '"')
}

func appendList[T any](to []byte, list []T, item func([]byte, T) []byte) []byte {
	to = append(to, '[')
	for i, v := range list {
		if i > 0 {
			to = append(to, ',')
		}
		to = item(to, v)
	}
	return append(to, ']')
}

func appendDetail(to []byte, d tocsin.Detail) []byte {
	to = appendString(append(to, `{"name":`...), d.Name)
	to = appendString(append(to, `,"value":`...), d.Value)
	return append(to, '}')
}

// appendBody writes an itemBody.
func appendBody(to []byte, contentType, content string) []byte {
	to = appendString(append(to, `{"contentType":`...), contentTypeOf(contentType))
	to = appendString(append(to, `,"content":`...), content)
	return append(to, '}')
}

func (e *encoder) base(start, end, modified time.Time, title, id string) {
	e.instant(propStart, "startDateTime", start)
	e.instant(propEnd, "endDateTime", end)
	e.instant(propModified, "lastModifiedDateTime", modified)
	e.text(propTitle, "title", title)
	e.text(propID, "id", id)
}

func (e *encoder) details(list []tocsin.Detail) {
	e.set(propDetails, "details", func(to []byte) []byte { return appendList(to, list, appendDetail) })
}

// encodeIssue writes an issue in the order of [issueOrder]. Posts are
// ascending already.
func encodeIssue(of enums, i *tocsin.Issue, unknown bool) *entity {
	e := newEncoder(issueProps, unknown)
	e.base(i.StartAt, i.EndAt, i.ModifiedAt, i.Title, i.ID)
	e.text(issueImpact, "impactDescription", i.Impact)
	e.enum(issueClass, "classification", of.class, classOf(i.Classification, i.Legacy == nil))
	e.enum(issueOrigin, "origin", of.origin, i.Origin)
	e.enum(issueStatus, "status", of.status, string(i.Status))
	e.text(issueService, "service", i.Service)
	e.textOrNull(issueFeature, "feature", i.Feature)
	e.textOrNull(issueFeatureGroup, "featureGroup", i.FeatureGroup)
	e.flag(issueResolved, "isResolved", i.Resolved)
	e.details(i.Details)
	e.set(issuePosts, "posts", func(to []byte) []byte {
		return appendList(to, i.Posts, func(to []byte, p tocsin.Post) []byte {
			to = appendInstant(append(to, `{"createdDateTime":`...), p.CreatedAt)
			to = append(to, `,"postType":`...)
			if p.Type == "" {
				to = append(to, "null"...)
			} else {
				to = appendString(to, published(of.post, p.Type, unknown))
			}
			to = appendBody(append(to, `,"description":`...), p.ContentType, p.Content)
			return append(to, '}')
		})
	})
	return e.done()
}

// encodeMessage writes a message in the order of [messageOrder], as programs
// see it: the view point is a person's and null for them.
func encodeMessage(of enums, m *tocsin.Message, unknown bool) *entity {
	e := newEncoder(messageProps, unknown)
	e.base(m.StartAt, m.EndAt, m.ModifiedAt, m.Title, m.ID)
	e.enum(messageCategory, "category", of.category, m.Category)
	e.enum(messageSeverity, "severity", of.severity, m.Severity)
	e.texts(messageTags, "tags", m.Tags)
	e.flag(messageMajor, "isMajorChange", m.MajorChange)
	e.instant(messageActionBy, "actionRequiredByDateTime", m.ActionRequiredBy)
	e.texts(messageServices, "services", m.Services)
	e.flag(messageHasAttachments, "hasAttachments", m.HasAttachments)
	e.set(messageViewpoint, "viewPoint", func(to []byte) []byte { return append(to, "null"...) })
	e.details(m.Details)
	e.set(messageBody, "body", func(to []byte) []byte { return appendBody(to, m.ContentType, m.Content) })
	return e.done()
}

// encodeOverview writes an overview in the order of [overviewOrder]. A service
// whose status nobody told has an unknown one, never a good one.
func encodeOverview(of enums, id, service string, status tocsin.Status, unknown bool) *entity {
	e := newEncoder(overviewProps, unknown)
	e.text(propID, "id", id)
	e.text(overviewService, "service", service)
	e.enum(overviewStatus, "status", of.status, string(status))
	return e.done()
}
