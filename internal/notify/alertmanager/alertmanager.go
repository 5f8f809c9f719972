// Package alertmanager posts what is open and what has ended to an Alertmanager,
// through version 2 of its API: one alert for each item and tenant.
//
// Alertmanager tells an alert by its labels, and tells its receivers nothing when
// an annotation alone changes. So the status is a label, and a change of it ends
// the alert with the old one in the same post. Each alert carries both times: an
// alert that only ends would begin and end at once, and one that does not say when
// it ends is over in minutes.
package alertmanager

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/wire"
)

// How long an alert holds when nothing more is said of it.
const (
	keepIssue   = 30 * 24 * time.Hour
	keepMessage = time.Hour
	keepTest    = 5 * time.Minute
)

// Path is where the alerts of an Alertmanager are posted, below its address.
const Path = "/api/v2/alerts"

// Config says which Alertmanager is told.
type Config struct {
	// Wire's address is that of the server, with or without [Path].
	Wire  wire.Config
	Token string // bearer token, or user:password of a proxy before it; none when empty
}

// Channel posts to one server.
type Channel struct {
	client *wire.Client
	header http.Header
}

// New makes a channel.
func New(c Config) (*Channel, error) {
	u, err := url.Parse(c.Wire.Address)
	if err != nil {
		return nil, errors.New("write the address of an Alertmanager, such as https://alertmanager.example")
	}
	if !strings.HasSuffix(strings.TrimRight(u.Path, "/"), Path) {
		u.Path, u.RawPath = strings.TrimRight(u.Path, "/")+Path, ""
	}
	c.Wire.Address = u.String()
	client, err := wire.New(c.Wire)
	if err != nil {
		return nil, err
	}
	return &Channel{client, wire.JSON(c.Token)}, nil
}

// alert is Alertmanager's postableAlert.
type alert struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations,omitempty"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL,omitempty"`
}

// Send implements [notify.Channel]. A server that refuses a post for its form is
// sent the alerts one by one: one that it does not take costs no other.
func (c *Channel) Send(ctx context.Context, m *notify.Message) (notify.Receipt, error) {
	alerts := alertsOf(m)
	if len(alerts) == 0 {
		return notify.Receipt{Detail: "nothing in it is an alert"}, nil
	}
	receipt, err := c.post(ctx, alerts)
	f, ok := errors.AsType[*notify.Failure](err)
	if !ok || f.Reason != notify.ReasonContent || len(alerts) == 1 {
		return receipt, err
	}
	var first error
	for i := range alerts {
		if _, err := c.post(ctx, alerts[i:i+1]); err != nil {
			if f, ok := errors.AsType[*notify.Failure](err); !ok || f.Reason != notify.ReasonContent {
				return notify.Receipt{}, err
			}
			first = cmp.Or(first, err)
		}
	}
	return receipt, first
}

func (c *Channel) post(ctx context.Context, alerts []alert) (notify.Receipt, error) {
	body, err := json.Marshal(alerts)
	if err != nil {
		return notify.Receipt{}, &notify.Failure{Reason: notify.ReasonContent, Permanent: true, Detail: "The alerts could not be written.", Cause: err}
	}
	answer, err := c.client.Post(ctx, c.header, body)
	if err != nil {
		return notify.Receipt{}, err
	}
	return notify.Receipt{Status: answer.Status}, nil
}

func alertsOf(m *notify.Message) (list []alert) {
	if m.Kind == notify.KindTest || m.Kind == notify.KindCanary {
		return []alert{{
			Labels:   map[string]string{"alertname": "TocsinTest", "message": m.ID},
			StartsAt: m.MadeAt, EndsAt: m.MadeAt.Add(keepTest), Annotations: map[string]string{"summary": m.Letter.Title.Text},
		}}
	}
	for i, f := range m.Facts {
		var entry *notify.Entry
		if i < len(m.Letter.Entries) {
			entry = &m.Letter.Entries[i]
		}
		for _, t := range f.Tenants {
			list = append(list, alertsFor(f, t, entry)...)
		}
	}
	return list
}

// alertsFor is the alert of an item in a tenant as it is now, after the one that a
// change of its status has ended.
func alertsFor(f notify.Fact, t notify.Tenant, entry *notify.Entry) (list []alert) {
	start := f.StartAt
	if start.IsZero() || start.After(f.At) {
		start = f.At
	}
	now := alert{Labels: labelsOf(f, t, string(f.Status)), Annotations: annotationsOf(f, t, entry), StartsAt: start, EndsAt: f.At.Add(keepIssue)}
	if f.Kind == "message" {
		now.EndsAt = f.At.Add(keepMessage)
	}
	if u, err := url.Parse(f.Link); err == nil && u.Scheme == "https" && u.Host != "" {
		now.GeneratorURL = f.Link // one that is none costs all alerts of a post
	}
	if f.Was != "" && f.Was != f.Status && !f.Was.Settled() {
		before := now
		before.Labels, before.EndsAt = labelsOf(f, t, string(f.Was)), endOf(start, f.At)
		list = append(list, before)
		if f.Over() {
			return list
		}
	}
	if f.Over() {
		now.EndsAt = endOf(start, f.At)
	}
	return append(list, now)
}

// endOf is an end that is after the start: an alert that ends when it begins is
// taken for one without an end.
func endOf(start, end time.Time) time.Time {
	if end.After(start) {
		return end
	}
	return start.Add(time.Second)
}

// labelsOf are what an alert is told by: what does not change while it lasts, and
// the status. Names are of letters and underscores alone.
func labelsOf(f notify.Fact, t notify.Tenant, status string) map[string]string {
	labels := map[string]string{
		"alertname": "Tocsin" + map[string]string{"issue": "Issue", "message": "Message", "source": "Source"}[string(f.Kind)],
		"id":        f.ID, "tenant": t.ID, "class": f.Class, "status": status,
	}
	if len(f.Services) > 0 {
		labels["service"] = f.Services[0].ID
	}
	for name, value := range labels {
		if value = strings.ToValidUTF8(value, "\uFFFD"); value == "" {
			delete(labels, name) // an empty label is a missing one
		} else {
			labels[name] = value
		}
	}
	return labels
}

func annotationsOf(f notify.Fact, t notify.Tenant, entry *notify.Entry) map[string]string {
	a := map[string]string{"summary": f.Title, "tenant_name": t.Name, "severity": f.Severity.String()}
	if entry != nil {
		a["summary"] = entry.Heading + ": " + entry.Title.Text
		for _, b := range entry.Blocks {
			var lines []string
			for _, line := range b.Lines {
				lines = append(lines, line.Text)
			}
			if b.Kind != notify.BlockTenants { // of others, too
				a[string(b.Kind)] = strings.Join(lines, "\n")
			}
		}
	}
	for name, value := range a {
		a[name] = strings.ToValidUTF8(value, "\uFFFD")
	}
	return a
}
