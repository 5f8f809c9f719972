package tocsin

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// A Meaning is what a document says about its item, without what is known to
// change from poll to poll with no news in it. Two documents of one item with
// the same meaning are one version.
type Meaning struct {
	Core    Hash // all but the roll-out
	Rollout Hash // what the detail FeatureStatusJson says, the zero hash without it
}

// Same reports whether two documents of one item mean the same. The real
// service drops and returns FeatureStatusJson under one time stamp: a document
// without it agrees with what another one says there.
func (m Meaning) Same(other Meaning) bool {
	return m.Core == other.Core && (m.Rollout == other.Rollout || m.Rollout == Hash{} || other.Rollout == Hash{})
}

// reading is a document on its way from its bytes to its meaning.
type reading struct {
	kind   Kind
	id     string
	object map[string]any
}

// understand finds the wording and the meaning of a document.
//
// The wording leaves out what never says anything: the order of posts and
// details, OData annotations, the reader's own view point, and the poll's clock
// inside FeatureStatusJson (86 % of the raw differences in recorded polls). Of
// documents with one wording the first is kept.
//
// The meaning leaves out besides: the order and the repetition of whatever a
// list holds, also inside of details that are JSON texts, and how such a text
// is written. Of what was read in the legacy form it is that of the legacy
// object, whatever we make of it.
func understand(kind Kind, id string, body []byte) (wording Hash, meaning Meaning, err error) {
	r := reading{kind: kind, id: id}
	var ok bool
	if r.object, ok = decodeObject(body); !ok {
		return Hash{}, Meaning{}, Invalidf(string(kind), "The document is no JSON object.")
	}
	repeated := r.quieten()
	if wording, err = r.hash(r.object); err != nil {
		return Hash{}, Meaning{}, err
	}
	rollout, changed := r.settle(repeated)
	meaning.Core = wording
	if changed || repeated {
		meaning.Core, err = r.hash(r.object)
	}
	if err == nil && len(rollout) > 0 {
		meaning.Rollout, err = r.hash(rollout)
	}
	return wording, meaning, err
}

func (r *reading) hash(v any) (Hash, error) {
	text := slices.Concat([]byte(r.kind), []byte{0}, []byte(r.id), []byte{0})
	text, err := appendJSON(text, v)
	if err != nil {
		return Hash{}, fmt.Errorf("encode meaning: %w", err)
	}
	return HashOf(text), nil
}

// quieten brings the object to its wording. It reports whether a post or a
// detail stands there twice.
func (r *reading) quieten() (repeated bool) {
	for name := range r.object {
		if IsNoise(name) {
			delete(r.object, name)
		}
	}
	if posts, ok := r.object["posts"].([]any); ok {
		_, repeated = sortByText(posts)
	}
	if details, ok := r.object["details"].([]any); ok {
		for _, d := range details {
			quietDetail(d)
		}
		_, twice := sortByText(details)
		repeated = repeated || twice
	}
	return repeated
}

// settle brings the wording to the meaning, without the roll-out. It reports
// whether that changed anything. Posts are in order by then; repeated tells
// whether one may stand there twice.
func (r *reading) settle(repeated bool) (rollout []any, changed bool) {
	if legacy, ok := r.object["@tocsin.legacy"].(map[string]any); ok {
		r.object, changed = legacy, true
		delete(legacy, "IsRead") // a reader's view point
		delete(legacy, "IsDismissed")
	}
	for name, value := range r.object {
		differs := false
		switch {
		case name == "details" || name == "AdditionalDetails":
			list, ok := value.([]any)
			if !ok && value != nil {
				continue
			}
			var told []any
			r.object[name], told, differs = settledDetails(list)
			rollout, differs = append(rollout, told...), differs || !ok
		case name == "posts":
			if list, ok := value.([]any); ok && repeated {
				r.object[name], _ = compacted(list)
			}
		default:
			r.object[name], differs = settled(value)
		}
		changed = changed || differs
	}
	rollout, _ = compacted(rollout)
	return rollout, changed
}

// settledDetails are details with their JSON texts as values, each once, and
// those that tell the roll-out apart.
func settledDetails(details []any) (rest, rollout []any, changed bool) {
	rest = make([]any, 0, len(details))
	for _, d := range details {
		detail, _ := d.(map[string]any)
		for name, value := range detail {
			if text, ok := value.(string); ok && strings.EqualFold(name, "value") {
				value, ok = decoded(text)
				if !ok {
					continue
				}
				changed = true
			}
			differs := false
			detail[name], differs = settled(value)
			changed = changed || differs
		}
		if value, ok := rolloutIn(detail); ok {
			rollout, changed = append(rollout, value), true
			continue
		}
		rest = append(rest, d)
	}
	rest, differs := compacted(rest)
	return rest, rollout, changed || differs
}

// rolloutIn is what a detail says of a roll-out, in Graph's form or the legacy
// one.
func rolloutIn(detail map[string]any) (value any, ok bool) {
	switch featureStatus {
	case detail["name"]:
		return dropClock(detail["value"]), true
	case detail["Name"]:
		return dropClock(detail["Value"]), true
	}
	return nil, false
}

// featureStatus is the detail that tells how far the roll-out of a feature is:
// a JSON text keyed by roadmap id.
const featureStatus = "FeatureStatusJson"

// settled is a value in which order and repetition say nothing.
func settled(value any) (any, bool) {
	switch v := value.(type) {
	case map[string]any:
		changed, differs := false, false
		for name, inner := range v {
			v[name], differs = settled(inner)
			changed = changed || differs
		}
		return v, changed
	case []any:
		changed, differs := false, false
		for i, inner := range v {
			v[i], differs = settled(inner)
			changed = changed || differs
		}
		list, differs := compacted(v)
		return list, changed || differs
	}
	return value, false
}

// compacted is a list in the order of its texts, each element once. It reports
// whether it was not like that already.
func compacted(list []any) ([]any, bool) {
	if len(list) < 2 {
		return list, false
	}
	moved, repeated := sortByText(list)
	if !repeated {
		return list, moved
	}
	texts := map[string]bool{}
	return slices.DeleteFunc(list, func(v any) bool {
		text, _ := json.Marshal(v) // decoded JSON always encodes
		seen := texts[string(text)]
		texts[string(text)] = true
		return seen
	}), true
}

// decoded is a JSON object or array that is written in a text.
func decoded(text string) (value any, ok bool) {
	text = strings.TrimSpace(text)
	if text == "" || text[0] != '{' && text[0] != '[' {
		return nil, false
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil || decoder.More() {
		return nil, false
	}
	return value, true
}

// IsNoise reports whether a member of a document says nothing about the item:
// the reader's own view point and annotations of the transport.
func IsNoise(name string) bool {
	return name == "viewPoint" || strings.Contains(name, "@odata.") || strings.HasSuffix(name, "@mediaReadLink")
}

// QuietDetail is the value of a detail without the poll's clock and, where it is
// a JSON text, without order, repetition and layout, so that two values that
// mean the same are equal.
func QuietDetail(name, value string) string {
	inner, ok := decoded(value)
	if !ok {
		return value
	}
	if name == featureStatus {
		inner = dropClock(inner)
	}
	inner, _ = settled(inner)
	text, err := json.Marshal(inner)
	if err != nil {
		return value // not reachable: decoded JSON always encodes
	}
	return string(text)
}

// ComesAndGoes reports whether it says nothing that a document has, or has no
// longer, the named detail.
func ComesAndGoes(detail string) bool { return detail == featureStatus }

// sortByText orders JSON values by their encoding and reports whether that
// moved one, and whether two are equal. Posts start with createdDateTime there,
// since object members are encoded in order of name.
func sortByText(list []any) (moved, repeated bool) {
	keys := make([]string, len(list))
	order := make([]int, len(list))
	for i, v := range list {
		if text, ok := v.(string); ok {
			keys[i], order[i] = text, i
			continue
		}
		text, _ := appendJSON(nil, v) // decoded JSON always encodes
		keys[i], order[i] = string(text), i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(keys[a], keys[b]) })
	sorted := make([]any, len(list))
	for i, from := range order {
		sorted[i], moved = list[from], moved || i != from
		repeated = repeated || i > 0 && keys[from] == keys[order[i-1]]
	}
	copy(list, sorted)
	return moved, repeated
}

// quietDetail removes the poll's clock from the detail FeatureStatusJson.
func quietDetail(detail any) {
	d, ok := detail.(map[string]any)
	if !ok || d["name"] != featureStatus {
		return
	}
	var value any
	if text, ok := d["value"].(string); ok && json.Unmarshal([]byte(text), &value) == nil {
		d["value"] = dropClock(value)
	}
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
