package tocsin_test

import (
	"encoding/json"
	"strings"
	"testing"

	"example.org/tocsin/internal/tocsin"
)

// told is a message with details, tags and services.
func told(t *testing.T, members string, details ...[2]string) tocsin.Document {
	t.Helper()
	list := []map[string]string{}
	for _, d := range details {
		list = append(list, map[string]string{"name": d[0], "value": d[1]})
	}
	text, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, tocsin.KindMessage, `{"id":"MC1",`+members+`"details":`+string(text)+`}`)
}

// Order and repetition say nothing, nor does it that FeatureStatusJson comes and
// goes; what is said in it does.
func TestOrderAndRepetitionSayNothing(t *testing.T) {
	t.Parallel()
	const (
		plain   = `"title":"x","services":["A","B"],"tags":["t","u"],`
		status  = `{"1":[{"Platform":"Web","Status":"A","Rings":["1","2"],"LastUpdateTime":"10:00"},{"Platform":"iOS","Status":"B"}],"2":[]}`
		turned  = `{"2": [], "1": [{"Status":"B","Platform":"iOS"},{"Rings":["2","1"],"LastUpdateTime":"11:00","Status":"A","Platform":"Web"}]}`
		twice   = `{"1":[{"Platform":"iOS","Status":"B"},{"Platform":"Web","Status":"A","Rings":["1","2","2"]},{"Platform":"iOS","Status":"B"}],"2":[]}`
		changed = `{"1":[{"Platform":"Web","Status":"C","Rings":["1","2"],"LastUpdateTime":"10:00"},{"Platform":"iOS","Status":"B"}],"2":[]}`
	)
	summary, rollout, platforms := [2]string{"Summary", "s"}, [2]string{"FeatureStatusJson", status}, [2]string{"Platforms", `["Web", {"a":1,"b":[2,3]}]`}
	base := told(t, plain, summary, rollout, platforms)
	for name, tt := range map[string]struct {
		doc  tocsin.Document
		same bool
	}{
		"roll-out in another order":          {told(t, plain, summary, [2]string{"FeatureStatusJson", turned}, platforms), true},
		"roll-out with repetitions":          {told(t, plain, summary, [2]string{"FeatureStatusJson", twice}, platforms), true},
		"details in another order":           {told(t, plain, platforms, rollout, summary), true},
		"a detail twice":                     {told(t, plain, summary, rollout, summary, platforms, summary), true},
		"roll-out twice":                     {told(t, plain, summary, rollout, rollout, platforms), true},
		"roll-out gone":                      {told(t, plain, platforms, summary), true},
		"another JSON text in another order": {told(t, plain, summary, rollout, [2]string{"Platforms", "[{\"b\":[3,2,2],\"a\":1},\n\"Web\"]"}), true},
		"tags and services in another order": {told(t, `"title":"x","services":["B","A"],"tags":["u","t"],`, summary, rollout, platforms), true},
		"tags and services twice":            {told(t, `"title":"x","services":["B","A","B"],"tags":["u","t","t"],`, summary, rollout, platforms), true},
		"roll-out says something else":       {told(t, plain, summary, [2]string{"FeatureStatusJson", changed}, platforms), false},
		"roll-out is no JSON":                {told(t, plain, summary, [2]string{"FeatureStatusJson", "soon"}, platforms), false},
		"another detail gone":                {told(t, plain, rollout, platforms), false},
		"a second value of a detail":         {told(t, plain, summary, rollout, platforms, [2]string{"Summary", "s2"}), false},
		"another JSON text says less":        {told(t, plain, summary, rollout, [2]string{"Platforms", `["Web", {"a":1,"b":[2]}]`}), false},
		"a tag gone":                         {told(t, `"title":"x","services":["A","B"],"tags":["t"],`, summary, rollout, platforms), false},
		"title":                              {told(t, `"title":"y","services":["A","B"],"tags":["t","u"],`, summary, rollout, platforms), false},
		"a number that differs far behind":   {told(t, plain, summary, rollout, [2]string{"Platforms", `["Web", {"a":1.0000000000000000001,"b":[2,3]}]`}), false},
	} {
		if tt.doc.Meaning.Same(base.Meaning) != tt.same || base.Meaning.Same(tt.doc.Meaning) != tt.same {
			t.Errorf("%s: the same meaning: %v, want %v", name, !tt.same, tt.same)
		}
	}
	if alone, none := told(t, plain, rollout), told(t, plain); !alone.Meaning.Same(none.Meaning) {
		t.Error("a roll-out that is the only detail is news")
	}
	if absent := read(t, tocsin.KindMessage, `{"id":"MC1",`+plain+`"details":null}`); !absent.Meaning.Same(told(t, plain).Meaning) {
		t.Error("no details and an empty list of them are told apart")
	}
}

// The same holds of issues and of what a legacy server said, whatever was made
// of it.
func TestMeaningInOtherForms(t *testing.T) {
	t.Parallel()
	post := `{"createdDateTime":"2026-03-01T08:10:00Z","postType":"quick","description":{"contentType":"html","content":"first"}}`
	base := read(t, tocsin.KindIssue, issueBody)
	if again := read(t, tocsin.KindIssue, strings.Replace(issueBody, `"posts":[`, `"posts":[`+post+`,`, 1)); !again.Meaning.Same(base.Meaning) {
		t.Error("a post that stands there twice is news")
	}
	legacy := func(class, object string) tocsin.Document {
		return read(t, tocsin.KindMessage, `{"id":"MC1","category":"`+class+`","@tocsin.legacy":`+object+`}`)
	}
	first := legacy("a", `{"Id":"MC1","IsRead":false,"MessageTagNames":["x","y"],"Messages":[{"MessageText":"1"},{"MessageText":"2"}],"AdditionalDetails":[{"Name":"FeatureStatusJson","Value":"{\"1\":[1,2]}"}]}`)
	for name, tt := range map[string]struct {
		doc  tocsin.Document
		same bool
	}{
		"order":               {legacy("a", `{"Id":"MC1","IsRead":true,"MessageTagNames":["y","x","x"],"Messages":[{"MessageText":"2"},{"MessageText":"1"}],"AdditionalDetails":[{"Name":"FeatureStatusJson","Value":"{\"1\":[2, 1]}"}]}`), true},
		"roll-out gone":       {legacy("a", `{"Id":"MC1","MessageTagNames":["x","y"],"Messages":[{"MessageText":"1"},{"MessageText":"2"}],"AdditionalDetails":[]}`), true},
		"read in another way": {legacy("b", `{"Id":"MC1","MessageTagNames":["x","y"],"Messages":[{"MessageText":"1"},{"MessageText":"2"}],"AdditionalDetails":null}`), true},
		"another text":        {legacy("a", `{"Id":"MC1","MessageTagNames":["x","y"],"Messages":[{"MessageText":"1"},{"MessageText":"3"}],"AdditionalDetails":[]}`), false},
		"another roll-out":    {legacy("a", `{"Id":"MC1","MessageTagNames":["x","y"],"Messages":[{"MessageText":"1"},{"MessageText":"2"}],"AdditionalDetails":[{"Name":"FeatureStatusJson","Value":"{\"1\":[3]}"}]}`), false},
	} {
		if got := tt.doc.Meaning.Same(first.Meaning); got != tt.same {
			t.Errorf("legacy, %s: the same meaning: %v, want %v", name, got, tt.same)
		}
	}
	features := func(list string) tocsin.Document {
		return read(t, tocsin.KindService, `{"id":"Exchange","displayName":"Exchange Online","features":[`+list+`]}`)
	}
	if !features(`{"name":"a"},{"name":"b"}`).Meaning.Same(features(`{"name":"b"},{"name":"a"}`).Meaning) {
		t.Error("the order of features is news")
	}
}
