package speech

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/tocsin"
)

// The closures lead to a form with issue and time, in their language and for their
// tenant; without an address of the desk the line stays as it is.
func TestClosuresLeadToAForm(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 2, 9, 48, 0, 0, time.FixedZone("", 3600))
	s := &readmodel.Snapshot{Tenant: tocsin.Tenant{ID: "a", Name: "contoso"}}
	base := func() string { return "https://desk.example" }
	for name, tt := range map[string]struct {
		base            func() string
		tenants, issues []string
		code, want      string
	}{
		"one tenant":      {base, []string{"a"}, []string{"EX1", "EX2"}, "en", "https://desk.example/report?at=2026-03-02T08%3A48%3A00Z&issue=EX1&tenant=contoso"},
		"in French":       {base, []string{"a"}, []string{"EX1"}, "fr", "https://desk.example/fr/report?at=2026-03-02T08%3A48%3A00Z&issue=EX1&tenant=contoso"},
		"several tenants": {base, []string{"a", "b"}, []string{"EX1"}, "ja", "https://desk.example/ja/report?at=2026-03-02T08%3A48%3A00Z&issue=EX1"},
		"no issue":        {base, []string{"a"}, nil, "en", "https://desk.example/report?at=2026-03-02T08%3A48%3A00Z&tenant=contoso"},
		"a hostile id":    {base, []string{"a"}, []string{"E&x=<b>"}, "en", "https://desk.example/report?at=2026-03-02T08%3A48%3A00Z&issue=E%26x%3D%3Cb%3E&tenant=contoso"},
		"no address":      {func() string { return "" }, []string{"a"}, []string{"EX1"}, "fr", ""},
		"nobody says it":  {nil, []string{"a"}, []string{"EX1"}, "en", ""},
	} {
		i := tocsin.Incident{TenantIDs: tt.tenants, Issues: tt.issues, Starts: []tocsin.IncidentStart{{T0: start}}}
		f := Facts{Values: map[string]string{"id": "EX1"}, Since: start, Zone: time.UTC, asked: Asked{Now: start.Add(time.Hour)}, form: (Desk{Base: tt.base}).formOf(i, s)}
		b, err := respond.In(tt.code)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"closure", "short-closure"} {
			m, _ := b.Message(id)
			shipped := m.Lines[len(m.Lines)-1].Text
			d, err := f.Draft(m, tt.code)
			if err != nil || len(d.Missing) > 0 {
				t.Fatal(name, d.Missing, err)
			}
			lines := d.Words().Lines
			got, want := lines[len(lines)-1], closing(shipped, tt.want)
			if got != want {
				t.Errorf("%s, %s: %q, want %q", name, id, got, want)
			}
		}
	}
}

// closing is the last line of a closure as it is to be.
func closing(shipped, address string) string {
	shipped = strings.ReplaceAll(shipped, "{id}", "EX1")
	if address == "" {
		return strings.TrimRight(strings.ReplaceAll(shipped, "{report}", ""), " ")
	}
	return strings.ReplaceAll(shipped, "{report}", address)
}
