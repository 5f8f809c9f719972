package route

import (
	"testing"
	"time"
)

// Calls come so long after the route would tell first, at an hour at which it may;
// a route takes those of the one above unless it writes its own, none included.
func TestCalls(t *testing.T) {
	t.Parallel()
	p := compile(t, Settings{
		Routes: Spec{Receiver: "duty", GroupWait: "5m", Escalate: Ladder{{"15m", "boss"}, {"2h", "all"}}, Routes: []Spec{
			{Matchers: []string{`a="inherits"`}, GroupWait: "0s"},
			{Matchers: []string{`a="none"`}, Escalate: Ladder{}},
			{Matchers: []string{`a="night"`}, Mute: []string{"night"}},
			{Matchers: []string{`a="never"`}, Mute: []string{"always"}},
		}},
		Intervals: []IntervalSpec{
			{Name: "night", Intervals: []SpanSpec{{Times: []TimesSpec{{Start: "22:00", End: "06:00"}}}}},
			{Name: "always", Intervals: []SpanSpec{{Times: []TimesSpec{{Start: "00:00", End: "24:00"}}}}},
		},
	})
	at := time.Date(2026, 3, 2, 21, 0, 0, 0, time.UTC)
	clock := func(hours, minutes int) time.Time {
		return at.Truncate(24 * time.Hour).Add(time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute)
	}
	for value, want := range map[string][]time.Time{
		"": {clock(21, 20), clock(23, 5)}, "inherits": {clock(21, 15), clock(23, 0)}, "none": nil, "night": {clock(21, 20), clock(30, 0)}, "never": {{}, {}},
	} {
		calls := p.Calls(p.Match(labelsOf("a", value))[0], at)
		if len(calls) != len(want) {
			t.Errorf("%q: %v", value, calls)
			continue
		}
		for i, c := range calls {
			if !c.At.Equal(want[i]) || c.To != []string{"boss", "all"}[i] {
				t.Errorf("%q: %v, want %v", value, c, want[i])
			}
		}
	}
}
