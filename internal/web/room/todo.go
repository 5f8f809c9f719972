package room

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/speech"
	store "example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
)

// A todo leads from the head of a room to where a step that is open is done.
type todo struct {
	Words, Icon, Href string
	Click             *click // sends it at once; nil where there is a page between
}

// A click is a message that is sent as it is shown, by one press.
type click struct {
	Action, Of, Do string
	Read           string   // what was shown: another text is not sent
	Lines          []string // as it reads, subject first
	Channels       []string // through which it goes, those of the message before
}

// gathered is what messages of an open room are filled with; of one that is closed there
// are none.
func (v *view) gathered(i tocsin.Incident, room store.Room) (f speech.Facts, err error) {
	if !i.Open() {
		return f, nil
	}
	return v.desk().GatherRoom(v.R.Context(), i, room, v.asks(i), v.Zone)
}

// todos are what a room waits for, in the order of the runbook. What the provider
// announces as over comes first. said lists what was said, the newest first.
func (v *view) todos(page *roomPage, i tocsin.Incident, steps []tocsin.IncidentStep, f speech.Facts, said []tocsin.IncidentMessage) {
	if !i.Open() {
		return
	}
	closed := true
	for _, c := range respond.CourseOf(i, steps).Plan(v.Now) {
		if !c.Open() {
			continue
		}
		one, ok := todo{}, false
		switch c.Step {
		case tocsin.StepDetection:
			one, ok = todo{Words: v.Text("room.todo.detection"), Icon: "triage", Href: v.Href("/triage")}, v.mayAll(access.Triage, i)
		case tocsin.StepAnnouncement:
			one, ok = v.writes(i, "announcement"), page.Sends
		case tocsin.StepEscalation:
			one, ok = todo{Words: v.Text("room.prepare"), Icon: "request", Href: v.Href("/requests/new?incident=" + strconv.FormatInt(i.N, 10))}, v.served(i) && v.mayAll(access.AskProvider, i)
		case tocsin.StepUpdates:
			if one, ok = v.writes(i, "hourly"), page.Sends; ok {
				one = v.update(one, i, f, said, c.N)
			}
		case tocsin.StepClosure:
			closed = false
			if one, ok = v.writes(i, "closure"), page.Sends && slices.Contains(f.Said, "end"); ok {
				page.Todo = append([]todo{one}, page.Todo...)
				continue
			}
		}
		if ok {
			page.Todo = append(page.Todo, one)
		}
	}
	switch {
	case !closed || !page.Works:
	case page.Unchecked > 0:
		page.Todo = append(page.Todo, todo{Words: v.Text("room.todo.checks", "n", page.Unchecked), Icon: "check", Href: "#checks"})
	case page.Runs:
		page.Todo = append(page.Todo, todo{Words: v.Text("room.close"), Icon: "check", Href: "#end"})
	}
}

// writes leads to where a message is written.
func (v *view) writes(i tocsin.Incident, of string) todo {
	t, _ := v.book.Message(of)
	return todo{Words: t.Name, Icon: "comms", Href: v.Href(path(i.N, "message?of="+of))}
}

// update has the update of the hour sent by one press, where nothing is to be filled
// in and a message before it says through which channels.
func (v *view) update(one todo, i tocsin.Incident, f speech.Facts, said []tocsin.IncidentMessage, n int) todo {
	one.Words = v.Text("room.update", "n", n)
	sent := newestSent(said)
	if sent == nil || f.Since.IsZero() {
		return one
	}
	t, _ := v.book.Message("hourly")
	filled, err := f.About(t.ID).Draft(t, v.Code)
	if err != nil || len(filled.Missing) > 0 {
		return one // they see on its page what is wrong
	}
	c := click{Action: v.Href(path(i.N, "sent")), Of: t.ID, Do: "outside", Channels: sent.Channels}
	words := "room.todo.outside"
	if len(sent.Channels) > 0 {
		c.Do, words = "send", "room.todo.send"
	}
	for _, line := range filled.Lines {
		c.Lines = append(c.Lines, respond.Text(line))
	}
	c.Read = fingerprint(c.Lines)
	one.Words, one.Icon, one.Click = v.Text(words, "n", n), "send", &c
	return one
}

// spoken lists what was said of an incident, the newest first.
func (v *view) spoken(i tocsin.Incident) ([]tocsin.IncidentMessage, error) {
	return v.pages.config.Messages.Said(v.R.Context(), i.N)
}

// newestSent is the first message of a list that was sent, nil where none was.
func newestSent(list []tocsin.IncidentMessage) *tocsin.IncidentMessage {
	for _, m := range list {
		if m.State == tocsin.MessageSent {
			return &m
		}
	}
	return nil
}

// fingerprint tells texts apart.
func fingerprint(lines []string) string {
	h := fnv.New64a()
	h.Write([]byte(strings.Join(lines, "\n"))) // never fails
	return fmt.Sprintf("%x", h.Sum64())
}

// asRead reports that a message which is sent by one press reads as it was shown.
func (v *view) asRead(w tocsin.IncidentWords) error {
	if read := v.R.PostFormValue("read"); read != "" && read != fingerprint(strings.Split(w.Text(), "\n")) {
		return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "message", Message: "The message is no longer as you read it: read it again."}
	}
	return nil
}
