package webhook

import (
	"bytes"
	"encoding/json"
	"time"

	"example.org/tocsin/internal/notify"
)

// A Body is what is sent. Members are added to it and never change their meaning:
// a change that readers would notice makes another Version.
type Body struct {
	Type      string    `json:"type" doc:"What it is about, such as issue.status or request.filed; updates, digest, summary, repeat, escalation, incident, trouble, test or canary for messages about several items or none."`
	Timestamp time.Time `json:"timestamp" doc:"When the message was made; the same at each attempt."`
	Data      Data      `json:"data"`
}

// Data is what happened.
type Data struct {
	Version int    `json:"version" doc:"Of this form."`
	ID      string `json:"id"` // of the message, as in the header webhook-id
	Kind    string `json:"kind" doc:"Why it is sent: update, digest, summary, repeat, escalation, incident, trouble, test or canary."`
	Thread  string `json:"thread,omitempty"`
	Items   []Item `json:"items" doc:"The worst first; none for a test."`
	// Letter is the same in words, cut where the body would be longer than 20 KB.
	Letter Letter `json:"letter"`
}

// An Item is one issue, message or source.
type Item struct {
	Change       string    `json:"change" doc:"What changed: opened, updated, post, status, resolved, review, left, returned, late, stale, heard, repeat, escalation or message; of a support request opened, filed, severity, answered, closed or reopened."`
	Kind         string    `json:"kind"` // issue, message, source, incident, step or request
	ID           string    `json:"id"`
	Version      int       `json:"version,omitempty"` // number of the newest update that is told
	Title        string    `json:"title"`             // as the provider wrote it
	Class        string    `json:"class"`
	Severity     string    `json:"severity"`
	Status       string    `json:"status,omitempty"`
	Was          string    `json:"was,omitempty" doc:"The status before, when it is another one."`
	Services     []Named   `json:"services"`
	Feature      string    `json:"feature,omitempty"`
	Category     string    `json:"category,omitempty"`
	Tags         []string  `json:"tags,omitempty"`
	Tenants      []Named   `json:"tenants"`
	Changes      []int64   `json:"changes" doc:"Numbers of the changes that are told."`
	At           time.Time `json:"at"`
	StartAt      time.Time `json:"startAt,omitzero"`
	EndAt        time.Time `json:"endAt,omitzero"`
	NextUpdateBy time.Time `json:"nextUpdateBy,omitzero"`
	Link         string    `json:"link,omitempty"`
	Request      *Request  `json:"request,omitempty" doc:"How a support request stands. What people wrote into it is not sent."`
}

// A Request is how a support request stands.
type Request struct {
	To       string `json:"to"`       // desk or provider
	Severity string `json:"severity"` // A, B or C
	State    string `json:"state"`    // draft, open, filed or ended
	Case     string `json:"case,omitempty" doc:"Number that the provider gave it."`
	Issue    string `json:"issue,omitempty" doc:"Id of the issue that it is about."`
}

// A Named is something with an id and a name.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A Letter is a message in words.
type Letter struct {
	Language string  `json:"language"`
	Heading  string  `json:"heading"`
	Title    string  `json:"title"`
	Lead     []Line  `json:"lead,omitempty"`
	Entries  []Entry `json:"entries"`
	Cut      bool    `json:"cut,omitempty" doc:"It is longer than what is here."`
}

// An Entry is what a letter says about one item.
type Entry struct {
	Heading string  `json:"heading"`
	Title   Line    `json:"title"`
	Blocks  []Block `json:"blocks"`
	Link    string  `json:"link,omitempty"`
}

// A Block is a part of an entry.
type Block struct {
	Kind  string `json:"kind"` // changed, impact, workaround, next, services or tenants
	Label string `json:"label"`
	Lines []Line `json:"lines"`
}

// A Line is one paragraph.
type Line struct {
	Text     string `json:"text"`
	Language string `json:"language"`
	Origin   string `json:"origin,omitempty" doc:"Who made the text, where it is not the provider or the desk."`
}

// Bounds of a body.
const (
	maxBody  = 20 << 10 // bytes
	maxItems = 50
	maxNames = 50 // of tenants, services and changes of an item
)

// Encode returns the body of a message. It is at most 20 KB long, unless the
// facts alone are longer: then the letter has its heading alone.
func Encode(m *notify.Message) ([]byte, error) {
	b := Body{Type: typeOf(m), Timestamp: m.MadeAt.UTC(), Data: Data{Version: 1, ID: m.ID, Kind: string(m.Kind), Thread: m.Thread, Items: []Item{}}}
	for _, f := range m.Facts[:min(len(m.Facts), maxItems)] {
		b.Data.Items = append(b.Data.Items, itemOf(f))
	}
	var err error
	body := notify.Fit(m.Letter, func(l *notify.Letter, cut bool) []byte {
		b.Data.Letter = letterOf(l, cut)
		var out bytes.Buffer
		e := json.NewEncoder(&out)
		e.SetEscapeHTML(false)
		err = e.Encode(b)
		return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
	}, func(body []byte) bool { return err == nil && len(body) <= maxBody })
	return body, err
}

// typeOf is the event type of a message.
func typeOf(m *notify.Message) string {
	if len(m.Facts) != 1 || m.Kind != notify.KindUpdate {
		if m.Kind == notify.KindUpdate {
			return "updates"
		}
		return string(m.Kind)
	}
	return string(m.Facts[0].Kind) + "." + m.Facts[0].Change
}

func itemOf(f notify.Fact) Item {
	item := Item{
		Change: f.Change, Kind: string(f.Kind), ID: f.ID, Version: f.N, Title: f.Title, Class: f.Class, Severity: f.Severity.String(),
		Status: string(f.Status), Was: string(f.Was), Services: []Named{}, Feature: f.Feature, Category: f.Category, Tags: f.Tags, Tenants: []Named{},
		Changes: f.Changes[:min(len(f.Changes), maxNames)], At: f.At, StartAt: f.StartAt, EndAt: f.EndAt, NextUpdateBy: f.NextUpdateBy, Link: f.Link,
	}
	if f.Request != nil {
		one := Request(*f.Request)
		item.Request = &one
	}
	for _, s := range f.Services[:min(len(f.Services), maxNames)] {
		item.Services = append(item.Services, Named(s))
	}
	for _, t := range f.Tenants[:min(len(f.Tenants), maxNames)] {
		item.Tenants = append(item.Tenants, Named(t))
	}
	return item
}

func letterOf(l *notify.Letter, cut bool) Letter {
	out := Letter{Language: l.Language, Heading: l.Heading, Title: l.Title.Text, Lead: linesOf(l.Lead), Entries: []Entry{}, Cut: cut}
	for _, e := range l.Entries {
		entry := Entry{Heading: e.Heading, Title: Line(e.Title), Blocks: []Block{}, Link: e.Link}
		for _, b := range e.Blocks {
			entry.Blocks = append(entry.Blocks, Block{string(b.Kind), b.Label, linesOf(b.Lines)})
		}
		out.Entries = append(out.Entries, entry)
	}
	return out
}

func linesOf(list []notify.Line) (lines []Line) {
	for _, one := range list {
		lines = append(lines, Line(one))
	}
	return lines
}
