package tocsin

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// A Kind says what a document describes.
type Kind string

// The kinds of documents.
const (
	KindService  Kind = "service"  // a service and its features, when the source lists them
	KindOverview Kind = "overview" // the current status of one service
	KindIssue    Kind = "issue"
	KindMessage  Kind = "message"
)

// KindSource is of changes alone: a source of the tenant turned stale or came
// back. It has no documents.
const KindSource Kind = "source"

// Kinds of changes alone: an incident that the desk handles, by its number, a step of
// its runbook, such as 12/announcement or 12/updates/3, and a support request, by its
// number in the tenant. None has documents: what is written down of them is in their
// room, or in their thread.
const (
	KindIncident Kind = "incident"
	KindStep     Kind = "step"
	KindRequest  Kind = "request"
)

// Valid reports whether k is one of the kinds.
func (k Kind) Valid() bool {
	return k == KindService || k == KindOverview || k == KindIssue || k == KindMessage
}

// A Hash is a SHA-256 sum.
type Hash [sha256.Size]byte

// HashOf is the hash of b.
func HashOf(b []byte) Hash { return sha256.Sum256(b) }

// String is the hash in lower-case hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// A Document is one state of an item as it was received: a JSON object in
// Graph's wire form. Equal bytes are stored once, whoever sent them.
type Document struct {
	Kind    Kind
	ID      string  // the provider's id: "EX123456", "MC123456", or a service id such as "Exchange"
	Body    []byte  // the JSON object as received
	Hash    Hash    // of Body
	Wording Hash    // of the body without noise; of equal ones the first is kept
	Meaning Meaning // equal meaning is no new version
	Facts   Facts
	Doubts  Doubts // what of the body could not be read

	content any // the body as it was decoded; see [Document.Content]
}

// Content is the [Issue] or [Message] that [ReadDocument] has decoded the body
// to, nil for other kinds and for documents of which only the bytes are known.
// Do not change what it points to.
func (d Document) Content() any { return d.content }

// Facts are the parts of a document that lists are filtered and sorted by.
type Facts struct {
	Title      string
	Service    string    // display name; of a message, names joined by new lines
	ServiceID  string    // workload id, such as "Exchange"; empty for messages
	Feature    string    // of an issue, such as "Access"
	FeatureSet string    // of an issue, its feature group, such as "E-Mail and calendar access"
	Status     Status    // of an issue or overview
	Class      string    // classification of an issue, category of a message
	StartAt    time.Time // zero when the provider gave none
	EndAt      time.Time // zero while open
	ModifiedAt time.Time // the provider's own time of this state
	Files      bool      // it says that files belong to it: attachments, or a published review
	Private    bool      // a message about data privacy
}

// ReadDocument takes one JSON object in Graph's wire form and finds out what
// it says. It fails with [ErrInvalid] when the body is no JSON object of UTF-8,
// names no id, or has a member of another type than it should; [Unread] then
// tells what can be told of it.
func ReadDocument(kind Kind, body []byte) (Document, error) {
	if !utf8.Valid(body) {
		return Document{}, Invalidf(string(kind), "The document is not UTF-8.")
	}
	doc := Document{Kind: kind, Body: body, Hash: HashOf(body)}
	var err error
	switch kind {
	case KindIssue:
		var issue Issue
		if err = issue.UnmarshalJSON(body); err == nil {
			doc.ID, doc.Facts, doc.Doubts, doc.content = issue.ID, issue.Facts(), issue.Doubts, issue
		}
	case KindMessage:
		var message Message
		if err = message.UnmarshalJSON(body); err == nil {
			doc.ID, doc.Facts, doc.Doubts, doc.content = message.ID, message.Facts(), message.Doubts, message
		}
	case KindOverview:
		var overview Overview
		if err = json.Unmarshal(body, &overview); err == nil {
			doc.ID, doc.Facts = overview.ServiceID, overview.Facts()
		}
	case KindService:
		var service Service
		if err = json.Unmarshal(body, &service); err == nil {
			doc.ID, doc.Facts = service.ID, Facts{Title: service.Name, Service: service.Name, ServiceID: service.ID}
		}
	default:
		return Document{}, Invalidf("kind", "%q is no kind of document.", Clip(string(kind), 40))
	}
	if err != nil {
		return Document{}, &Error{Kind: ErrInvalid, Field: string(kind), Message: "The document is not valid.", Cause: err}
	}
	if err := checkID(doc.ID); err != nil {
		return Document{}, err
	}
	doc.Wording, doc.Meaning, err = understand(kind, doc.ID, body)
	if err != nil {
		return Document{}, fmt.Errorf("read %s %s: %w", kind, doc.ID, err)
	}
	return doc, nil
}

// NewDocument encodes v, a [Service], [Overview], [Issue] or [Message], and
// reads it back.
func NewDocument(v any) (Document, error) {
	var kind Kind
	switch v.(type) {
	case Service:
		kind = KindService
	case Overview:
		kind = KindOverview
	case Issue:
		kind = KindIssue
	case Message:
		kind = KindMessage
	default:
		return Document{}, Invalidf("kind", "%T is no document.", v)
	}
	body, err := json.Marshal(v)
	if err != nil {
		return Document{}, fmt.Errorf("encode %s: %w", kind, err)
	}
	doc, err := ReadDocument(kind, body)
	switch v := v.(type) { // what could not be read is no longer in the body
	case Issue:
		doc.Doubts = v.Doubts
	case Message:
		doc.Doubts = v.Doubts
	}
	return doc, err
}

// SeemsNotice reports whether an id looks like one of an issue or message, with
// at least so many digits: two to four capital letters, then digits, such as
// EX123456. None of the provider's services has such an id.
func SeemsNotice(id string, digits int) bool {
	name := strings.TrimRight(id, "0123456789")
	n := len(id) - len(name)
	return len(name) >= 2 && len(name) <= 4 && n >= digits && n <= 9 && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// NoticeDigits is how many digits the provider's ids of issues and messages
// have at least. What somebody calls a service may have fewer.
const NoticeDigits = 5

// maxID is the longest id that is stored, in bytes. Providers use up to 30.
const maxID = 200

func checkID(id string) error {
	if id == "" {
		return Invalidf("id", "The document names no id.")
	}
	if len(id) > maxID {
		return Invalidf("id", "The id %q is longer than %d bytes.", Clip(id, 40), maxID)
	}
	for _, r := range id {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			return Invalidf("id", "The id %q holds a control character.", Clip(id, 40))
		}
	}
	return nil
}
