package cli

import (
	"context"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/tocsin"
)

// inIncident lets do change an incident, and prints what holds then.
func (s *session) inIncident(ctx context.Context, n int64, do func(desk *app.Rooms, now time.Time) error) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	now := time.Now().UTC()
	if err := do(desk, now); err != nil {
		return err
	}
	return s.printIncident(ctx, desk, n, now)
}

type incidentStepCmd struct {
	incidentRef
	Step      string `arg:"" help:"detection, announcement, escalation, updates, closure or review; updates/3 for another update than that of this hour."`
	At        string `help:"When it was done: an instant or a time ago such as --at=-5m. Default: now." placeholder:"WHEN"`
	NotNeeded string `help:"Why it is not needed, in the place of done." placeholder:"REASON" xor:"end"`
	Reopen    string `help:"Why it is open again, in the place of done." placeholder:"REASON" xor:"end"`
}

func (c *incidentStepCmd) Run(ctx context.Context, s *session) error {
	return s.inIncident(ctx, c.N, func(desk *app.Rooms, now time.Time) error {
		at, err := parseAt("at", c.At, now)
		if err != nil {
			return err
		}
		step, number, numbered := strings.Cut(c.Step, "/")
		end := tocsin.IncidentStep{Step: step, Needed: c.NotNeeded == "", Reason: c.NotNeeded, At: at}
		switch {
		case numbered:
			if end.N, err = strconv.Atoi(number); err != nil || end.N < 1 {
				return tocsin.Invalidf("step", "%q is no number of an update.", tocsin.Clip(number, 20))
			}
		case step == tocsin.StepUpdates:
			if end.N, err = updateOfNow(ctx, desk, c.N, now); err != nil {
				return err
			}
		}
		if c.Reopen != "" {
			return desk.Responses.ReopenStep(ctx, c.N, end.Step, end.N, c.Reopen, now)
		}
		return desk.Responses.EndStep(ctx, c.N, end, now)
	})
}

// updateOfNow is the number of the update that is to be sent.
func updateOfNow(ctx context.Context, desk *app.Rooms, n int64, now time.Time) (int, error) {
	i, err := desk.Responses.Incident(ctx, n)
	if err != nil {
		return 0, err
	}
	steps, err := desk.Responses.IncidentSteps(ctx, n)
	if err != nil {
		return 0, err
	}
	return respond.CourseOf(i, steps).Update(now)
}

type incidentNoteCmd struct {
	incidentRef
	Text     string `arg:"" help:"What is written; of a measure what was changed, of a service its workaround, of T0 the reason."`
	At       string `help:"When it happened: an instant or a time ago such as --at=-10m; the time of writing is kept beside it. With --t0: when it began." placeholder:"WHEN"`
	Decision bool   `help:"It is a decision." xor:"what"`
	Amends   int64  `help:"Number of the entry that it puts right." placeholder:"N" xor:"what"`
	Role     string `help:"Give a part to whom the text names, until the incident is closed: manager, comms, scribe, liaison or support." placeholder:"ROLE" xor:"what"`
	Service  string `help:"Workload id of a service that was tried; with --state." placeholder:"ID" xor:"what"`
	State    string `help:"How it worked: ${enum}." enum:"ok,partial,ko," default:""`
	Measure  bool   `help:"It was changed for the time being; with --undo." xor:"what"`
	Where    string `help:"Where it was changed."`
	Who      string `help:"Who changed it."`
	Undo     string `help:"Who undoes it, and when." placeholder:"WHO"`
	Undone   int64  `help:"Number of a measure that was undone." placeholder:"N" xor:"what"`
	Kept     int64  `help:"Number of a measure that stays, for the reason of the text." placeholder:"N" xor:"what"`
	Checked  string `help:"Item of the recovery checklist that was checked, such as exchange/queues." placeholder:"ITEM" xor:"what"`
	Needless string `help:"Item that is not needed, for the reason of the text." placeholder:"ITEM" xor:"what"`
	T0       bool   `name:"t0" help:"It began at --at: all due times move, what was late stays to be seen." xor:"what"`
	Issue    string `help:"Id of an issue that it is about as well." placeholder:"ID" xor:"what"`
	NoIssue  string `help:"Id of an issue that it is not about after all, for the reason of the text." placeholder:"ID" xor:"what"`
}

func (c *incidentNoteCmd) Run(ctx context.Context, s *session) error {
	return s.inIncident(ctx, c.N, func(desk *app.Rooms, now time.Time) error {
		at, err := parseAt("at", c.At, now)
		if err != nil {
			return err
		}
		r := desk.Responses
		switch {
		case c.Amends != 0:
			return r.AmendEntry(ctx, c.N, c.Amends, c.Text, now)
		case c.Role != "":
			return r.GiveRole(ctx, c.N, c.Role, c.Text, now)
		case c.Service != "" || c.State != "":
			return r.SetIncidentState(ctx, c.N, tocsin.IncidentState{Service: c.Service, State: c.State, Workaround: c.Text}, now)
		case c.Measure:
			return r.AddMeasure(ctx, c.N, tocsin.IncidentMeasure{What: c.Text, Where: c.Where, Who: c.Who, UndoBy: c.Undo}, now)
		case c.Undone != 0 || c.Kept != 0:
			return r.EndMeasure(ctx, c.N, c.Undone+c.Kept, c.Kept != 0, c.Text, now)
		case c.Checked != "" || c.Needless != "":
			return c.tick(ctx, desk, now)
		case c.T0:
			if at.IsZero() {
				return tocsin.Invalidf("at", "Say with --at when it began.")
			}
			return r.CorrectStart(ctx, c.N, at, c.Text, now)
		case c.Issue != "":
			return r.AttachIssue(ctx, c.N, c.Issue, now)
		case c.NoIssue != "":
			return r.DetachIssue(ctx, c.N, c.NoIssue, c.Text, now)
		case c.Decision:
			return r.AddEntry(ctx, c.N, "decision", c.Text, at, now)
		}
		return r.AddEntry(ctx, c.N, "note", c.Text, at, now)
	})
}

// tick ticks an item that the incident asks for.
func (c *incidentNoteCmd) tick(ctx context.Context, desk *app.Rooms, now time.Time) error {
	items, err := itemsOf(ctx, desk, c.N)
	if err != nil {
		return err
	}
	item := c.Checked + c.Needless
	if err := tocsin.OneOfIncident("item", item, items); err != nil {
		return err
	}
	return desk.Responses.Tick(ctx, c.N, tocsin.IncidentCheck{Item: item, Needed: c.Checked != "", Reason: c.Text}, now)
}

// itemsOf are what has to be ticked before the incident with a number is closed.
func itemsOf(ctx context.Context, desk *app.Rooms, n int64) ([]string, error) {
	i, err := desk.Responses.Incident(ctx, n)
	if err != nil {
		return nil, err
	}
	return respond.AskedItems(i.Services)
}

type incidentCloseCmd struct{ incidentRef }

func (c *incidentCloseCmd) Run(ctx context.Context, s *session) error {
	return s.inIncident(ctx, c.N, func(desk *app.Rooms, now time.Time) error {
		items, err := itemsOf(ctx, desk, c.N)
		if err != nil {
			return err
		}
		return desk.Responses.CloseIncident(ctx, c.N, items, now)
	})
}
