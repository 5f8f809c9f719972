package tocsin_test

import (
	"strings"
	"testing"

	"example.org/tocsin/internal/tocsin"
)

func TestGUID(t *testing.T) {
	t.Parallel()
	for name, another := range map[string]func() string{"guid": tocsin.NewGUID, "name": tocsin.NewName} {
		seen := map[string]bool{}
		for range 1000 {
			made := another()
			if !tocsin.IsGUID(made) || made != strings.ToLower(made) || made[14] != '4' || !strings.Contains("89ab", made[19:20]) || seen[made] {
				t.Fatalf("%s: made %s", name, made)
			}
			seen[made] = true
		}
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

func BenchmarkGUID(b *testing.B) {
	for name, another := range map[string]func() string{"guid": tocsin.NewGUID, "name": tocsin.NewName} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = another()
			}
		})
	}
}
