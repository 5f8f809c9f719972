package graph

import (
	"net/url"
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/odata"
)

// A kind says what a path leads to.
type kind uint8

const (
	kindService   kind = iota + 1 // the service document
	kindMetadata                  // $metadata
	kindBatch                     // $batch
	kindAdmin                     // the singleton
	kindContainer                 // admin/serviceAnnouncement
	kindList
	kindCount
	kindItem
	kindReport      // incidentReport of an issue
	kindAttachments // of a message, and what lies below
	kindArchive     // attachmentsArchive of a message
	kindAction
	kindProperty // of an item, or of what has no list
)

// Names of the lists and where they lie.
const (
	root          = "admin/serviceAnnouncement"
	container     = "serviceAnnouncement"
	listOverviews = "healthOverviews"
	listIssues    = "issues"
	listMessages  = "messages"
)

// A target is what a path leads to.
type target struct {
	kind    kind
	version string   // "v1.0" or "beta"
	list    string   // of kindList, kindCount, kindItem and what lies below an item
	key     string   // of the item
	service string   // the overview that a list of issues lies below; empty for none
	action  string   // of kindAction
	below   []string // of kindAttachments: id of the attachment, "content", "$count"; of kindProperty: the path from the item
}

// permission is what the caller needs.
func (t target) permission() access.Permission {
	switch {
	case t.list == listMessages:
		return access.ReadMessages
	case t.list != "":
		return access.ReadHealth
	}
	return access.SignedIn
}

// counts reports whether the answer is a number, which is sent as plain text.
func (t target) counts() bool {
	if t.kind != kindAttachments && t.kind != kindProperty || len(t.below) == 0 {
		return t.kind == kindCount
	}
	last := t.below[len(t.below)-1]
	return last == "$count" || last == "$value" && t.kind == kindProperty
}

func (t target) method() string {
	if t.kind == kindBatch || t.kind == kindAction {
		return "POST"
	}
	return "GET"
}

// resolve finds what a path leads to, as it was sent: with escapes, without
// the query. Names match in any case, keys are left to their lists.
func resolve(path string) (target, bool) {
	segments, ok := split(path)
	if !ok || len(segments) == 0 {
		return target{}, false
	}
	t := target{}
	switch {
	case strings.EqualFold(segments[0], "v1.0"):
		t.version = "v1.0"
	case strings.EqualFold(segments[0], "beta"):
		t.version = "beta"
	default:
		return target{}, false
	}
	return t.from(segments[1:])
}

// split cuts a path into decoded segments. One slash at the end is tolerated,
// as one client sends it; empty and dot segments, escaped separators and
// control characters are in no path of ours.
func split(path string) ([]string, bool) {
	path = strings.TrimSuffix(strings.TrimPrefix(path, "/"), "/")
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		text, err := url.PathUnescape(segment)
		if err != nil || text == "" || text == "." || text == ".." || len(text) > 400 {
			return nil, false
		}
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' || r == '/' || r == '\\' }) {
			return nil, false
		}
		segments[i] = text
	}
	return segments, true
}

func (t target) from(rest []string) (target, bool) {
	switch {
	case len(rest) == 0:
		t.kind = kindService
		return t, true
	case len(rest) == 1 && strings.EqualFold(rest[0], "$metadata"):
		t.kind = kindMetadata
		return t, true
	case len(rest) == 1 && strings.EqualFold(rest[0], "$batch"):
		t.kind = kindBatch
		return t, true
	case !strings.EqualFold(rest[0], "admin"):
		return t, false
	case len(rest) == 1:
		t.kind = kindAdmin
		return t, true
	case !strings.EqualFold(rest[1], "serviceAnnouncement"):
		return t.inProperty(rest[1:])
	case len(rest) == 2:
		t.kind, t.key = kindContainer, container
		return t, true
	}
	t.key = container
	if strings.EqualFold(rest[2], "id") {
		return t.inProperty(rest[2:])
	}
	t.key = ""
	return t.inList(rest[2:])
}

// inList reads `issues`, `issues/EX1`, `issues('EX1')` and what follows.
func (t target) inList(rest []string) (target, bool) {
	name, key, keyed, ok := call(rest[0])
	if !ok {
		return t, false
	}
	for _, list := range []string{listOverviews, listIssues, listMessages} {
		if strings.EqualFold(name, list) {
			t.list = list
		}
	}
	rest = rest[1:]
	switch {
	case t.list == "":
		return t, false
	case keyed:
		return t.inItem(key, rest)
	case len(rest) == 0:
		t.kind = kindList
		return t, true
	case len(rest) == 1 && strings.EqualFold(rest[0], "$count"):
		t.kind = kindCount
		return t, true
	}
	if action, ok := actionOf(rest[0]); ok && t.list == listMessages && len(rest) == 1 {
		t.kind, t.action = kindAction, action
		return t, true
	}
	return t.inItem(rest[0], rest[1:])
}

func (t target) inItem(key string, rest []string) (target, bool) {
	t.kind, t.key = kindItem, key
	if key == "" || strings.HasPrefix(key, "$") {
		return t, false
	}
	if len(rest) == 0 {
		return t, true
	}
	name := strings.TrimSuffix(rest[0], "()")
	switch {
	case t.list == listOverviews && t.service == "":
		list, _, _, _ := call(rest[0])
		if !strings.EqualFold(list, listIssues) {
			return t.inProperty(rest)
		}
		t.service, t.key = key, ""
		return t.inList(rest)
	case t.list == listIssues && len(rest) == 1 && isName(name, "incidentReport"):
		t.kind = kindReport
		return t, true
	case t.list == listMessages && len(rest) == 1 && strings.EqualFold(rest[0], "attachmentsArchive"):
		t.kind = kindArchive
		return t, true
	case t.list == listMessages && isAttachments(rest[0]):
		return t.inAttachments(rest)
	}
	return t.inProperty(rest)
}

// inProperty reads the path of a property from its item on: `posts`, `title`,
// `body/content/$value`, `services/$count`.
func (t target) inProperty(path []string) (target, bool) {
	t.kind, t.below = kindProperty, path
	for i, segment := range path {
		if strings.HasPrefix(segment, "$") && (i == 0 || i < len(path)-1 || segment != "$count" && segment != "$value") {
			return t, false
		}
	}
	return t, len(path) <= 4
}

func isAttachments(segment string) bool {
	name, _, _, _ := call(segment)
	return strings.EqualFold(name, "attachments")
}

// inAttachments reads `attachments`, `attachments/{id}`, and below it
// `content` or another property.
func (t target) inAttachments(rest []string) (target, bool) {
	_, key, keyed, ok := call(rest[0])
	if !ok {
		return t, false
	}
	t.kind, t.below = kindAttachments, rest[1:]
	if keyed {
		t.below = append([]string{key}, t.below...)
	}
	switch len(t.below) {
	case 0, 1:
		return t, true
	case 2:
		return t, t.below[1] != "$count"
	case 3:
		return t, t.below[2] == "$value" && !strings.HasPrefix(t.below[1], "$")
	}
	return t, false
}

// call reads `name` and `name('key')` or `name(id='key')`.
func call(segment string) (name, key string, keyed, ok bool) {
	return odata.SplitKey(segment, "id", true)
}

// isName compares the name of an operation, which may have its namespace.
func isName(segment, name string) bool {
	const namespace = "microsoft.graph."
	if len(segment) > len(namespace) && strings.EqualFold(segment[:len(namespace)], namespace) {
		segment = segment[len(namespace):]
	}
	return strings.EqualFold(segment, name)
}
