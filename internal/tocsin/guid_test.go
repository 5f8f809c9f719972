package tocsin_test

import (
	"testing"

	"example.org/tocsin/internal/tocsin"
)

func TestGUID(t *testing.T) {
	t.Parallel()
	made, another := tocsin.NewGUID(), tocsin.NewGUID()
	if !tocsin.IsGUID(made) || made == another || made[14] != '4' {
		t.Errorf("made %s, then %s", made, another)
	}
	for text, want := range map[string]bool{
		"0a1b2c3d-4E5F-4a6b-8c7d-0123456789ab":   true,
		"":                                       false,
		"0a1b2c3d-4e5f-4a6b-8c7d-0123456789a":    false,
		"0a1b2c3d-4e5f-4a6b-8c7d-0123456789abc":  false,
		"0a1b2c3d-4e5f-4a6b-8c7d-0123456789ag":   false,
		"0a1b2c3d-4e5f-4a6b-8c7d-0123456789a@":   false,
		"0a1b2c3d-4e5f-4a6b-8c7d-0123456789a`":   false,
		"0a1b2c3d04e5f-4a6b-8c7d-0123456789ab":   false,
		"-a1b2c3d-4e5f-4a6b-8c7d-0123456789ab":   false,
		"{0a1b2c3d-4e5f-4a6b-8c7d-0123456789ab}": false,
	} {
		if got := tocsin.IsGUID(text); got != want {
			t.Errorf("IsGUID(%q) = %v", text, got)
		}
	}
}
