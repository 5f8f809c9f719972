package respond

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

// edited is an edit of a template that changes some of its words.
func edited(t *testing.T, b *Book, item string, pairs ...string) tocsin.Edit {
	t.Helper()
	e := tocsin.Edit{ID: tocsin.NewGUID(), TenantID: tocsin.NewGUID(), Item: item, Language: b.Language, Version: 2, Words: map[string]string{}, CreatedAt: time.Unix(1e9, 0)}
	for _, p := range b.Passages() {
		if p.Item == item {
			for _, f := range p.Fields {
				e.Words[f.Name] = f.Text
			}
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		e.Words[pairs[i]] = pairs[i+1]
	}
	return e
}

// What is shipped can be stored as it is, in every language.
func TestShippedWordsAreTaken(t *testing.T) {
	t.Parallel()
	for _, code := range lang.Languages() {
		b := book(t, code)
		if n := len(b.Passages()); n != 12 {
			t.Errorf("%s: %d can be edited, want 6 messages and 6 rows", code, n)
		}
		for _, p := range b.Passages() {
			if err := b.Check(edited(t, b, p.Item)); err != nil {
				t.Errorf("%s %s: %v", code, p.Item, err)
			}
		}
	}
}

func TestWordsThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		code, item, field, text string
		want                    Fault
	}{
		"unknown":            {"en", "messages/announcement", "line3", "Seen: {symptoms} in {town}.", Fault{Code: FaultUnknown, Name: "town", Line: 3, Column: 21}},
		"of other letters":   {"fr", "messages/announcement", "line3", "Vu : {Symptoms}.", Fault{Code: FaultUnknown, Name: "Symptoms", Line: 3, Column: 6}},
		"endless":            {"ja", "messages/announcement", "line3", "症状：{symptoms", Fault{Code: FaultOpen, Line: 3, Column: 4}},
		"within itself":      {"en", "messages/announcement", "line3", "{sym{symptoms}}", Fault{Code: FaultOpen, Line: 3, Column: 1}},
		"closed alone":       {"en", "messages/announcement", "line3", "a} {symptoms}", Fault{Code: FaultBrace, Line: 3, Column: 2}},
		"wide braces":        {"ja", "messages/announcement", "line3", "症状：｛symptoms｝", Fault{Code: FaultBrace, Line: 3, Column: 4}},
		"of a message":       {"en", "runbook/detection", "objective", "Ask {symptoms}.", Fault{Code: FaultUnknown, Name: "symptoms", Line: 1, Column: 5}},
		"promise gone":       {"en", "messages/announcement", "line4", "Status: followed.", Fault{Code: FaultMissing, Name: "next"}},
		"helps gone":         {"en", "messages/announcement", "line5", "Wait.", Fault{Code: FaultMissing, Name: "workarounds"}},
		"since gone":         {"en", "messages/closure", "else2", "Nothing new from Microsoft.", Fault{Code: FaultMissing, Name: "since", Line: 2}},
		"end in a line":      {"en", "messages/closure", "line3", "All is well, the service is restored.", Fault{Code: FaultClaim, Name: "the service is restored.", Line: 3, Column: 14}},
		"end for nothing":    {"fr", "messages/closure", "else2", "Microsoft a tout résolu depuis {since}.", Fault{Code: FaultClaim, Name: "Microsoft a tout résolu depuis {since}.", Line: 2, Column: 1}},
		"end for progress":   {"ja", "messages/hourly", "line1", "SHD: 復旧しました。", Fault{Code: FaultClaim, Name: "復旧しました。", Line: 1, Column: 6}},
		"trouble confirmed":  {"en", "messages/announcement", "else2", "Microsoft confirms it.", Fault{Code: FaultClaim, Name: "Microsoft confirms it.", Line: 2, Column: 1}},
		"full-width letters": {"en", "messages/closure", "line3", "It is ｒｅｓｔｏｒｅｄ.", Fault{Code: FaultClaim, Name: "It is ｒｅｓｔｏｒｅｄ.", Line: 3, Column: 1}},
		"another time":       {"en", "runbook/detection", "due", "+20 min", Fault{Code: FaultDue, Line: 1}},
		"no time":            {"en", "runbook/review", "due", "soon", Fault{Code: FaultDue, Line: 1}},
		"nothing":            {"en", "runbook/review", "owner", "", Fault{Code: FaultEmpty}},
		"two lines":          {"en", "runbook/review", "owner", "a\nb", Fault{Code: FaultLong}},
		"no such text":       {"en", "runbook/review", "step", "x", Fault{Code: FaultField, Name: "step"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := book(t, tt.code)
			e := edited(t, b, tt.item, tt.field, tt.text)
			same := func(f Fault) bool {
				return f.Code == tt.want.Code && f.Name == tt.want.Name && f.Line == tt.want.Line && f.Column == tt.want.Column
			}
			faults := b.Faults(e)
			if !slices.ContainsFunc(faults, same) {
				t.Errorf("%+v, want %+v", faults, tt.want)
			}
			if err := b.Check(e); !errors.Is(err, tocsin.ErrInvalid) {
				t.Errorf("Check = %v", err)
			}
			if b.With([]tocsin.Edit{e}) != b {
				t.Error("it holds all the same")
			}
		})
	}
	b := book(t, "en")
	for _, text := range []string{"Once it is resolved we tell you.", "Microsoft has not confirmed it.", "The incident is in progress."} {
		if faults := b.Faults(edited(t, b, "messages/closure", "line3", text)); len(faults) > 0 {
			t.Errorf("%q: %+v", text, faults)
		}
	}
	if err := b.Check(edited(t, b, "messages/none")); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("of no template: %v", err)
	}
	if f := (Fault{Code: FaultUnknown, Name: "x", Line: 1, Column: 2, Known: []string{"id", "date"}}); !strings.Contains(f.String(), "line 1, column 2") || !strings.Contains(f.String(), "{id}, {date}") {
		t.Errorf("%q", f.String())
	}
}

// An edit holds in its language alone; the guards of what is filled stay: a claim needs
// the provider, and what lowers security has the warning, whoever wrote it.
func TestEditedMessages(t *testing.T) {
	t.Parallel()
	b := book(t, "en")
	own := b.With([]tocsin.Edit{edited(t, b, "messages/hourly", "line1", "Microsoft makes progress.", "line3", "Use {regions} and switch off M{users}A.")})
	m, _ := own.Message("hourly")
	filled, err := m.Fill(Facts{Values: map[string]string{"since": "10:00", "users": "F"}})
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, line := range filled.Lines {
		text = append(text, Text(line))
	}
	if all := strings.Join(text, "\n"); !strings.HasPrefix(all, "SHD: nothing new from Microsoft since 10:00.") || !strings.HasSuffix(all, b.warning) || !strings.Contains(all, "<regions>") {
		t.Errorf("%q", all)
	}
	if filled, _ = m.Fill(Facts{Said: []string{"progress"}}); Text(filled.Lines[0]) != "Microsoft makes progress." {
		t.Errorf("%q", Text(filled.Lines[0]))
	}
	if shipped, _ := b.Message("hourly"); shipped.Lines[0].Text == m.Lines[0].Text {
		t.Error("the shared book was changed")
	}
	row, _ := b.With([]tocsin.Edit{edited(t, b, "runbook/escalation", "owner", "Level 3 of {id}")}).Row("escalation")
	if plain(row.About("EX1").Owner) != "Level 3 of EX1" {
		t.Errorf("%+v", row)
	}
	waits := edited(t, b, "messages/closure", "line3", "Restart.")
	waits.Lowers = true
	french := edited(t, b, "messages/closure", "line3", "Restart.")
	french.Language = "fr"
	if b.With([]tocsin.Edit{waits, french}) != b {
		t.Error("one that waits, or of another language, holds")
	}
}

func TestSharedWords(t *testing.T) {
	t.Parallel()
	b := book(t, "en")
	one, two := edited(t, b, "messages/closure", "line3", "Restart."), edited(t, b, "messages/closure", "line3", "Start again.")
	for name, tt := range map[string]struct {
		tenants [][]tocsin.Edit
		want    int
	}{
		"one tenant":  {[][]tocsin.Edit{{one}}, 1},
		"the same":    {[][]tocsin.Edit{{one}, {one}}, 1},
		"different":   {[][]tocsin.Edit{{one}, {two}}, 0},
		"one shipped": {[][]tocsin.Edit{{one}, nil}, 0},
		"none":        {nil, 0},
	} {
		if got := Shared(tt.tenants); len(got) != tt.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
