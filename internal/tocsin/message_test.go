package tocsin_test

import (
	"testing"

	"example.org/tocsin/internal/tocsin"
)

// A message is about data privacy by its tags or its category, however they are
// spelt, and never by what it says.
func TestPrivateMessages(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		m    tocsin.Message
		want bool
	}{
		{tocsin.Message{}, false},
		{tocsin.Message{Tags: []string{"Admin impact", "Data privacy"}}, true},
		{tocsin.Message{Tags: []string{"DATA-PRIVACY"}}, true},
		{tocsin.Message{Category: "dataPrivacy"}, true},
		{tocsin.Message{Tags: []string{"GDPR", "Privacy", "Data"}, Category: "stayInformed"}, false},
		{tocsin.Message{Title: "Data privacy", Content: "Data privacy", Services: []string{"Data privacy"}}, false},
	} {
		if got := tt.m.Private(); got != tt.want || tt.m.Facts().Private != tt.want {
			t.Errorf("Private of %+v = %t, want %t", tt.m, got, tt.want)
		}
	}
}
