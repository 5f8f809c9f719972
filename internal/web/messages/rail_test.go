package messages

import "testing"

// The word "today" makes room for the date of a deadline beside it, and goes where
// both can stand.
func TestWordOfToday(t *testing.T) {
	t.Parallel()
	const today = 124
	for name, tt := range map[string]struct {
		pins    []railPin
		overdue string
		word    string
		want    string
	}{
		"alone":                  {nil, "", "today", "middle"},
		"a pin far away":         {[]railPin{{X: 200, Label: "6 Dec"}}, "4 older", "today", "middle"},
		"a pin in four days":     {[]railPin{{X: 164, Label: "4 Dec"}}, "", "aujourd’hui", "end"},
		"a pin in four days, ja": {[]railPin{{X: 164, Label: "12月4日"}}, "", "今日", "middle"},
		"a pin of two days ago":  {[]railPin{{X: 100, Label: "27 Nov"}}, "", "today", "start"},
		"one on each side":       {[]railPin{{X: 104, Label: "27 Nov"}, {X: 144, Label: "1 Dec"}}, "", "today", ""},
		"a pin without a label":  {[]railPin{{X: 126}}, "", "today", "middle"},
		"those that are older":   {[]railPin{{X: 150, Label: "2 Dec"}}, "40 en retard", "aujourd’hui", ""},
	} {
		r := rail{Today: today, Pins: tt.pins}
		if tt.overdue != "" {
			r.Overdue = &railPin{Label: tt.overdue}
		}
		if got := r.word(tt.word); got != tt.want {
			t.Errorf("%s: the word stands at %q, want %q", name, got, tt.want)
		}
	}
}
