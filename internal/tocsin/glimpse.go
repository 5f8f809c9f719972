package tocsin

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// Unread describes an element of a list that cannot be read because of cause:
// why, and as much of whom it is about as can be told from its bytes, which
// may be anything. The element is in the form of either API.
func Unread(kind Kind, body []byte, cause error) Unreadable {
	u := Unreadable{Kind: kind, Body: body}
	u.Reason, u.Member = reasonOf(body, cause)
	m := glimpse(body)
	name := cmp.Or(m["service"], m["workloaddisplayname"])
	switch kind {
	case KindOverview:
		if u.ID = cmp.Or(m["workload"], m["id"]); SeemsNotice(u.ID, 1) {
			u.ID = "" // of something else: no service has it
		}
		if u.ID == "" && name != "" {
			u.ID, _ = ServiceIDOf(name)
		}
		u.Service, u.ServiceID = name, u.ID
	case KindService:
		u.ID = m["id"]
		u.Service, u.ServiceID = m["displayname"], u.ID
	case KindIssue:
		u.ID, u.Service, u.ServiceID = m["id"], name, cmp.Or(m["@tocsin.serviceid"], m["workload"])
		if id, known := ServiceIDOf(name); known && u.ServiceID == "" {
			u.ServiceID = id
		}
	default:
		u.ID = m["id"]
	}
	if checkID(u.ID) != nil {
		u.ID = ""
	}
	return u
}

// SeemsMessage reports whether an element of the legacy API's one list of
// notices that cannot be read is a message-center post, as far as can be told.
func SeemsMessage(body []byte) bool {
	m := glimpse(body)
	return strings.EqualFold(m["messagetype"], "MessageCenter") || m["messagetype"] == "" && strings.HasPrefix(m["id"], "MC")
}

// reasonOf says why an element cannot be read, and which member is odd.
func reasonOf(body []byte, cause error) (UnreadableReason, string) {
	trimmed := bytes.TrimLeft(body, " \t\r\n")
	if !utf8.Valid(body) {
		return UnreadableText, ""
	}
	if len(trimmed) == 0 || trimmed[0] != '{' {
		return UnreadableForm, ""
	}
	if odd, ok := errors.AsType[*json.UnmarshalTypeError](cause); ok {
		return UnreadableMember, Clip(strings.TrimPrefix(odd.Field, "wireBase."), 100)
	}
	if e, ok := errors.AsType[*Error](cause); ok && e.Field == "id" {
		return UnreadableID, "id"
	}
	return UnreadableSyntax, ""
}

// glimpse finds the members of an object that are texts, by lower-case name,
// in bytes that need not be JSON: it looks for quotes and brackets only. What
// is named twice with different values, or is no sound text, is not told.
func glimpse(body []byte) map[string]string {
	found, spoilt := map[string]string{}, map[string]bool{}
	eachMember(body, func(name, value []byte) {
		key, ok := textOf(name)
		if !ok {
			return
		}
		key = strings.ToLower(key)
		text, ok := textOf(value)
		before, twice := found[key]
		if !ok || twice && before != text {
			spoilt[key] = true
		}
		found[key] = text
	})
	for key := range spoilt {
		delete(found, key)
	}
	return found
}

// textOf is a JSON text of sound UTF-8 without its quotes.
func textOf(quoted []byte) (text string, ok bool) {
	if len(quoted) < 2 || quoted[0] != '"' || !utf8.Valid(quoted) {
		return "", false
	}
	return text, json.Unmarshal(quoted, &text) == nil
}

// eachMember calls visit with the bytes of each member of an object, as far as
// one is to be seen.
func eachMember(body []byte, visit func(name, value []byte)) {
	depth, start := 0, 0
	var name []byte
	end := func(at int) {
		if name != nil {
			visit(name, bytes.Trim(body[start:at], " \t\r\n"))
		}
		name, start = nil, at+1
	}
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '"':
			i = endOfText(body, i)
		case c == '{' || c == '[':
			if depth++; depth == 1 {
				start = i + 1
			}
		case c == '}' || c == ']':
			if depth == 1 {
				end(i)
			}
			depth--
		case c == ':' && depth == 1 && name == nil:
			name, start = bytes.Trim(body[start:i], " \t\r\n"), i+1
		case c == ',' && depth == 1:
			end(i)
		}
	}
}

// endOfText is the place of the quote that ends the text that starts at i, or
// the last byte.
func endOfText(body []byte, i int) int {
	for i++; i < len(body); i++ {
		switch body[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(body) - 1
}
