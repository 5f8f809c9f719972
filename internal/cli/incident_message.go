package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/speech"
	"example.org/tocsin/internal/tocsin"
)

type incidentMessageCmd struct {
	Offers  messageOffersCmd  `cmd:"" help:"Print the messages that can be sent, as they read now in three languages. Example: tocsin incident message offers 3"`
	List    messageSaidCmd    `cmd:"" help:"List what was said of an incident, with what became of it. Example: tocsin incident message list 3 --output json"`
	Send    messageSendCmd    `cmd:"" help:"Send a message through channels, or record that it left by other means. Where incidents.approve is set it waits for a second person. Example: tocsin incident message send 3 announcement --fact symptoms=late --channel staff"`
	Approve messageApproveCmd `cmd:"" help:"Have a message sent that somebody else wrote. Example: tocsin incident message approve 3 1 --revision 1"`
	Return  messageReturnCmd  `cmd:"" help:"Give a message that waits back to its writer. Example: tocsin incident message return 3 1 Unclear --revision 1"`
}

// saying is an incident with what messages about it need.
type saying struct {
	desk     *app.Rooms
	speaker  *dispatch.Speaker
	incident tocsin.Incident
	now      time.Time
	base     string   // of the pages
	served   []string // tenants of the incident that are not disabled
}

// speaks refuses to say something where no tenant of the incident is served any more,
// as its pages do.
func (x *saying) speaks() error {
	if len(x.served) == 0 {
		return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "tenant", Message: "No tenant of this incident is served any more: nothing is sent."}
	}
	return nil
}

// saying opens the archive to say something about an incident. The caller closes it.
func (s *session) saying(ctx context.Context, n int64, open func(context.Context) (*app.Rooms, config.Config, error)) (*saying, error) {
	desk, c, err := open(ctx)
	if err != nil {
		return nil, err
	}
	x := &saying{desk: desk, now: time.Now().UTC(), base: c.Server.Base}
	setup, err := app.NewSetup(c, time.Now)
	if err == nil {
		x.incident, err = desk.Responses.Incident(ctx, n)
	}
	if err != nil {
		_ = desk.Close() // the first error says more
		return nil, err
	}
	for _, id := range x.incident.TenantIDs {
		tenant, err := desk.Archive.Tenant(ctx, id)
		if err != nil {
			_ = desk.Close()
			return nil, err
		}
		if !tenant.Disabled {
			x.served = append(x.served, id)
		}
	}
	x.speaker = dispatch.NewSpeaker(dispatch.SpeakerConfig{Rooms: desk.Responses, Ledger: desk.Deliveries, Setup: func() *dispatch.Setup { return setup }, Second: func() bool { return setup.Second }})
	return x, nil
}

// facts gathers what messages are filled with.
func (x *saying) facts(ctx context.Context) (speech.Facts, error) {
	model := readmodel.New(x.desk.Reading(), func() time.Time { return x.now }, slog.New(slog.DiscardHandler))
	of := func(id string) (*readmodel.Snapshot, error) { return model.Snapshot(ctx, id) }
	first := new(readmodel.Snapshot) // nothing is claimed for those that are disabled
	if len(x.served) > 0 {
		var err error
		if first, err = of(x.served[0]); err != nil {
			return speech.Facts{}, err
		}
	}
	desk := speech.Desk{Model: model, Rooms: x.desk.Responses, Edits: x.desk.Responses, Carried: business.Library{Maps: x.desk.Responses, People: x.desk.People}, Base: func() string { return x.base }}
	return desk.Gather(ctx, x.incident, speech.Asked{Tenant: first, Of: of, Now: x.now, ReadMap: func(id string) bool { return slices.Contains(x.served, id) }}, time.UTC)
}

// step is the step of the runbook that is done when a message is sent now.
func (x *saying) step(ctx context.Context, template string) (tocsin.IncidentStep, error) {
	steps, err := x.desk.Responses.IncidentSteps(ctx, x.incident.N)
	return respond.CourseOf(x.incident, steps).MessageStep(template, x.now), err
}

// saidJSON is a message of an incident as commands print it.
type saidJSON struct {
	Number    int64       `json:"number"`
	Template  string      `json:"template,omitempty"`
	Name      string      `json:"name"`
	State     string      `json:"state"`
	Revision  int         `json:"revision"`
	WrittenAt string      `json:"writtenAt"`
	WrittenBy string      `json:"writtenBy"`
	SettledAt string      `json:"settledAt,omitempty"`
	SettledBy string      `json:"settledBy,omitempty"`
	Reason    string      `json:"reason,omitempty"`
	Promised  string      `json:"promisedAt,omitempty"`
	Channels  []string    `json:"channels"`
	Words     []wordsJSON `json:"words"`
}

func newSaidJSON(m tocsin.IncidentMessage) saidJSON {
	j := saidJSON{m.N, m.Template, m.Name, m.State, m.Revision, date(m.WrittenAt), m.WrittenBy, date(m.SettledAt), m.SettledBy, m.Reason, date(m.Promised), append([]string{}, m.Channels...), []wordsJSON{}}
	for _, w := range m.Words {
		j.Words = append(j.Words, newWordsJSON(w))
	}
	return j
}

func (j saidJSON) write(w io.Writer) {
	fmt.Fprintf(w, "Message %d, revision %d: %s, %s by %s.\n", j.Number, j.Revision, oneLine(j.Name), j.State, oneLine(cmp.Or(j.SettledBy, j.WrittenBy)))
	writeWords(w, j.Words)
}

type messageOffersCmd struct{ incidentRef }

// offerJSON is a message that can be sent.
type offerJSON struct {
	Template string      `json:"template"`
	Name     string      `json:"name"`
	Missing  []string    `json:"missing"`
	Promised string      `json:"promisedAt,omitempty"`
	Words    []wordsJSON `json:"words"`
}

func (c *messageOffersCmd) Run(ctx context.Context, s *session) error {
	x, err := s.saying(ctx, c.N, s.openToRead)
	if err != nil {
		return err
	}
	defer x.desk.Close()
	facts, err := x.facts(ctx)
	if err != nil {
		return err
	}
	offers, err := facts.Offers("en")
	if err != nil {
		return err
	}
	list := make([]offerJSON, len(offers))
	for i, o := range offers {
		list[i] = offerJSON{o.Template, o.Name, append([]string{}, o.Missing...), date(o.Promised), []wordsJSON{}}
		for _, w := range o.Words {
			list[i].Words = append(list[i].Words, newWordsJSON(w))
		}
	}
	return s.print(list, func(w io.Writer) {
		for _, o := range list {
			fmt.Fprintf(w, "%s: %s. To be given: %s\n", o.Template, oneLine(o.Name), cmp.Or(strings.Join(o.Missing, ", "), "nothing"))
			writeWords(w, o.Words)
		}
	})
}

type messageSaidCmd struct{ incidentRef }

func (c *messageSaidCmd) Run(ctx context.Context, s *session) error {
	x, err := s.saying(ctx, c.N, s.openToRead)
	if err != nil {
		return err
	}
	defer x.desk.Close()
	said, err := x.speaker.Said(ctx, c.N)
	if err != nil {
		return err
	}
	list := make([]saidJSON, len(said))
	for i, m := range said {
		list[i] = newSaidJSON(m)
	}
	return s.print(list, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "N\tMESSAGE\tSTATE\tREVISION\tWRITTEN\tBY\tCHANNELS")
		for _, m := range list {
			fmt.Fprintf(table, "%d\t%s\t%s\t%d\t%s\t%s\t%s\n", m.Number, oneLine(m.Name), m.State, m.Revision, m.WrittenAt, oneLine(m.WrittenBy), cmp.Or(strings.Join(m.Channels, " "), "-"))
		}
		_ = table.Flush() // standard output
	})
}

type messageSendCmd struct {
	incidentRef
	Template string   `arg:"" help:"announcement, managers, closure, short-alert, hourly or short-closure."`
	Fact     []string `help:"Slot and what it is filled with: symptoms, services, regions, users, risks, eta, workarounds or next. May be repeated." placeholder:"SLOT=TEXT" sep:"none"`
	Channel  []string `help:"Name of a channel of the settings. May be repeated." placeholder:"NAME" xor:"way"`
	Outside  bool     `help:"It left by other means, as it stands: it is recorded." xor:"way"`
}

func (c *messageSendCmd) Run(ctx context.Context, s *session) error {
	typed := map[string]string{}
	for _, one := range c.Fact {
		slot, text, ok := strings.Cut(one, "=")
		if !ok || !slices.Contains(speech.Fillable(), slot) {
			return tocsin.Invalidf("fact", "Write a slot and its text, as symptoms=…: %s.", strings.Join(speech.Fillable(), ", "))
		}
		typed[slot] = text
	}
	if c.Outside == (len(c.Channel) > 0) {
		return tocsin.Invalidf("channel", "Name channels with --channel, or say with --outside that it left by other means.")
	}
	x, err := s.saying(ctx, c.N, s.openStore)
	if err != nil {
		return err
	}
	defer x.desk.Close()
	if err := x.speaks(); err != nil {
		return err
	}
	facts, err := x.facts(ctx)
	if err != nil {
		return err
	}
	m, err := facts.Compose(c.Template, "en", func(slot string) string { return typed[slot] })
	if err != nil {
		return err
	}
	m.Channels = slices.Compact(slices.Sorted(slices.Values(c.Channel)))
	step, err := x.step(ctx, m.Template)
	if err != nil {
		return err
	}
	if m, err = x.speaker.Say(ctx, c.N, m, step, x.now); err != nil {
		return err
	}
	j := newSaidJSON(m)
	return s.print(j, j.write)
}

// messageRef names a message of an incident as somebody read it.
type messageRef struct {
	incidentRef
	Message  int64 `arg:"" help:"Number of the message."`
	Revision int   `help:"The revision that was read." required:""`
}

// settle has do settle the message, and prints what became of it.
func (c messageRef) settle(ctx context.Context, s *session, do func(*saying, tocsin.IncidentMessage) error) error {
	x, err := s.saying(ctx, c.N, s.openStore)
	if err != nil {
		return err
	}
	defer x.desk.Close()
	find := func() (tocsin.IncidentMessage, error) {
		list, err := x.speaker.Said(ctx, c.N)
		at := slices.IndexFunc(list, func(m tocsin.IncidentMessage) bool { return m.N == c.Message })
		if err != nil || at < 0 {
			return tocsin.IncidentMessage{}, cmp.Or(err, tocsin.NotFoundf("There is no message %d.", c.Message))
		}
		return list[at], nil
	}
	m, err := find()
	if err != nil {
		return err
	}
	m.Revision = c.Revision
	if err := do(x, m); err != nil {
		return err
	}
	if m, err = find(); err != nil {
		return err
	}
	j := newSaidJSON(m)
	return s.print(j, j.write)
}

type messageApproveCmd struct{ messageRef }

func (c *messageApproveCmd) Run(ctx context.Context, s *session) error {
	return c.settle(ctx, s, func(x *saying, m tocsin.IncidentMessage) error {
		if err := x.speaks(); err != nil {
			return err
		}
		step, err := x.step(ctx, m.Template)
		if err == nil {
			_, err = x.speaker.Approve(ctx, c.N, m, step, x.now)
		}
		return err
	})
}

type messageReturnCmd struct {
	messageRef
	Reason string `arg:"" help:"Why."`
}

func (c *messageReturnCmd) Run(ctx context.Context, s *session) error {
	return c.settle(ctx, s, func(x *saying, m tocsin.IncidentMessage) error {
		return x.speaker.Return(ctx, c.N, m, c.Reason, x.now)
	})
}
