package speech

import (
	"cmp"
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/tocsin"
)

// Fillable lists the slots that people fill, in the order of forms. What is not among
// them comes from the room alone.
func Fillable() []string {
	return []string{"symptoms", "services", "regions", "users", "risks", "eta", "workarounds", "next"}
}

// A Draft is a message in a language.
type Draft struct {
	Code    string
	Lines   [][]respond.Part // the first is the subject
	Missing []string         // slots without a value
}

// Words returns the draft as it is sent.
func (d Draft) Words() tocsin.IncidentWords {
	words := tocsin.IncidentWords{Language: d.Code, Subject: respond.Text(d.Lines[0])}
	for _, line := range d.Lines[1:] {
		words.Lines = append(words.Lines, respond.Text(line))
	}
	return words
}

// Book returns the templates in a language, as the tenants of the incident have them.
func (f Facts) Book(code string) (*respond.Book, error) {
	b, err := respond.In(code)
	if err != nil {
		return nil, err
	}
	return b.With(f.edits), nil
}

// About are the facts for a message: one that is no update itself promises the update
// that is to come, an update the one after it.
func (f Facts) About(template string) Facts {
	if tocsin.MessageStep(template) != tocsin.StepUpdates && !f.due.IsZero() {
		f.Next = f.due
	}
	return f
}

// Drafts fills a message in each language of the pages, one of them first.
func (f Facts) Drafts(template, first string) (list []Draft, err error) {
	f = f.About(template)
	codes := append([]string{first}, slices.DeleteFunc(lang.Languages(), func(code string) bool { return code == first })...)
	for _, code := range codes {
		b, err := f.Book(code)
		if err != nil {
			return nil, err
		}
		t, ok := b.Message(template)
		if !ok {
			return nil, tocsin.NotFoundf("There is no template %q.", tocsin.Clip(template, 40))
		}
		d, err := f.Draft(t, code)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// Draft fills a template in its language.
func (f Facts) Draft(t respond.Template, code string) (Draft, error) {
	values, err := f.In(code)
	if err != nil {
		return Draft{}, err
	}
	filled, err := t.Fill(respond.Facts{Values: values, Said: f.Said})
	return Draft{code, filled.Lines, filled.Missing}, err
}

// In are the values in a language: times, dates and states of services are worded in
// it, what people wrote stays.
func (f Facts) In(code string) (map[string]string, error) {
	all, err := locales()
	if err != nil {
		return nil, err
	}
	l, values, now := all[code], maps.Clone(f.Values), f.asked.Now
	if f.sample {
		for _, name := range []string{"symptoms", "services", "regions", "risks", "eta", "workarounds"} {
			values[name] = l.Text("speech.sample." + name)
		}
		values["states"] = l.Text("speech.stateis", "service", values["services"], "state", l.Text("speech.state.partial"))
	}
	values["id"] = cmp.Or(values["id"], l.Text("speech.number", "n", int(f.number)))
	values["date"] = l.Date(now.In(f.Zone))
	if f.update > 0 {
		values["n"] = l.Number(f.update)
	}
	if values["next"] == "" && !f.Next.IsZero() {
		values["next"] = l.HM(f.Next.In(f.Zone))
	}
	if !f.Since.IsZero() {
		values["since"] = l.HM(f.Since.In(f.Zone))
		if now.Sub(f.Since) > 20*time.Hour {
			values["since"] = l.Full(f.Since.In(f.Zone))
		}
	}
	var states, broken, helps []string
	for _, one := range f.tried {
		states = append(states, l.Text("speech.stateis", "service", one.name, "state", l.Text("speech.state."+one.state)))
		if one.state != "ok" {
			broken = append(broken, one.name)
		}
		if one.workaround != "" {
			helps = append(helps, l.Text("speech.help", "service", one.name, "help", one.workaround))
		}
	}
	values["states"] = cmp.Or(values["states"], l.Join(states))
	values["risks"] = cmp.Or(values["risks"], risks(l, f.stalls))
	values["services"] = cmp.Or(values["services"], l.Join(broken))
	values["workarounds"] = cmp.Or(values["workarounds"], l.Join(helps))
	values["users"] = cmp.Or(values["users"], f.share.in(l))
	values["report"] = f.form.address(code)
	return values, nil
}

// Take takes what people typed, in the place of what was filled in for them. What they
// left as it was is worded in each language.
func (f Facts) Take(code string, typed func(string) string) error {
	filled, err := f.In(code)
	for _, name := range Fillable() {
		if text := strings.TrimSpace(typed(name)); err == nil && text != "" && text != filled[name] {
			f.Values[name] = text
		}
	}
	return err
}

// clockForm is a time of the day as people write it: 15:30, 15 h 30, 15時30分.
var clockForm = regexp.MustCompile(`^([01]?[0-9]|2[0-3])\s*(?::|h|H|時)\s*([0-5][0-9])?\s*分?$`)

// Promised is the promise of a message: a time of the day that somebody typed, else
// what the runbook says. It is zero where the message makes none, or makes it in words.
func (f Facts) Promised(t respond.Template) time.Time {
	if !t.Asks("next") {
		return time.Time{}
	}
	typed := norm.NFKC.String(f.Values["next"])
	if typed == "" {
		return f.Next
	}
	m := clockForm.FindStringSubmatch(strings.TrimSpace(typed))
	if m == nil {
		return time.Time{}
	}
	hour, _ := strconv.Atoi(m[1])   // two digits at most
	minute, _ := strconv.Atoi(m[2]) // the same, or none
	return respond.NextAt(f.asked.Now, hour, minute, f.Zone)
}

// Written is the message of drafts, as it is kept.
func (f Facts) Written(t respond.Template, drafts []Draft) tocsin.IncidentMessage {
	m := tocsin.IncidentMessage{Template: t.ID, Name: t.Name, Facts: map[string]string{}}
	for _, name := range Fillable() {
		if text := f.Values[name]; text != "" {
			m.Facts[name] = text
		}
	}
	for _, d := range drafts {
		m.Words = append(m.Words, d.Words())
	}
	if at := f.About(t.ID).Promised(t).Truncate(time.Second); at.After(f.asked.Now) {
		m.Promised = at
	}
	return m
}

// Sample is made up, to show how a template reads: with all that the provider may have
// said, or with none of it.
func (d Desk) Sample(a Asked, zone *time.Location, said bool) Facts {
	f := Facts{
		Values: map[string]string{"id": "MO123456"}, Next: a.Now.Add(time.Hour).Truncate(15 * time.Minute), Since: a.Now.Add(-40 * time.Minute), Zone: zone,
		asked: a, update: 2, share: share{hit: 1800, all: 3900}, sample: true,
	}
	example := tocsin.Incident{TenantIDs: []string{a.Tenant.Tenant.ID}, Issues: []string{"MO123456"}, Starts: []tocsin.IncidentStart{{T0: a.Now.Add(-2 * time.Hour).Truncate(15 * time.Minute)}}}
	f.form = d.formOf(example, a.Tenant)
	if said {
		f.Said = []string{"trouble", "progress", "end"}
	}
	return f
}

// InWordsOf returns the facts for templates as a tenant has them.
func (f Facts) InWordsOf(ctx context.Context, w wordings, tenantID string) (Facts, error) {
	edits, err := w.Edits(ctx, tenantID)
	f.edits = edits
	return f, err
}

// An Offer is a message that can be sent, as it reads now.
type Offer struct {
	Template, Name string
	Words          []tocsin.IncidentWords
	Missing        []string // facts that have to be given first
	Promised       time.Time
}

// Offers lists the messages that can be sent, each in all languages, one of them first.
func (f Facts) Offers(first string) (list []Offer, err error) {
	b, err := f.Book(first)
	if err != nil {
		return nil, err
	}
	for _, t := range b.Messages {
		drafts, err := f.Drafts(t.ID, first)
		if err != nil {
			return nil, err
		}
		m := f.Written(t, drafts)
		list = append(list, Offer{t.ID, t.Name, m.Words, drafts[0].Missing, m.Promised})
	}
	return list, nil
}

// Compose fills a message with the facts and with what somebody adds, as it is kept. It
// fails with [tocsin.ErrInvalid] while something is missing.
func (f Facts) Compose(template, first string, typed func(string) string) (tocsin.IncidentMessage, error) {
	if err := f.Take(first, typed); err != nil {
		return tocsin.IncidentMessage{}, err
	}
	b, err := f.Book(first)
	if err != nil {
		return tocsin.IncidentMessage{}, err
	}
	t, ok := b.Message(template)
	if !ok {
		return tocsin.IncidentMessage{}, tocsin.Invalidf("template", "There is no message %q.", tocsin.Clip(template, 40))
	}
	drafts, err := f.Drafts(t.ID, first)
	if err == nil && len(drafts[0].Missing) > 0 {
		err = tocsin.Invalidf("facts", "Give first: %s.", strings.Join(drafts[0].Missing, ", "))
	}
	if err != nil {
		return tocsin.IncidentMessage{}, err
	}
	return f.Written(t, drafts), nil
}
