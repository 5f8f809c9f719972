package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/app"
	storerespond "example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/support"
	"example.org/tocsin/internal/tocsin"
)

type requestCmd struct {
	Create requestCreateCmd `cmd:"" help:"Begin a support request, to the desk or for the provider. Example: tocsin request create Outage --tenant contoso --to provider --severity A --issue MO821132"`
	List   requestListCmd   `cmd:"" help:"List requests that go on, with who has to move and by when. Example: tocsin request list --tenant contoso --all"`
	Get    requestGetCmd    `cmd:"" help:"Show a request: what is missing, severities, thread; or the pack for the provider. Example: tocsin request get 3 --tenant contoso --pack --lang fr"`
	File   requestFileCmd   `cmd:"" help:"Say that somebody who may speak with the provider has filed a request. Example: tocsin request file 3 --tenant contoso --by kim --channel phone --case 2407190050001234"`
	Note   requestNoteCmd   `cmd:"" help:"Write into the thread: a note, what we told, what the provider said or gave. Example: tocsin request note 3 Called --tenant contoso --theirs --waits"`
	Close  requestCloseCmd  `cmd:"" help:"End a request. Example: tocsin request close 3 Restarted --tenant contoso"`
}

// requestJSON is a request as commands print it.
type requestJSON struct {
	Number   int64          `json:"number"`
	Tenant   string         `json:"tenant"` // name
	To       string         `json:"to"`
	State    string         `json:"state"`
	Title    string         `json:"title"`
	Severity string         `json:"severity"` // given, else asked for
	Kind     string         `json:"kind"`
	Category string         `json:"category,omitempty"`
	Services []string       `json:"services"`
	Region   string         `json:"region,omitempty"`
	When     string         `json:"firstSign,omitempty"`
	Issue    string         `json:"issue,omitempty"`
	Incident int64          `json:"incident,omitempty"`
	OpenedAt string         `json:"openedAt"`
	OpenedBy string         `json:"openedBy"`
	FiledAt  string         `json:"filedAt,omitempty"`
	FiledBy  string         `json:"filedBy,omitempty"`
	Channel  string         `json:"channel,omitempty"`
	CallBack string         `json:"callBack,omitempty"`
	Case     string         `json:"case,omitempty"`
	EndedAt  string         `json:"endedAt,omitempty"`
	EndedBy  string         `json:"endedBy,omitempty"`
	Waits    string         `json:"waitsFor,omitempty"` // us or them
	Since    string         `json:"waitsSince,omitempty"`
	Due      string         `json:"due,omitempty"`
	Late     int64          `json:"lateSeconds"` // of working time
	Missing  []string       `json:"missing,omitempty"`
	Levels   []levelJSON    `json:"severities,omitempty"`
	Files    []requestAsset `json:"files,omitempty"`
	Thread   []turnJSON     `json:"thread,omitempty"`
}

type levelJSON struct {
	Stage    string `json:"stage"`
	Severity string `json:"severity"`
	Why      string `json:"why,omitempty"`
	At       string `json:"at"`
	By       string `json:"by"`
}

type requestAsset struct {
	Name    string `json:"name"`
	Size    int64  `json:"size"`
	AddedAt string `json:"addedAt"`
}

type turnJSON struct {
	Number int64  `json:"number"`
	Kind   string `json:"kind"`
	At     string `json:"at"`
	By     string `json:"by"`
	What   string `json:"what,omitempty"`
}

func newRequestJSON(r tocsin.Request, tenant string, terms tocsin.SupportTerms, now time.Time) requestJSON {
	c := r.Content
	j := requestJSON{
		Number: r.N, Tenant: tenant, To: c.To, State: r.State, Title: c.Title, Severity: r.Holds(), Kind: c.Kind, Category: c.Category, Services: append([]string{}, c.Services...), Region: c.Region, When: date(c.FirstSign),
		Issue: c.Issue, Incident: c.Incident, OpenedAt: date(r.OpenedAt), OpenedBy: r.OpenedBy, FiledAt: date(r.Filing.At), FiledBy: r.Filing.By, Channel: r.Filing.Channel, CallBack: cmp.Or(r.Filing.CallBack, c.CallBack), Case: r.Filing.Case, EndedAt: date(r.EndedAt), EndedBy: r.EndedBy,
	}
	if clock, ok := support.ClockOf(r, terms, now); ok {
		j.Waits, j.Since, j.Due, j.Late = r.Waits, date(r.WaitsSince), date(clock.Due), int64(clock.Late.Seconds())
	}
	return j
}

// requestRef names a request.
type requestRef struct {
	N int64 `arg:"" name:"number" help:"Number of the request in its tenant."`
	ofTenant
}

// change lets do change the request, and prints what holds then.
func (c requestRef) change(ctx context.Context, s *session, do func(desk *app.Rooms, tenantID string, now time.Time) error) error {
	opened, conf, err := s.openStore(ctx)
	desk, tenant, err := c.find(ctx, opened, err)
	if err != nil {
		return err
	}
	defer desk.Close()
	now := time.Now().UTC()
	if err := do(desk, tenant.ID, now); err != nil {
		return err
	}
	return s.printRequest(ctx, desk, tenant, c.N, conf.SupportOf(tenant.ID), now)
}

type requestCreateCmd struct {
	Title string `arg:"" help:"What fails, on one line."`
	ofTenant
	To        string   `help:"Whom it is for: desk or provider." default:"desk" placeholder:"WHOM"`
	Kind      string   `help:"technical, presales, billing or subscription." default:"technical" placeholder:"KIND"`
	Category  string   `help:"Of a technical one: setup or configuration." placeholder:"CATEGORY"`
	Severity  string   `help:"That is asked for: A, B or C." default:"C" placeholder:"LEVEL"`
	Service   []string `help:"An affected service; several times for several." placeholder:"NAME"`
	Region    string   `help:"Area or region." placeholder:"WHERE"`
	When      string   `help:"When it was seen first: an instant or a time ago such as --when=-20m." placeholder:"WHEN"`
	Repro     string   `help:"Steps to reproduce it, and workarounds that were tried." placeholder:"TEXT"`
	Codes     string   `help:"HTTP codes, correlation ids, words of errors." placeholder:"TEXT"`
	CallBack  string   `help:"Number at which the provider calls back." placeholder:"PHONE"`
	Requester string   `help:"Who asks, such as a team and a place." placeholder:"WHO"`
	Issue     string   `help:"Id of the public incident." placeholder:"ID"`
	Incident  int64    `help:"Number of the incident that it belongs to." placeholder:"N"`
	Triage    int64    `help:"Number of the triage that it comes from; its answers propose a severity." placeholder:"N"`
	Draft     bool     `help:"It is not complete."`
}

func (c *requestCreateCmd) Run(ctx context.Context, s *session) error {
	opened, conf, err := s.openStore(ctx)
	desk, tenant, err := c.find(ctx, opened, err)
	if err != nil {
		return err
	}
	defer desk.Close()
	now := time.Now().UTC()
	when, err := parseAt("when", c.When, now)
	if err != nil {
		return err
	}
	d := storerespond.RequestDraft{Draft: c.Draft, Content: tocsin.RequestContent{
		To: c.To, Title: c.Title, Requester: c.Requester, Kind: c.Kind, Category: c.Category, Severity: strings.ToUpper(c.Severity), Services: c.Service, Region: c.Region, FirstSign: when,
		Repro: c.Repro, Codes: c.Codes, CallBack: c.CallBack, Issue: c.Issue, Incident: c.Incident, Call: c.Triage,
	}}
	if c.Triage != 0 {
		t, err := desk.Responses.Triage(ctx, tenant.ID, c.Triage)
		if err != nil {
			return err
		}
		d.Duties = support.Answered(t.Answers)
		if proposed, ok := support.Propose(t.Answers); ok {
			d.Proposed = &proposed
		}
	}
	r, err := desk.Responses.OpenRequest(ctx, tenant.ID, d, now)
	if err != nil {
		return err
	}
	return s.printRequest(ctx, desk, tenant, r.N, conf.SupportOf(tenant.ID), now)
}

type requestListCmd struct {
	ofTenant
	All   bool   `help:"Also those that ended."`
	Issue string `help:"Only those about an issue." placeholder:"ID"`
	Limit int    `help:"How many at most." default:"100"`
}

func (c *requestListCmd) Run(ctx context.Context, s *session) error {
	opened, conf, err := s.openToRead(ctx)
	desk, tenant, err := c.find(ctx, opened, err)
	if err != nil {
		return err
	}
	defer desk.Close()
	now := time.Now().UTC()
	found, err := desk.Responses.Requests(ctx, storerespond.RequestsQuery{TenantID: tenant.ID, Open: !c.All, Issue: c.Issue, Limit: min(max(1, c.Limit), 10000)})
	if err != nil {
		return err
	}
	terms := conf.SupportOf(tenant.ID)
	list := make([]requestJSON, len(found))
	for n, r := range found {
		list[n] = newRequestJSON(r, tenant.Name, terms, now)
	}
	return s.print(list, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "N\tSEVERITY\tTO\tSTATE\tTITLE\tISSUE\tWAITS FOR\tDUE\tCASE")
		for _, r := range list {
			due := cmp.Or(r.Due, "-")
			if r.Late > 0 {
				due += " (late)"
			}
			fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Number, r.Severity, r.To, r.State, oneLine(r.Title), oneLine(cmp.Or(r.Issue, "-")), cmp.Or(r.Waits, "-"), due, cmp.Or(r.Case, "-"))
		}
		_ = table.Flush() // standard output
	})
}

type requestGetCmd struct {
	requestRef
	Pack bool   `help:"Print the pack for the provider in the place of it."`
	Lang string `help:"Language of the pack: en, fr or ja." default:"en" placeholder:"CODE"`
}

func (c *requestGetCmd) Run(ctx context.Context, s *session) error {
	opened, conf, err := s.openToRead(ctx)
	desk, tenant, err := c.find(ctx, opened, err)
	if err != nil {
		return err
	}
	defer desk.Close()
	terms := conf.SupportOf(tenant.ID)
	if !c.Pack {
		return s.printRequest(ctx, desk, tenant, c.N, terms, time.Now().UTC())
	}
	book, err := support.In(c.Lang)
	if err != nil {
		return tocsin.Invalidf("lang", "%q is none of en, fr, ja.", tocsin.Clip(c.Lang, 20))
	}
	d := support.Dossier{Terms: terms, Tenant: tenant.Title() + " (" + tenant.ID + ")", Zone: terms.Hours.Zone}
	if d.Request, err = desk.Responses.Request(ctx, tenant.ID, c.N); err != nil {
		return err
	}
	if d.Files, err = desk.Responses.RequestFiles(ctx, tenant.ID, c.N); err != nil {
		return err
	}
	speakers, err := support.SpeakersOf(ctx, desk.People, tenant.ID)
	if err != nil {
		return err
	}
	for _, one := range speakers {
		d.Speaks = append(d.Speaks, one.Line())
	}
	text := book.Pack(d)
	return s.print(map[string]string{"pack": text}, func(w io.Writer) { fmt.Fprint(w, text) })
}

type requestFileCmd struct {
	requestRef
	By       string `help:"Who filed it: one of those who may speak with the provider for the tenant." required:"" placeholder:"NAME"`
	Channel  string `help:"How: portal or phone." default:"portal" placeholder:"HOW"`
	Case     string `help:"Number that the provider gave it." required:"" placeholder:"NUMBER"`
	CallBack string `help:"Number at which the provider calls back." placeholder:"PHONE"`
	At       string `help:"When: an instant or a time ago such as --at=-5m. Default: now." placeholder:"WHEN"`
}

func (c *requestFileCmd) Run(ctx context.Context, s *session) error {
	return c.change(ctx, s, func(desk *app.Rooms, tenantID string, now time.Time) error {
		at, err := parseAt("at", c.At, now)
		if err != nil {
			return err
		}
		speakers, err := support.SpeakersOf(ctx, desk.People, tenantID)
		if err != nil {
			return err
		}
		by, err := support.Named(speakers, c.By)
		if err != nil {
			return err
		}
		return desk.Responses.FileRequest(ctx, tenantID, c.N, tocsin.RequestFiling{At: at, By: by, Channel: c.Channel, CallBack: c.CallBack, Case: c.Case}, now)
	})
}

type requestNoteCmd struct {
	requestRef
	Text   string `arg:"" help:"What is written; of a severity or a duty, why." optional:""`
	Ours   bool   `help:"We told the provider, or whoever asked." xor:"kind"`
	Theirs bool   `help:"The provider said it." xor:"kind"`
	Role   string `help:"Who said it for the provider: automatic, engineer, manager or duty." placeholder:"ROLE"`
	Waits  bool   `help:"The provider waits for us."`
	Given  string `help:"Severity that the provider gave." placeholder:"LEVEL" xor:"kind"`
	Asked  string `help:"Severity that we ask for now." placeholder:"LEVEL" xor:"kind"`
	Duty   string `help:"Duty that was checked: accounts, clients, perimeter or selfservice." placeholder:"ID" xor:"kind"`
	Open   string `help:"Duty that does not apply, for the reason of the text." name:"needless" placeholder:"ID" xor:"kind"`
	Reopen bool   `help:"A request that ended goes on, for the reason of the text." xor:"kind"`
	At     string `help:"When it was said or given: an instant or a time ago. Default: now." placeholder:"WHEN"`
}

func (c *requestNoteCmd) Run(ctx context.Context, s *session) error {
	return c.change(ctx, s, func(desk *app.Rooms, tenantID string, now time.Time) error {
		at, err := parseAt("at", c.At, now)
		if err != nil {
			return err
		}
		r := desk.Responses
		switch {
		case c.Given != "":
			return r.SetRequestSeverity(ctx, tenantID, c.N, tocsin.RequestSeverity{Stage: "given", Severity: strings.ToUpper(c.Given), Why: c.Text, At: at}, now)
		case c.Asked != "":
			return r.SetRequestSeverity(ctx, tenantID, c.N, tocsin.RequestSeverity{Stage: "asked", Severity: strings.ToUpper(c.Asked), Why: c.Text, At: at}, now)
		case c.Duty != "" || c.Open != "":
			return r.AnswerDuty(ctx, tenantID, c.N, tocsin.RequestDuty{Duty: c.Duty + c.Open, Done: c.Duty != "", Note: c.Text}, now)
		case c.Reopen:
			return r.ReopenRequest(ctx, tenantID, c.N, c.Text, now)
		}
		kind := "note"
		if c.Ours {
			kind = "ours"
		} else if c.Theirs {
			kind = "theirs"
		}
		return r.SayInRequest(ctx, tenantID, c.N, tocsin.RequestSaid{Kind: kind, Role: c.Role, Text: c.Text, Answers: c.Waits, At: at}, now)
	})
}

type requestCloseCmd struct {
	requestRef
	Text string `arg:"" help:"What solved it." optional:""`
}

func (c *requestCloseCmd) Run(ctx context.Context, s *session) error {
	return c.change(ctx, s, func(desk *app.Rooms, tenantID string, now time.Time) error {
		return desk.Responses.EndRequest(ctx, tenantID, c.N, c.Text, now)
	})
}

// printRequest prints all of a request.
func (s *session) printRequest(ctx context.Context, desk *app.Rooms, tenant tocsin.Tenant, n int64, terms tocsin.SupportTerms, now time.Time) error {
	r, err := desk.Responses.Request(ctx, tenant.ID, n)
	if err != nil {
		return err
	}
	files, err := desk.Responses.RequestFiles(ctx, tenant.ID, n)
	if err != nil {
		return err
	}
	thread, err := desk.Responses.RequestThread(ctx, tenant.ID, n, 200)
	if err != nil {
		return err
	}
	j := newRequestJSON(r, tenant.Name, terms, now)
	if r.ForProvider() {
		j.Missing = support.Missing(r, len(files))
	}
	for _, l := range r.Severities {
		j.Levels = append(j.Levels, levelJSON{l.Stage, l.Severity, l.Why, date(l.At), l.By})
	}
	for _, f := range files {
		j.Files = append(j.Files, requestAsset{f.Name, f.Size, date(f.AddedAt)})
	}
	for _, t := range thread {
		j.Thread = append(j.Thread, turnJSON{t.N, t.Kind, date(t.At), t.By, strings.Join(strings.Fields(t.Subject+" "+t.State+" "+t.Text), " ")})
	}
	return s.print(j, j.write)
}

// write prints a request for people.
func (j requestJSON) write(w io.Writer) {
	fmt.Fprintf(w, "Request %d of %s: %s (%s, to the %s, severity %s)\nServices: %s. Region: %s. First sign: %s. Issue: %s.\n",
		j.Number, j.Tenant, oneLine(j.Title), j.State, j.To, j.Severity, oneLine(cmp.Or(strings.Join(j.Services, ", "), "none")), oneLine(cmp.Or(j.Region, "none")), cmp.Or(j.When, "unknown"), oneLine(cmp.Or(j.Issue, "none")))
	if j.FiledAt != "" {
		fmt.Fprintf(w, "Filed %s by %s, %s, case %s.\n", j.FiledAt, oneLine(j.FiledBy), j.Channel, j.Case)
	}
	if j.Waits != "" {
		late := ""
		if j.Late > 0 {
			late = fmt.Sprintf(", %v late", time.Duration(j.Late)*time.Second)
		}
		fmt.Fprintf(w, "Waits for %s since %s; due %s%s.\n", j.Waits, j.Since, cmp.Or(j.Due, "never"), late)
	}
	if len(j.Missing) > 0 {
		fmt.Fprintf(w, "Missing: %s\n", strings.Join(j.Missing, " "))
	}
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "\nSEVERITY\tSTAGE\tAT\tBY\tWHY")
	for _, l := range j.Levels {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", l.Severity, l.Stage, l.At, oneLine(l.By), oneLine(cmp.Or(l.Why, "-")))
	}
	fmt.Fprintln(table, "\nAT\tBY\tKIND\tWHAT")
	for _, t := range j.Thread {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", t.At, oneLine(t.By), t.Kind, oneLine(cmp.Or(t.What, "-")))
	}
	_ = table.Flush() // standard output
}
