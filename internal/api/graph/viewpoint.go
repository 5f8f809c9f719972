package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/tocsin"
)

// viewpoints keeps how people marked messages.
type viewpoints interface {
	// Viewpoints are the marks of one person of a tenant, by message id.
	Viewpoints(ctx context.Context, tenantID, subject string) (map[string]tocsin.Viewpoint, error)
	// SetViewpoints changes the marks of some messages, all or none of them.
	SetViewpoints(ctx context.Context, tenantID, subject string, ids []string, now time.Time, change func(tocsin.Viewpoint) tocsin.Viewpoint) error
}

// maxMarked bounds how many messages one action marks. Clients send 50.
const maxMarked = 1000

// actions are the names of the actions on messages.
func actions() []string {
	return []string{"archive", "favorite", "markRead", "markUnread", "unarchive", "unfavorite"}
}

// actionOf finds the action that a segment names.
func actionOf(segment string) (string, bool) {
	for _, name := range actions() {
		if isName(segment, name) {
			return name, true
		}
	}
	return "", false
}

// marked is v after an action.
func marked(action string, v tocsin.Viewpoint) tocsin.Viewpoint {
	switch action {
	case "archive", "unarchive":
		v.Archived = action == "archive"
	case "favorite", "unfavorite":
		v.Favorited = action == "favorite"
	default:
		v.Read = action == "markRead"
	}
	return v
}

// viewpoints are the marks of the person who asks, nil for programs.
func (x *exchange) viewpoints() (map[string]tocsin.Viewpoint, error) {
	if x.api.viewpoints == nil || !x.identity.Delegated || x.viewCache != nil {
		return x.viewCache, nil
	}
	views, err := x.api.viewpoints.Viewpoints(x.ctx, x.identity.TenantID, x.identity.Subject)
	if err != nil {
		return nil, err
	}
	if views == nil {
		views = map[string]tocsin.Viewpoint{}
	}
	x.viewCache = views
	return views, nil
}

// withViewpoint is e with the marks of a person.
func withViewpoint(e *entity, v tocsin.Viewpoint) *entity {
	value := fmt.Appendf(nil, `{"isArchived":%t,"isRead":%t,"isFavorited":%t}`, v.Archived, v.Read, v.Favorited)
	place := e.spans[messageViewpoint]
	grown := int32(len(value)) - (place.end - place.colon - 1)
	out := &entity{json: slices.Concat(e.json[:place.colon+1], value, e.json[place.end:]), spans: slices.Clone(e.spans)}
	for i, s := range out.spans {
		if s.start > place.start {
			out.spans[i] = span{s.start + grown, s.colon + grown, s.end + grown}
		}
	}
	out.spans[messageViewpoint].end += grown
	out.sum = httpserver.DigestOf(out.json)
	return out
}

// mark answers an action on messages.
func (x *exchange) mark() error {
	if err := x.formatOnly(); err != nil {
		return err
	}
	var body struct {
		MessageIDs []string `json:"messageIds"`
	}
	if err := x.readJSON(&body); err != nil {
		return err
	}
	switch {
	case len(body.MessageIDs) == 0:
		return failf(http.StatusBadRequest, "messageIds names no message.")
	case len(body.MessageIDs) > maxMarked:
		return failf(http.StatusBadRequest, "messageIds names more than %d messages.", maxMarked)
	}
	ids := make([]string, 0, len(body.MessageIDs))
	for _, id := range body.MessageIDs {
		row, ok := x.snapshot.Message(id)
		if !ok {
			return notFound("message")
		}
		ids = append(ids, row.ID)
	}
	if x.api.viewpoints == nil {
		return failf(http.StatusNotImplemented, "Marks of messages are not kept here.")
	}
	change := func(v tocsin.Viewpoint) tocsin.Viewpoint { return marked(x.to.action, v) }
	if err := x.api.viewpoints.SetViewpoints(x.ctx, x.identity.TenantID, x.identity.Subject, ids, x.now(), change); err != nil {
		return err
	}
	to := []byte{'{'}
	if x.level != odata.MetadataNone {
		to = append(to, `"@odata.context":`...)
		to = append(appendString(to, x.context("#Edm.Boolean")), ',')
	}
	return x.replyJSON(append(to, `"value":true}`...))
}

// maxBody bounds what is read of a body, in bytes.
const maxBody = 1 << 20

// readJSON reads the body of a request as one JSON object.
func (x *exchange) readJSON(into any) error {
	mediaType, _, err := mime.ParseMediaType(x.header.Get("Content-Type"))
	if err != nil || mediaType != "application/json" {
		return failf(http.StatusUnsupportedMediaType, "Send the body as application/json.")
	}
	body, err := io.ReadAll(io.LimitReader(x.body, maxBody+1))
	if err != nil {
		if f := failureOf(err); f.status == http.StatusRequestEntityTooLarge {
			return failf(f.status, "The body is too large.")
		}
		return failf(http.StatusBadRequest, "The body could not be read.")
	}
	if len(body) > maxBody {
		return failf(http.StatusRequestEntityTooLarge, "The body is too large.")
	}
	if !strings.HasPrefix(strings.TrimLeft(string(body[:min(len(body), 64)]), " \t\r\n"), "{") {
		return failf(http.StatusBadRequest, "The body is no JSON object.")
	}
	if err := json.Unmarshal(body, into); err != nil {
		return &tocsin.Error{Kind: tocsin.ErrInvalid, Message: "The body is no JSON object of the right form.", Cause: err}
	}
	return nil
}
