package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/httpclient"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/probe"
	"example.org/tocsin/internal/tocsin"
)

type probeCmd struct {
	Run     probeRunCmd     `cmd:"" default:"withargs" help:"Look at names, proxy, connections, certificates, answers and clock from this seat, within 8 seconds. Needs no settings and no desk. Example: tocsin probe run --seat PC-0417 --network office"`
	List    probeListCmd    `cmd:"" help:"Print the endpoints that are looked at. Example: tocsin probe list --to endpoints.yaml"`
	Import  probeImportCmd  `cmd:"" help:"Make a list of endpoints of the provider's, which was downloaded as JSON. Example: tocsin probe import worldwide.json --to endpoints.yaml"`
	Compare probeCompareCmd `cmd:"" help:"Compare two downloaded versions of the provider's list. Example: tocsin probe compare october.json november.json"`
}

type probeRunCmd struct {
	Endpoints string   `help:"File of endpoints; the list that is shipped when left out." placeholder:"FILE"`
	Second    string   `help:"Address of a second resolver to ask beside the system's." placeholder:"ADDRESS"`
	Resolver  []string `help:"Address of a resolver to ask in the place of the system's; may be repeated." placeholder:"ADDRESS"`
	Pac       string   `help:"File or address of a proxy script to follow in the place of this seat's settings." placeholder:"PLACE"`
	Seat      string   `help:"What to call this seat at the desk, such as PC-0417." placeholder:"NAME"`
	Network   string   `help:"What to call its network at the desk, such as office, 4G or VPN." placeholder:"NAME"`
	Language  string   `help:"Language of the answer: en, fr or ja; that of this seat when left out." enum:",en,fr,ja" default:"" placeholder:"LANGUAGE"`
	JSON      bool     `name:"json" help:"The same as --output json."`
	Paste     bool     `help:"Print the result as text to paste into a page of the desk, too."`
	Send      string   `help:"Address of a desk to send the result to; with --code." placeholder:"URL"`
	Code      string   `help:"One-time code from that desk." placeholder:"CODE"`
}

// Help is shown below the flags.
func (probeRunCmd) Help() string {
	return `Each check passes, fails or cannot tell. Exit codes: 0 nothing failed, 1 something failed or nothing could be sent, 2 used wrongly. Nothing is connected to but the endpoints, the resolvers and the proxy of this seat, and with --send the desk.`
}

// Run probes, prints, and sends the result where that is asked for.
func (c *probeRunCmd) Run(ctx context.Context, s *session) error {
	if (c.Send == "") != (c.Code == "") {
		return tocsin.Invalidf("send", "--send and --code go together.")
	}
	settings, err := c.config(ctx, s)
	if err != nil {
		return err
	}
	language := c.Language
	if language == "" {
		language = probe.Language(s.env.Getenv)
	}
	l, err := lang.NewLocale(language)
	if err != nil {
		return err
	}
	result := probe.Run(ctx, settings)
	if err := c.print(s, l, &result); err != nil {
		return err
	}
	if c.Send != "" {
		if err := sendProbe(ctx, c.Send, c.Code, &result); err != nil {
			return err
		}
		fmt.Fprintln(s.env.Stderr, l.Text("probe.cli.sent"))
	}
	if result.Failed() {
		return saidError(exitFailed)
	}
	return nil
}

// config is what the flags ask for.
func (c *probeRunCmd) config(ctx context.Context, s *session) (settings probe.Config, err error) {
	settings = probe.Config{Machine: probe.Here(ctx, s.env.Getenv), Seat: probe.Label(c.Seat), Network: probe.Label(c.Network), Now: time.Now}
	if settings.List, err = probe.OpenList(c.Endpoints); err != nil {
		return settings, err
	}
	if c.Second != "" {
		if settings.Second, err = probe.ReadResolver(c.Second); err != nil {
			return settings, err
		}
	}
	if len(c.Resolver) > 0 {
		if settings.Machine, err = settings.Machine.WithResolvers(c.Resolver...); err != nil {
			return settings, err
		}
	}
	if c.Pac != "" {
		settings.Machine, err = settings.Machine.WithScript(ctx, c.Pac)
	}
	return settings, err
}

// print writes the result for people in their language, or for programs.
func (c *probeRunCmd) print(s *session, l *lang.Locale, r *probe.Result) error {
	if c.JSON || s.Output == "json" {
		encoder := json.NewEncoder(s.env.Stdout)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(r)
	}
	writeProbe(s.env.Stdout, l, r)
	if !c.Paste {
		return nil
	}
	text, err := r.Text()
	if err != nil {
		return err
	}
	fmt.Fprintf(s.env.Stdout, "\n%s\n\n%s", l.Text("probe.cli.paste"), text)
	return nil
}

// writeProbe writes a result as a table in words.
func writeProbe(w io.Writer, l *lang.Locale, r *probe.Result) {
	fmt.Fprintf(w, "%s\n\n", harmless(r.Sentence(l)))
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for i := range r.Checks {
		check := &r.Checks[i]
		fmt.Fprintf(table, "%s\t%s\t%d ms\t%s\n", l.Text("probe.outcome."+string(check.Outcome)), l.Text("probe.kind."+string(check.Kind)), check.Milliseconds, oneLine(check.Sentence(l)))
	}
	_ = table.Flush() // standard output
}

// sentProbe is what a desk is sent.
type sentProbe struct {
	Code   string        `json:"code"`
	Result *probe.Result `json:"result"`
}

// sendProbe sends a result to a desk. The code is worth nothing afterwards.
func sendProbe(ctx context.Context, desk, code string, r *probe.Result) error {
	client, err := httpclient.New(httpclient.Config{Root: strings.TrimSuffix(desk, "/"), UserAgent: "tocsin-probe", Timeout: 15 * time.Second, MaxBody: 64 << 10, EnvironmentProxy: true})
	if err != nil {
		return tocsin.Invalidf("send", "%s", err.Error())
	}
	body, err := json.Marshal(sentProbe{code, r})
	if err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	answer, err := client.Do(ctx, http.MethodPost, strings.TrimSuffix(desk, "/")+"/probes/results", http.Header{"Content-Type": {"application/json"}}, body)
	if err != nil {
		return fmt.Errorf("send the result to the desk: %w", err)
	}
	if answer.Status/100 == 2 {
		return nil
	}
	var said struct {
		Error struct {
			Message string `json:"message"`
		} `json:"error"`
	}
	if text, err := answer.Body(); err == nil && json.Unmarshal(text, &said) == nil && said.Error.Message != "" {
		return fmt.Errorf("the desk did not take the result: %s", oneLine(tocsin.Clip(said.Error.Message, 300)))
	}
	return fmt.Errorf("the desk did not take the result: status %d", answer.Status)
}

type probeListCmd struct {
	Endpoints string `help:"File of endpoints; the list that is shipped when left out." placeholder:"FILE"`
	To        string `help:"Write the list into a new file, to be edited." placeholder:"FILE"`
}

func (c *probeListCmd) Run(s *session) error {
	list, err := probe.OpenList(c.Endpoints)
	if err != nil {
		return err
	}
	if c.To != "" && c.Endpoints == "" {
		return newFile(c.To, func(w io.Writer) error {
			_, err := io.WriteString(w, probe.Shipped())
			return err
		})
	}
	if c.To != "" {
		return newFile(c.To, list.Write)
	}
	return s.print(list.Endpoints, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "SERVICE\tENDPOINT\tPATH\tOWN")
		for _, e := range list.Endpoints {
			own := ""
			if e.Own {
				own = "own"
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", oneLine(e.Service), e.Target(), oneLine(e.Path), own)
		}
		_ = table.Flush() // standard output
	})
}

type probeImportCmd struct {
	List string `arg:"" help:"JSON file of the provider."`
	To   string `help:"Write the list into a new file; it is printed when left out." placeholder:"FILE"`
}

func (c *probeImportCmd) Run(s *session) error {
	entries, err := readProvider(s, c.List)
	if err != nil {
		return err
	}
	list, left := probe.Import(entries, time.Now().UTC().Format(time.DateOnly))
	if len(list.Endpoints) == 0 {
		return errors.New("the list has no host that can be probed")
	}
	if left > 0 {
		fmt.Fprintf(s.env.Stderr, "tocsin: %s left out: patterns and networks have no host to ask, and a list has at most 500.\n", count(left, "entry", "entries"))
	}
	if c.To != "" {
		return newFile(c.To, list.Write)
	}
	return list.Write(s.env.Stdout)
}

// newFile writes a file that is not there yet: a list that somebody edited is not
// lost.
func newFile(name string, write func(io.Writer) error) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write the list of endpoints: %w", err)
	}
	return errors.Join(write(file), file.Close())
}

// readProvider reads a list of the provider, and says what of it is unread.
func readProvider(s *session, name string) ([]probe.ProviderEntry, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read the provider's list: %w", err)
	}
	defer file.Close()
	entries, unread, err := probe.ReadProviderList(file)
	for _, one := range unread {
		fmt.Fprintf(s.env.Stderr, "tocsin: %s: %s cannot be read and is left out.\n", name, one)
	}
	return entries, err
}

type probeCompareCmd struct {
	Older string `arg:"" help:"JSON file of the provider."`
	Newer string `arg:"" help:"A later one."`
}

func (c *probeCompareCmd) Run(s *session) error {
	older, err := readProvider(s, c.Older)
	if err != nil {
		return err
	}
	newer, err := readProvider(s, c.Newer)
	if err != nil {
		return err
	}
	list := probe.Compare(older, newer)
	if list == nil {
		list = []probe.Difference{}
	}
	return s.print(list, func(w io.Writer) {
		if len(list) == 0 {
			fmt.Fprintln(w, "The lists have the same endpoints.")
			return
		}
		table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "CHANGE\tSERVICE\tHOST OR NETWORK\tPROTOCOL\tPORT")
		for _, d := range list {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\n", d.Change, oneLine(d.Service), d.Host, d.Protocol, d.Port)
		}
		_ = table.Flush() // standard output
	})
}
