package tocsin

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// meaning hashes what a document says, leaving out what is known to change
// from poll to poll without any news: the order of posts and details, OData
// annotations, the reader's own view point, and the poll's clock inside the
// detail FeatureStatusJson (86 % of the raw differences in recorded polls).
func meaning(kind Kind, id string, body []byte) (Hash, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return Hash{}, &Error{Kind: ErrInvalid, Field: string(kind), Message: "The document is no JSON object.", Cause: err}
	}
	for name := range object {
		if IsNoise(name) {
			delete(object, name)
		}
	}
	if posts, ok := object["posts"].([]any); ok {
		sortByText(posts)
	}
	if details, ok := object["details"].([]any); ok {
		for _, d := range details {
			quietDetail(d)
		}
		sortByText(details)
	}
	normal, err := json.Marshal(object)
	if err != nil {
		return Hash{}, fmt.Errorf("encode meaning: %w", err)
	}
	return HashOf(slices.Concat([]byte(kind), []byte{0}, []byte(id), []byte{0}, normal)), nil
}

// IsNoise reports whether a member of a document says nothing about the item:
// the reader's own view point and annotations of the transport.
func IsNoise(name string) bool {
	return name == "viewPoint" || strings.Contains(name, "@odata.") || strings.HasSuffix(name, "@mediaReadLink")
}

// QuietDetail is the value of a detail without the poll's clock, so that two
// values that mean the same are equal.
func QuietDetail(name, value string) string {
	quiet, ok := quiet(name, value)
	if !ok {
		return value
	}
	text, err := json.Marshal(quiet)
	if err != nil {
		return value // not reachable: decoded JSON always encodes
	}
	return string(text)
}

// sortByText orders JSON values by their encoding. Posts start with
// createdDateTime there, since object members are encoded in order of name.
func sortByText(list []any) {
	keys := make(map[int]string, len(list))
	order := make([]int, len(list))
	for i, v := range list {
		text, _ := json.Marshal(v) // decoded JSON always encodes
		keys[i], order[i] = string(text), i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(keys[a], keys[b]) })
	sorted := make([]any, len(list))
	for i, from := range order {
		sorted[i] = list[from]
	}
	copy(list, sorted)
}

// quietDetail removes the poll's clock from the detail FeatureStatusJson.
func quietDetail(detail any) {
	d, ok := detail.(map[string]any)
	if !ok {
		return
	}
	name, _ := d["name"].(string)
	text, ok := d["value"].(string)
	if !ok {
		return
	}
	if value, ok := quiet(name, text); ok {
		d["value"] = value
	}
}

// quiet decodes the value of FeatureStatusJson, itself a JSON text keyed by
// roadmap id, and removes the poll's clock.
func quiet(name, text string) (any, bool) {
	var value any
	if name != "FeatureStatusJson" || json.Unmarshal([]byte(text), &value) != nil {
		return nil, false
	}
	return dropClock(value), true
}

func dropClock(value any) any {
	switch v := value.(type) {
	case map[string]any:
		delete(v, "LastUpdateTime")
		for name, inner := range v {
			v[name] = dropClock(inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = dropClock(inner)
		}
	}
	return value
}
