package post

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// A Member is a part of a document in Graph's wire form that differs between
// two states of it.
type Member struct {
	// Name is the member's name, such as "status" or "body"; of a named
	// detail, "details." and its name.
	Name string
	What Difference
	// Old and New are the values: texts as they are, other values as JSON, ""
	// for none. Of a body they are its plain text; compare them with [Words].
	// Lists have none.
	Old, New string
	// AddedItems and RemovedItems are what entered and left a list: tags and
	// services as they are, posts by their time.
	AddedItems, RemovedItems []string
}

// order is the order in which members are listed; others follow by name.
func order() []string {
	return []string{
		"title", "status", "isResolved", "classification", "category", "severity", "isMajorChange", "impactDescription",
		"service", "services", "feature", "featureGroup", "origin", "tags",
		"startDateTime", "endDateTime", "actionRequiredByDateTime", "lastModifiedDateTime", "hasAttachments", "body", "posts",
	}
}

// Members lists what differs between two documents of one kind in Graph's wire
// form, members that matter most first, details last. A member that is null
// counts as absent. What the provider's reader or poll adds is left out: the
// viewpoint, annotations, the clock in FeatureStatusJson and whether it is there
// at all; order and repetition. It fails with
// [tocsin.ErrInvalid] when one of them is no JSON object.
func Members(before, after []byte) ([]Member, error) {
	old, err := decode(before)
	if err != nil {
		return nil, err
	}
	newer, err := decode(after)
	if err != nil {
		return nil, err
	}
	var list []Member
	for name := range union(old, newer) {
		if m := member(name, old[name], newer[name]); m.What != Same && (m.What == Changed || !tocsin.ComesAndGoes(strings.TrimPrefix(name, "details."))) {
			list = append(list, m)
		}
	}
	rank := map[string]int{}
	for i, name := range order() {
		rank[name] = i - len(order())
	}
	slices.SortFunc(list, func(a, b Member) int {
		return cmp.Or(cmp.Compare(rank[a.Name], rank[b.Name]), cmp.Compare(a.Name, b.Name))
	})
	return list, nil
}

func union(a, b map[string]any) map[string]bool {
	names := make(map[string]bool, len(a))
	for name := range a {
		names[name] = true
	}
	for name := range b {
		names[name] = true
	}
	return names
}

// decode reads a document with its details as members of their own and
// without what is no part of its meaning.
func decode(body []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return nil, &tocsin.Error{Kind: tocsin.ErrInvalid, Field: "document", Message: "The document is no JSON object.", Cause: err}
	}
	details, _ := object["details"].([]any)
	delete(object, "details")
	for name, value := range object {
		if value == nil || tocsin.IsNoise(name) || strings.HasPrefix(name, "@tocsin.legacy") {
			delete(object, name)
		}
	}
	for name, values := range valuesOf(details) {
		object["details."+name] = strings.Join(values, "\n")
	}
	return object, nil
}

// valuesOf are the values of each named detail: some are given twice. Those of
// one name are in a fixed order, as theirs says nothing.
func valuesOf(details []any) map[string][]string {
	values := map[string][]string{}
	for _, d := range details {
		detail, _ := d.(map[string]any)
		name, _ := detail["name"].(string)
		value := tocsin.QuietDetail(name, written(detail["value"]))
		if n, found := slices.BinarySearch(values[name], value); name != "" && value != "" && !found {
			values[name] = slices.Insert(values[name], n, value)
		}
	}
	return values
}

func member(name string, old, newer any) Member {
	m := Member{Name: name, What: Changed}
	switch {
	case old == nil:
		m.What = Added
	case newer == nil:
		m.What = Removed
	}
	_, oldList := old.([]any)
	_, newList := newer.([]any)
	switch {
	case oldList || newList:
		m.AddedItems, m.RemovedItems = listed(name, newer, old), listed(name, old, newer)
		if len(m.AddedItems)+len(m.RemovedItems) == 0 {
			m.What = Same
		}
	case name == "body":
		m.Old, m.New = bodyText(old), bodyText(newer)
	default:
		m.Old, m.New = written(old), written(newer)
	}
	if !oldList && !newList && written(old) == written(newer) {
		m.What = Same
	}
	return m
}

func bodyText(v any) string {
	body, _ := v.(map[string]any)
	content, _ := body["content"].(string)
	contentType, _ := body["contentType"].(string)
	return Text(content, contentType)
}

// listed are the items of list that other does not have, each once.
func listed(name string, list, other any) []string {
	has := map[string]bool{}
	items, _ := other.([]any)
	for _, item := range items {
		has[written(item)] = true
	}
	items, _ = list.([]any)
	var missing []string
	for _, item := range items {
		if text := written(item); !has[text] {
			has[text] = true
			missing = append(missing, itemName(name, item, text))
		}
	}
	return missing
}

// itemName is how an item of a list is called: a post by its time.
func itemName(name string, item any, text string) string {
	if post, ok := item.(map[string]any); ok && name == "posts" {
		if created, ok := post["createdDateTime"].(string); ok {
			return created
		}
	}
	return text
}

// written is a value as text.
func written(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v) // not reachable with decoded JSON
	}
	return string(text)
}
