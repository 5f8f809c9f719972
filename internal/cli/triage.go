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
	"example.org/tocsin/internal/tocsin"
)

type triageCmd struct {
	List triageListCmd `cmd:"" help:"List calls that were qualified, the latest first. Example: tocsin triage list --tenant contoso --open"`
	Get  triageGetCmd  `cmd:"" help:"Print a call with its answers. Example: tocsin triage get 12 --tenant contoso --output json"`
}

// triageJSON is a call as commands print it.
type triageJSON struct {
	N         int64                `json:"n"`
	TenantID  string               `json:"tenantId"`
	OpenedAt  string               `json:"openedAt"`
	ChangedAt string               `json:"changedAt"`
	ClosedAt  string               `json:"closedAt,omitempty"`
	OpenedBy  string               `json:"openedBy"`
	Cause     string               `json:"cause"` // provider, network, identity, client, unknown
	Issue     string               `json:"issue,omitempty"`
	Answers   tocsin.TriageAnswers `json:"answers"`
}

func newTriageJSON(t tocsin.Triage) triageJSON {
	j := triageJSON{N: t.N, TenantID: t.TenantID, OpenedAt: date(t.OpenedAt), ChangedAt: date(t.ChangedAt), OpenedBy: t.OpenedBy, Cause: cmp.Or(t.Verdict, "unknown"), Answers: t.Answers}
	if !t.ClosedAt.IsZero() {
		j.ClosedAt = date(t.ClosedAt)
	}
	if t.Answers.Issue != tocsin.NoIssue {
		j.Issue = t.Answers.Issue
	}
	return j
}

type triageListCmd struct {
	ofTenant
	Open bool `help:"Only those that nobody has closed."`
}

// maxCalls bounds the calls and reports that are listed.
const maxCalls = 1000

func (c *triageListCmd) Run(ctx context.Context, s *session) error {
	desk, tenant, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	found, err := desk.Responses.Triages(ctx, tenant.ID, c.Open, maxCalls)
	if err != nil {
		return err
	}
	list := make([]triageJSON, len(found))
	for i, t := range found {
		list[i] = newTriageJSON(t)
	}
	return s.print(list, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "N\tOPENED\tCAUSE\tISSUE\tCALLER\tBY\tCLOSED")
		for _, t := range list {
			fmt.Fprintf(table, "%d\t%s\n", t.N, strings.Join([]string{t.OpenedAt, t.Cause, oneLine(t.Issue), oneLine(t.Answers.Caller), oneLine(t.OpenedBy), t.ClosedAt}, "\t"))
		}
		_ = table.Flush() // standard output
	})
}

type triageGetCmd struct {
	N int64 `arg:"" help:"Number of the call."`
	ofTenant
}

func (c *triageGetCmd) Run(ctx context.Context, s *session) error {
	desk, tenant, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	t, err := desk.Responses.Triage(ctx, tenant.ID, c.N)
	if err != nil {
		return err
	}
	j := newTriageJSON(t)
	return s.print(j, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		for _, row := range [][2]string{
			{"Call", fmt.Sprint(j.N)},
			{"Opened", j.OpenedAt + " by " + oneLine(cmp.Or(j.OpenedBy, "somebody"))},
			{"Closed", j.ClosedAt},
			{"Cause", j.Cause},
			{"Issue", oneLine(j.Issue)},
			{"Caller", oneLine(j.Answers.Caller)},
			{"Scope", j.Answers.Scope},
			{"Services", strings.Join(j.Answers.Services, ", ")},
			{"Network", j.Answers.Network},
			{"Code", strings.TrimSpace(j.Answers.Code + " " + j.Answers.Trace.HTTP)},
		} {
			if row[1] != "" {
				fmt.Fprintf(table, "%s\t%s\n", row[0], row[1])
			}
		}
		_ = table.Flush() // standard output
	})
}

type reportCmd struct {
	Add    reportAddCmd    `cmd:"" help:"File for somebody that a service fails for them. Example: tocsin report add --tenant contoso --service teams --site Paris --code 503"`
	List   reportListCmd   `cmd:"" help:"List what the staff report, the latest first. Example: tocsin report list --tenant contoso --output csv"`
	Export reportExportCmd `cmd:"" help:"Print what a person left in reports and calls. Example: tocsin report export alex --output json"`
	Erase  reportEraseCmd  `cmd:"" help:"Erase what a person left: reports, votes, their name, words and files in calls, and their name in incidents. Example: tocsin report erase alex"`
}

// reportJSON is a report as commands print it.
type reportJSON struct {
	ID       string `json:"id"`
	TenantID string `json:"tenantId"`
	At       string `json:"at"`
	Service  string `json:"service"`
	Symptom  string `json:"symptom,omitempty"`
	Site     string `json:"siteId,omitempty"`
	Code     string `json:"code,omitempty"`
	Language string `json:"language"`
}

func reportsJSON(found []tocsin.Report) []reportJSON {
	list := make([]reportJSON, len(found))
	for i, r := range found {
		list[i] = reportJSON{r.ID, r.TenantID, date(r.At), r.Service, r.Symptom, r.Site, r.Code, r.Language}
	}
	return list
}

func printReports(w io.Writer, list []reportJSON) {
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "AT\tSERVICE\tSITE\tCODE")
	for _, r := range list {
		fmt.Fprintln(table, strings.Join([]string{r.At, r.Service, r.Site, oneLine(r.Code)}, "\t"))
	}
	_ = table.Flush() // standard output
}

type reportAddCmd struct {
	ofTenant
	Service  string `help:"That fails: exchange, teams, sharepoint or identity." required:"" placeholder:"SERVICE"`
	Site     string `help:"Name or id of their site." placeholder:"SITE"`
	Symptom  string `help:"Place in the list of the service's symptoms: 0, 1 or 2." placeholder:"N"`
	Code     string `help:"As the screen showed it." placeholder:"CODE"`
	Language string `help:"That they read: en, fr or ja." enum:"en,fr,ja" default:"en"`
	Machine  string `help:"What tells their machine from others of the day, such as the name of a seat. Only a hash with a secret of the day is kept." placeholder:"NAME"`
}

func (c *reportAddCmd) Run(ctx context.Context, s *session) error {
	desk, tenant, err := c.openToWrite(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	r := tocsin.Report{ID: tocsin.NewGUID(), TenantID: tenant.ID, Service: c.Service, Symptom: c.Symptom, Code: c.Code, Language: c.Language, At: time.Now().UTC()}
	if r.Site, err = siteIn(ctx, desk, tenant.ID, c.Site); err != nil {
		return err
	}
	if r.Source, err = desk.Responses.SourceOf(ctx, "command line\n"+c.Machine, r.At); err != nil {
		return err
	}
	r.Normalize()
	if err := desk.Responses.FileReport(ctx, r); err != nil {
		return err
	}
	return s.print(reportsJSON([]tocsin.Report{r})[0], func(w io.Writer) { fmt.Fprintf(w, "Filed: %s fails for somebody.\n", r.Service) })
}

// siteIn finds a site that a tenant has, by its name or id; "" is none that anybody
// named.
func siteIn(ctx context.Context, desk *app.Rooms, tenantID, ref string) (id string, err error) {
	if ref == "" {
		return "", nil
	}
	list, err := desk.People.Sites(ctx)
	if err != nil {
		return "", err
	}
	for _, site := range list {
		if (site.TenantID == "" || site.TenantID == tenantID) && (strings.EqualFold(site.Name, ref) || strings.EqualFold(site.ID, ref)) {
			return site.ID, nil
		}
	}
	return "", tocsin.Invalidf("site", "There is no site %q in the tenant.", tocsin.Clip(ref, 64))
}

type reportListCmd struct{ ofTenant }

func (c *reportListCmd) Run(ctx context.Context, s *session) error {
	desk, tenant, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	found, err := desk.Responses.FiledReports(ctx, tenant.ID, "", maxCalls)
	if err != nil {
		return err
	}
	list := reportsJSON(found)
	return s.print(list, func(w io.Writer) { printReports(w, list) })
}

type reportExportCmd struct {
	Person string `arg:"" help:"Name with which they sign in."`
}

// left is what a person left.
type left struct {
	Reports []reportJSON `json:"reports"`
	Calls   []triageJSON `json:"calls"`
}

func (c *reportExportCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openToRead(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	user, _, err := desk.People.User(ctx, c.Person)
	if err != nil {
		return err
	}
	found, err := desk.Responses.FiledReports(ctx, "", user.ID, maxCalls)
	if err != nil {
		return err
	}
	calls, err := desk.Responses.TriagesOf(ctx, user.ID)
	if err != nil {
		return err
	}
	all := left{reportsJSON(found), make([]triageJSON, len(calls))}
	for i, t := range calls {
		all.Calls[i] = newTriageJSON(t)
	}
	return s.print(all, func(w io.Writer) {
		printReports(w, all.Reports)
		fmt.Fprintf(w, "%s. Ask for --output json to see everything.\n", tocsin.Count(len(all.Calls), "call", "calls"))
	})
}

type reportEraseCmd struct {
	Person string `arg:"" help:"Name with which they sign in."`
}

func (c *reportEraseCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	user, _, err := desk.People.User(ctx, c.Person)
	if err != nil {
		return err
	}
	n, err := desk.Responses.ErasePerson(ctx, user.ID, user.Name, time.Now().UTC())
	if err != nil {
		return err
	}
	return s.print(map[string]int64{"reports": n}, func(w io.Writer) {
		fmt.Fprintf(w, "Erased %s, the words and files of %s in calls, and their name in incidents.\n", tocsin.Count(n, "report", "reports"), oneLine(c.Person))
	})
}
