package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A notice is a message-center post with all its versions.
type notice struct {
	tenants []string
	states  []tocsin.Message
}

// A phase is what a message says about its topic.
type phase int

const (
	preview phase = iota
	arrival
	newDefault
	retirement
	phases
)

// writeNotices makes up the messages before anchor: each topic in each of its
// phases. Ids ascend with time, from six digits to seven, so that their order
// as text differs from that as numbers, as it does upstream.
func writeNotices(anchor time.Time) []notice {
	random := rand.New(rand.NewPCG(seed, 2))
	var drafts []draft
	for number, t := range topics() {
		// The phases of a topic follow each other by some months.
		at := anchor.Add(-time.Duration(560+random.IntN(160)) * 24 * time.Hour)
		for ph := range phases {
			gap := time.Duration(105+random.IntN(150)) * 24 * time.Hour
			if ph > 0 {
				at = at.Add(gap)
			}
			if late := anchor.Add(-time.Duration(1+random.IntN(45)) * 24 * time.Hour); at.After(late) {
				at = late
			}
			at = at.Truncate(24 * time.Hour).Add(time.Duration(17*3600+random.IntN(6*3600)) * time.Second)
			drafts = append(drafts, draft{topic: t, number: number, phase: ph, start: minTime(at, anchor.Add(-2*time.Hour))})
		}
	}
	slices.SortStableFunc(drafts, func(a, b draft) int { return a.start.Compare(b.start) })
	notices := make([]notice, 0, len(drafts))
	for n, d := range drafts {
		d.id = fmt.Sprintf("MC%d", 983_000+n*211)
		d.random = rand.New(rand.NewPCG(seed, uint64(3000+n)))
		d.rank = n
		d.modern = d.start.After(anchor.AddDate(0, -8, 0)) && n%4 != 0 // older ones go on
		notices = append(notices, d.write(anchor))
	}
	return notices
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// A draft is a message before it is written.
type draft struct {
	topic  topic
	number int // of the topic
	phase  phase
	start  time.Time
	id     string
	rank   int
	modern bool // under the headings of the newer family
	random *rand.Rand
}

// write makes the versions of a message: the first, and up to three updates.
func (d draft) write(anchor time.Time) notice {
	names := []string{}
	n := notice{tenants: []string{Contoso}}
	small, middle := false, false
	for _, id := range strings.Fields(d.topic.services) {
		names = append(names, tocsin.ServiceNameOf(id))
		for _, w := range workloads() {
			small, middle = small || w.id == id && w.small, middle || w.id == id && w.middle
		}
	}
	if small && d.number%5 < 4 {
		n.tenants = append(n.tenants, Fabrikam)
	}
	if middle && d.number%6 < 5 {
		n.tenants = append(n.tenants, Northwind)
	}
	life := time.Duration(75+d.random.IntN(150)) * 24 * time.Hour
	m := tocsin.Message{
		ID: d.id, Services: names, ContentType: "html",
		Category: "stayInformed", Severity: "normal",
		StartAt: d.start, EndAt: d.start.Add(life).Truncate(time.Hour), ModifiedAt: d.start,
	}
	d.label(&m)
	if days := d.dueIn(); days > 0 && !m.ActionRequiredBy.IsZero() {
		m.ActionRequiredBy = anchor.AddDate(0, 0, days)
	}
	rollout := d.start.AddDate(0, 0, 20+d.random.IntN(40))
	m.Content = d.body(rollout, "")
	m.Details = d.details(m.ModifiedAt, rollout)
	n.states = append(n.states, m)
	for range d.random.IntN(4) {
		at := m.ModifiedAt.Add(time.Duration(4+d.random.IntN(35))*24*time.Hour + time.Duration(d.random.IntN(9*3600*10))*100*time.Millisecond)
		if !at.Before(anchor) || !at.Before(m.EndAt) {
			break
		}
		rollout = rollout.AddDate(0, 1, 0)
		m = d.update(m, at, rollout)
		n.states = append(n.states, m)
	}
	return n
}

// label sets the title, tags and category of a message. Shares of categories
// and severities are like those of recorded answers.
func (d draft) label(m *tocsin.Message) {
	first := m.Services[0]
	switch d.phase {
	case preview:
		m.Title, m.Tags = fmt.Sprintf("%s: %s (preview)", first, d.topic.name), []string{"New feature", "Admin impact"}
	case arrival:
		m.Title, m.Tags = fmt.Sprintf("%s: %s", first, d.topic.name), []string{"New feature", "User impact"}
	case newDefault:
		m.Title, m.Tags = fmt.Sprintf("%s: %s will be on by default", first, d.topic.name), []string{"Feature update", "User impact", "Admin impact"}
		if d.number%3 != 0 {
			m.Category = "planForChange"
		}
		m.MajorChange = d.number%2 == 0
	case retirement:
		m.Title, m.Tags = fmt.Sprintf("%s: Retirement of %s", first, d.topic.old), []string{"Retirement", "Admin impact"}
		m.Category, m.MajorChange = "planForChange", true
		if d.number%2 == 0 {
			m.Title = fmt.Sprintf("%s: Check how you use %s", first, d.topic.old)
			m.Tags, m.MajorChange = []string{"Admin impact"}, false
			m.Category = "stayInformed"
		}
		if d.number%5 == 0 {
			m.Category = "preventOrFixIssue"
		}
		m.HasAttachments = d.number%10 == 1
		if m.MajorChange {
			m.ActionRequiredBy = m.EndAt.AddDate(0, 0, -14).Truncate(24 * time.Hour)
		}
		switch d.number {
		case 15, 25, 41:
			m.Severity = "high"
		case 10:
			m.Severity = "critical"
		}
	}
}

// dueIn is in how many days somebody must have acted on the newest retirements,
// so that a demo always has work for the coming weeks; 0 for all others.
func (d draft) dueIn() int {
	switch d.number {
	case 21:
		return 5
	case 33:
		return 12
	case 31:
		return 19
	case 29:
		return 33
	case 27:
		return 54
	}
	return 0
}

// update is the next version of a message, marked in the way of real ones:
// most say so in the title, in a tag and in the first paragraph.
func (d draft) update(m tocsin.Message, at, rollout time.Time) tocsin.Message {
	if d.rank%9 != 4 && !strings.HasPrefix(m.Title, "(Updated)") {
		m.Title = "(Updated) " + m.Title
	}
	if !slices.Contains(m.Tags, "Updated message") {
		m.Tags = append(slices.Clone(m.Tags), "Updated message")
	}
	if d.random.IntN(2) == 0 {
		m.EndAt = m.EndAt.AddDate(0, 1, 0)
	}
	why := pick([]string{
		"We have moved the dates below.",
		"The rollout takes longer than planned; see the new dates.",
		"We have added what admins asked about most.",
		"A part of the rollout was repeated after a fault had been found.",
	}, d.random.IntN(100))
	m.ModifiedAt = at
	m.Content = d.body(rollout, "<p>Updated "+at.Format("January 2, 2006")+": "+why+" Thank you for your patience.</p>")
	m.Details = d.details(at, rollout)
	return m
}

// details names what other systems link by. The clock in FeatureStatusJson is
// that of the observation, as upstream.
func (d draft) details(at, rollout time.Time) []tocsin.Detail {
	list := []tocsin.Detail{{Name: "Summary", Value: d.summary(rollout)}}
	roadmap := 480_000 + d.number*37
	if d.phase == preview || d.phase == arrival {
		ids := fmt.Sprint(roadmap)
		if d.number%7 == 0 {
			ids += fmt.Sprintf(",%d", roadmap+4)
		}
		list = append(list, tocsin.Detail{Name: "RoadmapIds", Value: ids},
			tocsin.Detail{Name: "Platforms", Value: pick([]string{"Web", "Desktop,Web", "Android,iOS", "Desktop,Mac,Web", "World tenant,Online"}, d.number)})
	}
	if d.phase == arrival && d.number%2 == 0 {
		list = append(list, tocsin.Detail{Name: "FeatureStatusJson", Value: fmt.Sprintf(
			`{"%d":{"McPostId":"%s","Platform":"Web","Status":"FeatureRolloutStatusNotSupported","LastUpdateTime":"%s","LatestRing":"General","TenantRolloutRing":"Unknown"}}`,
			roadmap, d.id, at.Format("2006-01-02T15:04:05.0000000Z"))})
	}
	if d.number%6 == 2 {
		list = append(list, tocsin.Detail{Name: "HelpLink", Value: fmt.Sprintf("https://docs.example.com/features/%d", roadmap)})
	}
	return list
}

func (d draft) summary(rollout time.Time) string {
	month := rollout.Format("January 2006")
	switch d.phase {
	case preview:
		return fmt.Sprintf("A preview of %s starts in %s. Admins choose who takes part.", d.topic.name, month)
	case arrival:
		return fmt.Sprintf("%s comes to all organizations from %s on.", d.topic.name, month)
	case newDefault:
		return fmt.Sprintf("From %s on, %s will be on unless an admin has turned it off.", month, d.topic.name)
	}
	return fmt.Sprintf("After %s, %s will no longer work. %s takes its place.", month, d.topic.old, d.topic.name)
}
