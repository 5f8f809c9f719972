package tocsin_test

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

func TestHandlingNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name   string
		h      tocsin.Handling
		fields string
	}{
		{"nothing said", tocsin.Handling{}, ""},
		{"all said", tocsin.Handling{State: tocsin.HandlingPlanned, Owner: tocsin.TeamParty(strings.Repeat("1", 8) + "-1111-4111-8111-111111111111"), Due: day}, ""},
		{"unknown state", tocsin.Handling{State: "later"}, "state"},
		{"owner of no kind", tocsin.Handling{Owner: tocsin.Party{Kind: "site", ID: "11111111-1111-4111-8111-111111111111"}}, "owner"},
		{"owner without an id", tocsin.Handling{Owner: tocsin.UserParty("kim")}, "owner"},
		{"not a day", tocsin.Handling{Due: day.Add(time.Hour)}, "due"},
		{"all wrong", tocsin.Handling{State: "x", Owner: tocsin.TeamParty("\x00"), Due: day.AddDate(1000, 0, 0)}, "state owner due"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.h.Normalize()
			err := tt.h.Validate()
			if (err == nil) != (tt.fields == "") {
				t.Fatalf("Validate = %v, want problems with %q", err, tt.fields)
			}
			for field := range strings.FieldsSeq(tt.fields) {
				if !strings.Contains(err.Error(), field+": ") {
					t.Errorf("Validate = %v, which does not name %s", err, field)
				}
			}
		})
	}
}
