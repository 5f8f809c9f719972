package support

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A Dossier is all that the pack for the provider is written from.
type Dossier struct {
	Request tocsin.Request
	Files   []tocsin.RequestFile
	Terms   tocsin.SupportTerms
	Tenant  string   // as people call it, with its domain or id
	Speaks  []string // who may speak with the provider, with how they are reached
	Link    string   // to the portal's form; "" where it is not known
	Zone    *time.Location
}

// Field words a field of a request: its label.
func (b *Book) Field(id string) string {
	if duty, ok := strings.CutPrefix(id, "duty-"); ok {
		return b.Words["duty"] + " – " + strings.TrimRight(text(b.Duties.Items, duty), ".。")
	}
	return b.Words[id]
}

// When words an instant in the zone of a dossier and in UTC, the same in every
// language: who reads it may read another one.
func When(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return ""
	}
	utc := at.UTC().Format("2006-01-02 15:04 UTC")
	if zone == nil || zone == time.UTC {
		return utc
	}
	return at.In(zone).Format("2006-01-02 15:04 -07:00") + " (" + utc + ")"
}

// Pack writes a request as it is handed to the provider: everything that was
// prepared, what is missing by name, and how it is filed, also where the portal
// is what is down.
func (b *Book) Pack(d Dossier) string {
	var out strings.Builder
	c, w := d.Request.Content, b.Words
	line := func(label, value string) {
		if value == "" {
			value = w["none"]
		}
		fmt.Fprintf(&out, "%s\n  %s\n", label, strings.ReplaceAll(value, "\n", "\n  "))
	}
	fmt.Fprintf(&out, "%s\n\n", w["request"])
	line(w["title"], c.Title)
	line(w["tenant"], d.Tenant)
	line(w["kind"], b.Kind(c.Kind))
	if c.Category != "" {
		line(w["category"], b.Category(c.Category))
	}
	line(w["severity"], b.severity(c.Severity))
	line(w["services"], strings.Join(c.Services, ", "))
	line(w["region"], c.Region)
	line(w["when"], When(c.FirstSign, d.Zone))
	line(w["codes"], c.Codes)
	line(w["repro"], c.Repro)
	line(w["files"], names(d.Files))
	line(w["issue"], c.Issue)
	line(w["callback"], c.CallBack)
	line(w["contact"], strings.Join(d.Speaks, "\n"))
	fmt.Fprintf(&out, "\n%s\n", w["duties"])
	for _, one := range b.Duties.Items {
		fmt.Fprintf(&out, "  – %s\n", strings.NewReplacer("{text}", one.Text, "{answer}", b.answer(d.Request, one.ID)).Replace(w["checked"]))
	}
	fmt.Fprintf(&out, "\n%s\n  %s\n", w["path"], strings.Join(b.Menu(), " > "))
	if d.Link != "" {
		line(w["link"], d.Link)
	}
	fmt.Fprintf(&out, "%s\n", w["down"])
	line(w["phone"], d.Terms.Phone)
	line(w["hours"], d.Terms.Open)
	line(w["plan"], d.Terms.Plan)
	if missing := Missing(d.Request, len(d.Files)); len(missing) > 0 {
		fmt.Fprintf(&out, "\n%s\n", w["missing"])
		for _, field := range missing {
			fmt.Fprintf(&out, "  – %s\n", b.Field(field))
		}
	}
	return out.String()
}

func names(files []tocsin.RequestFile) string {
	list := make([]string, len(files))
	for i, f := range files {
		list[i] = f.Name
	}
	return strings.Join(list, "\n")
}

func (b *Book) severity(id string) string {
	s, ok := b.Severity(id)
	if !ok {
		return id
	}
	lines := []string{id + " – " + s.Name}
	for _, one := range s.Sentences {
		lines = append(lines, one.Text)
	}
	return strings.Join(lines, "\n")
}

func (b *Book) answer(r tocsin.Request, duty string) string {
	switch d, ok := r.Duty(duty); {
	case !ok:
		return b.Words["open"]
	case !d.Done && d.Note != "":
		return b.Words["failed"] + b.Words["colon"] + d.Note
	case !d.Done:
		return b.Words["failed"]
	case d.Note != "":
		return b.Words["done"] + b.Words["colon"] + d.Note
	default:
		return b.Words["done"]
	}
}

// CanRaise reports whether a higher severity is asked for than the provider gave.
func CanRaise(r tocsin.Request) bool {
	given, ok := r.Severity("given")
	return ok && slices.Index(tocsin.RequestSeverities(), r.Content.Severity) < slices.Index(tocsin.RequestSeverities(), given.Severity)
}

// RaiseText is the text by which the severity that is asked for is asked for once
// more, with the sentences of the table that it rests on.
func (b *Book) RaiseText(r tocsin.Request, zone *time.Location) string {
	given, _ := r.Severity("given")
	c := r.Content
	fill := strings.NewReplacer("{asked}", c.Severity, "{given}", given.Severity, "{services}", strings.Join(c.Services, ", "), "{region}", c.Region, "{when}", When(c.FirstSign, zone), "{issue}", c.Issue)
	lines := []string{fill.Replace(b.Raise.Lead), b.Raise.Because}
	if s, ok := b.Severity(c.Severity); ok {
		for _, one := range s.Sentences {
			lines = append(lines, "- "+one.Text)
		}
	}
	lines = append(lines, fill.Replace(b.Raise.Facts))
	if c.Issue != "" {
		lines = append(lines, fill.Replace(b.Raise.Issue))
	}
	return strings.Join(lines, "\n")
}
