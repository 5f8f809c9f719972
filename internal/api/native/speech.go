package native

import (
	"context"
	"net/http"
	"slices"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/speech"
	"example.org/tocsin/internal/tocsin"
)

// speeches has what is said of incidents kept, and sent through channels.
type speeches interface {
	Channels() []tocsin.IncidentChannel
	Say(ctx context.Context, n int64, m tocsin.IncidentMessage, step tocsin.IncidentStep, now time.Time) (tocsin.IncidentMessage, error)
	Approve(ctx context.Context, n int64, read tocsin.IncidentMessage, step tocsin.IncidentStep, now time.Time) (tocsin.IncidentMessage, error)
	Return(ctx context.Context, n int64, read tocsin.IncidentMessage, reason string, now time.Time) error
	Said(ctx context.Context, n int64) ([]tocsin.IncidentMessage, error)
}

// speechWords is a message in a language.
type speechWords struct {
	Language string   `json:"language" enum:"en,fr,ja"`
	Subject  string   `json:"subject"`
	Lines    []string `json:"lines" nullable:"false"`
}

// offerBody is a message that can be sent.
type offerBody struct {
	Template   string        `json:"template" enum:"announcement,managers,closure,short-alert,hourly,short-closure"`
	Name       string        `json:"name"`
	Words      []speechWords `json:"words" nullable:"false" doc:"As it would be sent now, in each language."`
	Missing    []string      `json:"missing" nullable:"false" doc:"Facts that have to be given first."`
	PromisedAt *time.Time    `json:"promisedAt,omitempty" doc:"By when it promises the next one."`
}

type offersBody struct {
	Value    []offerBody     `json:"value" nullable:"false"`
	Channels []speechChannel `json:"channels" nullable:"false" doc:"Through which messages can be sent."`
}

type speechChannel struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Language string `json:"language"`
}

// speechBody is a message of an incident.
type speechBody struct {
	Number     int64            `json:"number"`
	Template   string           `json:"template,omitempty"`
	Name       string           `json:"name"`
	State      string           `json:"state" enum:"waiting,returned,sent"`
	Revision   int              `json:"revision" doc:"Grows each time that it is written anew: what is approved names it."`
	WrittenAt  time.Time        `json:"writtenAt"`
	WrittenBy  string           `json:"writtenBy,omitempty"`
	SettledAt  *time.Time       `json:"settledAt,omitempty"`
	SettledBy  string           `json:"settledBy,omitempty" doc:"Who sent, approved or returned it."`
	Reason     string           `json:"reason,omitempty" doc:"Why it was returned."`
	PromisedAt *time.Time       `json:"promisedAt,omitempty"`
	Channels   []string         `json:"channels" nullable:"false" doc:"None where it left by other means."`
	Words      []speechWords    `json:"words" nullable:"false"`
	Deliveries []speechDelivery `json:"deliveries" nullable:"false"`
}

type speechDelivery struct {
	Channel  string `json:"channel"`
	State    string `json:"state"`
	Attempts int    `json:"attempts"`
	Reason   string `json:"reason,omitempty"`
}

// SpeechFacts are what people know and the room does not.
type SpeechFacts struct {
	Symptoms    string `json:"symptoms,omitempty" maxLength:"1000"`
	Services    string `json:"services,omitempty" maxLength:"1000" doc:"Left out: what is partial or KO in the matrix."`
	Regions     string `json:"regions,omitempty" maxLength:"1000"`
	Users       string `json:"users,omitempty" maxLength:"1000" doc:"Left out: by the seats of sites, or as the provider counts, and which of the two."`
	Risks       string `json:"risks,omitempty" maxLength:"1000"`
	ETA         string `json:"eta,omitempty" maxLength:"1000"`
	Workarounds string `json:"workarounds,omitempty" maxLength:"1000"`
	Next        string `json:"next,omitempty" maxLength:"1000" doc:"When the next update comes: a time of the day is a promise." example:"15:30"`
}

// named returns a fact by the name of its slot.
func (f SpeechFacts) named(slot string) string {
	return map[string]string{"symptoms": f.Symptoms, "services": f.Services, "regions": f.Regions, "users": f.Users, "risks": f.Risks, "eta": f.ETA, "workarounds": f.Workarounds, "next": f.Next}[slot]
}

// InSpeech names a message of an incident.
type InSpeech struct {
	InIncident
	M int64 `path:"m" minimum:"1" doc:"Number of the message."`
}

func (a *API) registerSpeeches() {
	path := "/tenants/{tenant}/incidents/{n}"
	op := tagged("incidents")
	add(a, operation{needs: access.ReadDesk, Operation: op("listIncidentOffers", http.MethodGet, path+"/offers", "List the messages that can be sent, with their texts as of now", 200)}, a.listOffers)
	add(a, operation{needs: access.ReadDesk, Operation: op("listIncidentMessages", http.MethodGet, path+"/messages", "List what was said, the newest first, with what became of it", 200)}, a.listSpeeches)
	add(a, operation{needs: access.AuthorDesk, Operation: op("sendIncidentMessage", http.MethodPost, path+"/messages", "Send a message through channels, have it wait for a second person where the settings say so, or record that it left by other means", 201)}, a.sendSpeech)
	add(a, operation{needs: access.AuthorDesk, Operation: op("approveIncidentMessage", http.MethodPost, path+"/messages/{m}/approve", "Have a message sent that waits; not by its writer", 200)}, a.approveSpeech)
	add(a, operation{needs: access.AuthorDesk, Operation: op("returnIncidentMessage", http.MethodPost, path+"/messages/{m}/return", "Give a message that waits back to its writer; not by its writer", 200)}, a.returnSpeech)
}

// gathered is an incident with what its messages are filled with.
func (a *API) gathered(ctx context.Context, x *exchange, n int64) (i tocsin.Incident, f speech.Facts, err error) {
	if i, err = a.incident(ctx, x, n); err != nil {
		return i, f, err
	}
	of := func(id string) (*readmodel.Snapshot, error) { return a.snapshots.Snapshot(ctx, id) }
	s, err := of(x.tenant.ID)
	if err != nil {
		return i, f, err
	}
	f, err = a.speech.Gather(ctx, i, speech.Asked{Tenant: s, Of: of, Now: x.now, ReadMap: func(string) bool { return true }}, time.UTC)
	return i, f, err
}

func (a *API) listOffers(ctx context.Context, x *exchange, in *InIncident) (*struct{ Body offersBody }, error) {
	_, facts, err := a.gathered(ctx, x, in.N)
	if err != nil {
		return nil, err
	}
	offers, err := facts.Offers("en")
	if err != nil {
		return nil, err
	}
	body := offersBody{Value: []offerBody{}, Channels: []speechChannel{}}
	for _, o := range offers {
		body.Value = append(body.Value, offerBody{o.Template, o.Name, wordsBody(o.Words), append([]string{}, o.Missing...), instant(o.Promised)})
	}
	for _, c := range a.speeches.Channels() {
		body.Channels = append(body.Channels, speechChannel{c.Name, c.Kind, c.Language})
	}
	return &struct{ Body offersBody }{body}, nil
}

func (a *API) listSpeeches(ctx context.Context, x *exchange, in *InIncident) (*struct{ Body listOf[speechBody] }, error) {
	if _, err := a.incident(ctx, x, in.N); err != nil {
		return nil, err
	}
	list, err := a.speeches.Said(ctx, in.N)
	body := listOf[speechBody]{Value: []speechBody{}}
	for _, m := range list {
		body.Value = append(body.Value, newSpeechBody(m))
	}
	return &struct{ Body listOf[speechBody] }{body}, err
}

func (a *API) sendSpeech(ctx context.Context, x *exchange, in *struct {
	InIncident
	Body struct {
		Template string      `json:"template" enum:"announcement,managers,closure,short-alert,hourly,short-closure"`
		Facts    SpeechFacts `json:"facts,omitempty"`
		Channels []string    `json:"channels,omitempty" maxItems:"50" doc:"Names of channels; those of listIncidentOffers."`
		Outside  bool        `json:"outside,omitempty" doc:"It left by other means, as it stands: it is recorded, and sent through no channel."`
		Number   int64       `json:"number,omitempty" minimum:"0" doc:"Of a message that waits or was returned, to be written anew."`
		Revision int         `json:"revision,omitempty" minimum:"0" doc:"That was read of it."`
	}
},
) (*output[speechBody], error) {
	i, facts, err := a.gathered(ctx, x, in.N)
	if err != nil {
		return nil, err
	}
	m, err := facts.Compose(in.Body.Template, "en", in.Body.Facts.named)
	if err != nil {
		return nil, err
	}
	m.N, m.Revision, m.Channels = in.Body.Number, in.Body.Revision, slices.Compact(slices.Sorted(slices.Values(in.Body.Channels)))
	if in.Body.Outside == (len(m.Channels) > 0) {
		return nil, tocsin.Invalidf("channels", "Name the channels, or say that it left by other means: one of the two.")
	}
	step, err := a.speechStep(ctx, x, i, m)
	if err != nil {
		return nil, err
	}
	if m, err = a.speeches.Say(ctx, i.N, m, step, x.now); err != nil {
		return nil, err
	}
	return &output[speechBody]{Body: newSpeechBody(m)}, nil
}

// speechStep is the step of the runbook that is done when a message is sent now.
func (a *API) speechStep(ctx context.Context, x *exchange, i tocsin.Incident, m tocsin.IncidentMessage) (tocsin.IncidentStep, error) {
	steps, err := a.rooms.IncidentSteps(ctx, i.N)
	if err != nil {
		return tocsin.IncidentStep{}, err
	}
	return respond.CourseOf(i, steps).MessageStep(m.Template, x.now), nil
}

// settle has do settle a message that waits, in the revision that was read, and answers
// with what became of it.
func (a *API) settle(ctx context.Context, x *exchange, in InSpeech, revision int, do func(tocsin.Incident, tocsin.IncidentMessage) error) (*struct{ Body speechBody }, error) {
	i, err := a.incident(ctx, x, in.N)
	if err != nil {
		return nil, err
	}
	find := func() (tocsin.IncidentMessage, error) {
		list, err := a.speeches.Said(ctx, in.N)
		at := slices.IndexFunc(list, func(m tocsin.IncidentMessage) bool { return m.N == in.M })
		if err == nil && at < 0 {
			err = tocsin.NotFoundf("There is no message %d.", in.M)
		}
		if err != nil {
			return tocsin.IncidentMessage{}, err
		}
		return list[at], nil
	}
	m, err := find()
	if err != nil {
		return nil, err
	}
	m.Revision = revision
	if err := do(i, m); err != nil {
		return nil, err
	}
	m, err = find()
	return &struct{ Body speechBody }{newSpeechBody(m)}, err
}

func (a *API) approveSpeech(ctx context.Context, x *exchange, in *struct {
	InSpeech
	Body struct {
		Revision int `json:"revision" minimum:"1" doc:"That was read."`
	}
},
) (*struct{ Body speechBody }, error) {
	return a.settle(ctx, x, in.InSpeech, in.Body.Revision, func(i tocsin.Incident, m tocsin.IncidentMessage) error {
		step, err := a.speechStep(ctx, x, i, m)
		if err == nil {
			_, err = a.speeches.Approve(ctx, i.N, m, step, x.now)
		}
		return err
	})
}

func (a *API) returnSpeech(ctx context.Context, x *exchange, in *struct {
	InSpeech
	Body struct {
		Revision int    `json:"revision" minimum:"1" doc:"That was read."`
		Reason   string `json:"reason" minLength:"1" maxLength:"200"`
	}
},
) (*struct{ Body speechBody }, error) {
	return a.settle(ctx, x, in.InSpeech, in.Body.Revision, func(i tocsin.Incident, m tocsin.IncidentMessage) error {
		return a.speeches.Return(ctx, i.N, m, in.Body.Reason, x.now)
	})
}

func wordsBody(list []tocsin.IncidentWords) []speechWords {
	words := []speechWords{}
	for _, w := range list {
		words = append(words, speechWords{w.Language, w.Subject, append([]string{}, w.Lines...)})
	}
	return words
}

func newSpeechBody(m tocsin.IncidentMessage) speechBody {
	body := speechBody{
		Number: m.N, Template: m.Template, Name: m.Name, State: m.State, Revision: m.Revision, WrittenAt: m.WrittenAt.UTC(), WrittenBy: m.WrittenBy, SettledAt: instant(m.SettledAt), SettledBy: m.SettledBy, Reason: m.Reason,
		PromisedAt: instant(m.Promised), Channels: append([]string{}, m.Channels...), Words: wordsBody(m.Words), Deliveries: []speechDelivery{},
	}
	for _, d := range m.Deliveries {
		body.Deliveries = append(body.Deliveries, speechDelivery{d.Channel, d.State, d.Attempts, d.Reason})
	}
	return body
}
