package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Where the APIs are, and what the names of tenants are followed by in those of
// tokens for them.
const (
	announcements = "/v1.0/admin/serviceAnnouncement/"
	legacyAPI     = ", legacy API"
	ownAPI        = ", own API"
)

// A duel is one question that both servers answer with the same bytes.
type duel struct {
	name    string
	tenant  string
	path    string
	gzip    bool
	known   bool     // the client has the answer: 304
	cookie  string   // of somebody who has signed in
	cookies []string // the same for each desk
	fresh   bool     // each request has an address that nobody asked for before
	another bool     // and asks something else
	goal    float64  // of the ratio; 0 for none
}

func duels() []duel {
	page := announcements + "issues?$filter=service%20eq%20'Exchange%20Online'%20and%20isResolved%20eq%20true"
	single := announcements + "issues/" + issue(7).ID
	list := tenants(settings{})[0].id
	legacy, own := "/api/v1.0/"+list+"/ServiceComms/", "/api/tocsin/v1/tenants/"+list+"/"
	update, feed := "/ja/status/list/"+issue(7).ID+"/1", "/status/list/feed.xml?lang=ja"
	return []duel{
		{name: "full list", tenant: "list", path: announcements + "issues", goal: 0.9},
		{name: "full list gzip", tenant: "list", path: announcements + "issues", gzip: true, goal: 0.85},
		{name: "single issue", tenant: "list", path: single, goal: 0.9},
		{name: "single issue gzip", tenant: "list", path: single, gzip: true},
		{name: "not modified", tenant: "list", path: announcements + "issues", known: true, goal: 0.9},
		{name: "page of a million", tenant: "million", path: page, goal: 0.8},
		{name: "page of a million, selected", tenant: "million", path: page + "&$select=id,title,status,startDateTime", goal: 0.25},
		{name: "page, each time anew", tenant: "million", path: page, fresh: true, goal: 0.9},
		{name: "page gzip, each time anew", tenant: "million", path: page, gzip: true, fresh: true},
		{name: "page, another question", tenant: "million", path: page, another: true, goal: 0.9},
		{name: "page gzip, another question", tenant: "million", path: page, gzip: true, another: true},
		{name: "publication", path: update, goal: 0.9},
		{name: "publication gzip", path: update, gzip: true},
		{name: "publication not modified", path: update, known: true, goal: 0.9},
		{name: "feed", path: feed, goal: 0.9},
		{name: "feed gzip", path: feed, gzip: true, goal: 0.9},
		{name: "feed not modified", path: feed, known: true, goal: 0.9},
		{name: "index of updates, anew", path: "/status/million?kind=issue", gzip: true, fresh: true},
		{name: "badge", path: "/status/list/badge.svg", goal: 0.9},
		{name: "badge not modified", path: "/status/list/badge.svg", known: true, goal: 0.9},
		{name: "status document", path: "/status/list/api/v2/summary.json"},
		{name: "legacy current status", tenant: pageTenant().name + legacyAPI, path: "/api/v1.0/" + pageTenant().id + "/ServiceComms/CurrentStatus", goal: 0.9},
		{name: "legacy messages", tenant: "list" + legacyAPI, path: legacy + "Messages?$filter=StartTime%20ge%202020-01-01T00:00:00Z", goal: 0.9},
		{name: "legacy messages gzip", tenant: "list" + legacyAPI, path: legacy + "Messages?$filter=StartTime%20ge%202020-01-01T00:00:00Z", gzip: true, goal: 0.85},
		{name: "legacy not modified", tenant: "list" + legacyAPI, path: legacy + "Services", known: true, goal: 0.9},
		{name: "own list", tenant: "list" + ownAPI, path: own + "issues", goal: 0.9},
		{name: "own single issue", tenant: "list" + ownAPI, path: own + "issues/" + issue(7).ID, goal: 0.9},
		{name: "own not modified", tenant: "list" + ownAPI, path: own + "issues/" + issue(7).ID, known: true, goal: 0.9},
		{name: "readiness", path: "/readyz", goal: 0.9},
		{name: "selected, each time anew", tenant: "million", path: page + "&$select=id,title,status,startDateTime", fresh: true, goal: 0.4},
		{name: "selected, another question", tenant: "million", path: strings.Replace(page, "?", "?$select=id,title,status,startDateTime&", 1), another: true, goal: 0.4},
	}
}

// compare runs all duels and the growth of the history.
func compare(ctx context.Context, s settings) error {
	pinClient(ctx)
	root, err := os.MkdirTemp("", "tocsin-static")
	if err != nil {
		return err
	}
	defer os.RemoveAll(root)
	if err := certify(s.dir); err != nil {
		return err
	}
	without, err := startCopy(ctx, s, root)
	if err != nil {
		return err
	}
	defer without.stop()
	desk, err := startDesk(ctx, s)
	if err != nil {
		return err
	}
	defer desk.stop()
	static, err := startNginx(ctx, s, root)
	if err != nil {
		return err
	}
	if static == nil {
		fmt.Println("nginx is not installed: no ratios")
	} else {
		defer static.stop()
	}
	servers := servers{desk, without, static}
	list, err := pageDuels(ctx, s, desk, without)
	if err != nil {
		return err
	}
	if !s.page {
		list = append(duels(), list...)
	}
	for _, one := range servers.desks() {
		settled(one)
	}
	usedBefore, allBefore := busy()
	fmt.Printf("\n%-28s %9s  %-22s %-22s %-22s %-22s %-20s %s\n", "question", "bytes", "answers, lane : nginx", "library : nginx", "CPU, nginx : lane", "nginx : library", "µs each", "p99")
	for n, d := range list {
		if !strings.Contains(d.name, s.only) {
			continue
		}
		if err := d.fight(ctx, s, servers, root, n); err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
	}
	fmt.Printf("\nresident memory of the server %d MB\n", resident(desk.cmd.Process.Pid)>>20)
	if used, all := busy(); all > allBefore {
		fmt.Printf("the processors were busy to %.0f %%, with this program's part\n", 100*float64(used-usedBefore)/float64(all-allBefore))
	}
	return others(ctx, s, servers)
}

// settled waits, a minute at most, until a desk has done what it does after its
// start.
func settled(one setting) {
	const span = 3 * time.Second
	for range 20 {
		before := used(one.desk.cmd.Process.Pid)
		time.Sleep(span)
		if part := (used(one.desk.cmd.Process.Pid) - before).Seconds() / span.Seconds(); part < 0.02 {
			fmt.Printf("\nthe idle %s uses %.1f %% of a processor\n", one.name, 100*part)
			return
		}
	}
	fmt.Printf("\nthe %s is busy a minute after its start\n", one.name)
}

// others are the measures that are no duel.
func others(ctx context.Context, s settings, of servers) error {
	if s.only == "" && !s.page {
		for _, one := range of.desks() {
			if err := growth(ctx, s, one.name, one.desk); err != nil {
				return err
			}
		}
	}
	if s.page || s.tls || !strings.Contains("idle", s.only) {
		return nil
	}
	return idle(ctx, s, of)
}

// pinClient keeps this program to the processor of clients, where it can.
func pinClient(ctx context.Context) {
	if pin, err := exec.LookPath("taskset"); err == nil {
		_ = exec.CommandContext(ctx, pin, "-acp", clientCPU, strconv.Itoa(os.Getpid())).Run() // a figure suffers, nothing else
	}
}

// anew ends a path so that nobody asked for it before, without a meaning.
func anew() string { return "&_=" + strconv.FormatUint(rand.Uint64(), 36) }

// other ends a path with a condition that nobody asked for before, and that all
// issues of the page meet.
func other() string {
	return fmt.Sprintf("%%20and%%20lastModifiedDateTime%%20lt%%202026-08-31T00:00:00.%06dZ", rand.IntN(1_000_000))
}

// vary ends a path of the duel; nil for one that is always the same.
func (d *duel) vary() func() string {
	switch {
	case d.another:
		return other
	case d.fresh:
		return anew
	}
	return nil
}

// head is a request of the duel, with room for what varies at the end of its
// path.
func (d *duel) head(address, token, tag string) string {
	path := strings.ReplaceAll(d.path, "%", "%%")
	head := "GET " + path + "%s HTTP/1.1\r\nHost: " + address + "\r\nAccept: application/json\r\n"
	if token != "" {
		head += "Authorization: Bearer " + token + "\r\n"
	}
	if d.gzip {
		head += "Accept-Encoding: gzip\r\n"
	}
	if d.cookie != "" {
		head += "Cookie: " + strings.ReplaceAll(d.cookie, "%", "%%") + "\r\n"
	}
	if tag != "" {
		head += "If-None-Match: " + strings.ReplaceAll(tag, "%", "%%") + "\r\n"
	}
	return head
}

// fetch asks once and returns the body as sent, and its tag.
func (d *duel) fetch(ctx context.Context, s settings, address, path, token string) ([]byte, string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.scheme()+address+path, nil)
	if err != nil {
		return nil, "", err
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if d.cookie != "" {
		r.Header.Set("Cookie", d.cookie)
	}
	r.Header.Set("Accept", "application/json")
	if d.gzip {
		r.Header.Set("Accept-Encoding", "gzip")
	}
	client := http.Client{Transport: &http.Transport{DisableCompression: true, TLSClientConfig: trusting()}}
	defer client.CloseIdleConnections()
	w, err := client.Do(r)
	if err != nil {
		return nil, "", err
	}
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	if err == nil && w.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %.300s", w.StatusCode, body)
	}
	return body, w.Header.Get("ETag"), err
}

// servers are those that are asked in turn: the desk with and without the
// lane, and nginx, nil where there is none.
type servers struct{ lane, library, static *child }

// A setting is a desk and how it serves.
type setting struct {
	name string
	desk *child
}

func (of servers) desks() []setting { return []setting{{"lane", of.lane}, {"library", of.library}} }

// question makes the question of the duel to a desk.
func (d *duel) question(ctx context.Context, s settings, desk *child, n int) (question, []byte, error) {
	token, one := desk.tokens[d.tenant], *d
	if len(d.cookies) > 0 {
		one.cookie = d.cookies[n]
	}
	var body []byte
	var tag string
	var err error
	for range 3 { // compressed from the second time on
		path := d.path
		if vary := d.vary(); vary != nil {
			path += vary()
		}
		if body, tag, err = one.fetch(ctx, s, desk.address, path, token); err != nil {
			return question{}, nil, err
		}
	}
	q := question{address: desk.address, tls: s.tls, status: 200}
	if !d.known {
		tag = ""
	} else {
		q.status = 304
	}
	q.head = one.head(desk.address, token, tag)
	q.vary = d.vary()
	return q, body, nil
}

// fight runs all servers in turn.
func (d *duel) fight(ctx context.Context, s settings, of servers, root string, n int) error {
	ours, body, err := d.question(ctx, s, of.lane, 0)
	if err != nil {
		return err
	}
	before, _, err := d.question(ctx, s, of.library, 1)
	if err != nil {
		return err
	}
	theirs, err := d.publish(ctx, s, of.static, root, n, body)
	if err != nil {
		return err
	}
	var list [3][]result
	for round := range s.rounds + 1 {
		for i, side := range []struct {
			q  question
			to *child
		}{{ours, of.lane}, {before, of.library}, {theirs, of.static}} {
			if side.to == nil {
				continue
			}
			one, err := ask(ctx, side.q, s.conns, s.span, side.to.cmd.Process.Pid)
			if err != nil {
				return err
			}
			if round > 0 { // the first warms all up
				list[i] = append(list[i], one)
			}
		}
	}
	d.report(len(body), list[0], list[1], list[2])
	return nil
}

// publish gives nginx the same bytes as a file and returns the question to it.
func (d *duel) publish(ctx context.Context, s settings, static *child, root string, n int, body []byte) (question, error) {
	if static == nil {
		return question{}, nil
	}
	path := fmt.Sprintf("/%d.json", n)
	name := filepath.Join(root, path)
	if err := os.WriteFile(name, body, 0o600); err != nil {
		return question{}, err
	}
	if d.gzip {
		if err := os.WriteFile(name+".gz", body, 0o600); err != nil {
			return question{}, err
		}
	}
	served, tag, err := d.fetch(ctx, s, static.address, path, "")
	if err != nil || len(served) != len(body) {
		return question{}, errors.Join(err, fmt.Errorf("nginx serves %d bytes, want %d", len(served), len(body)))
	}
	q := question{address: static.address, tls: s.tls, status: 200}
	if !d.known {
		tag = ""
	} else {
		q.status = 304
	}
	file := duel{path: path, gzip: d.gzip}
	q.head = file.head(static.address, "", tag)
	return q, nil
}

// report prints medians and spreads over the rounds.
func (d *duel) report(size int, lane, library, static []result) {
	perSecond := func(r result) float64 { return r.perSecond() }
	perCPU := func(r result) float64 { return 1 / max(float64(r.cost()), 1) }
	cost := func(list []result) float64 {
		return median(each(list, func(r result) float64 { return float64(r.cost().Nanoseconds()) / 1000 }))
	}
	p99 := func(list []result) float64 {
		return median(each(list, func(r result) float64 { return ms(r.quantile(0.99)) }))
	}
	answers, goal := ratios(lane, static, perSecond), ""
	if d.goal > 0 && len(answers) > 0 {
		goal = fmt.Sprintf("goal %.2f", d.goal)
		if median(answers) < d.goal {
			goal += " missed"
		}
	}
	late := ""
	if theirs := p99(static); theirs > 0 {
		late = fmt.Sprintf(", %.1f of nginx's", p99(lane)/theirs)
	}
	fmt.Printf("%-28s %9d  %-22s %-22s %-22s %-22s %5.1f %5.1f %5.1f    %.2f, %.2f, %.2f ms%s %s\n", d.name, size, spread(answers), spread(ratios(library, static, perSecond)),
		spread(ratios(lane, static, perCPU)), spread(ratios(library, static, perCPU)), cost(lane), cost(library), cost(static), p99(lane), p99(library), p99(static), late, goal)
}

func each(list []result, of func(result) float64) (out []float64) {
	for _, r := range list {
		out = append(out, of(r))
	}
	return out
}

// ratios compares two servers round by round.
func ratios(one, other []result, of func(result) float64) (out []float64) {
	for i := range min(len(one), len(other)) {
		out = append(out, of(one[i])/of(other[i]))
	}
	return out
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

func spread(list []float64) string {
	if len(list) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f (%.2f to %.2f)", median(list), slices.Min(list), slices.Max(list))
}

// growth asks the same of a short and of a long history, in turn, on one
// connection.
func growth(ctx context.Context, s settings, name string, desk *child) error {
	fmt.Printf("\na page of 100 of the %s, each request a new question, by the length of the history\n", name)
	questions := []struct{ name, query string }{
		{"by service and state", "issues?$filter=service%%20eq%%20'Exchange%%20Online'%%20and%%20isResolved%%20eq%%20true&$top=100"},
		{"newest first", "issues?$filter=classification%%20eq%%20'incident'&$orderby=lastModifiedDateTime%%20desc&$top=100"},
		{"changed in the last days", "issues?$filter=lastModifiedDateTime%%20ge%%202026-08-31T00:00:00Z&$top=100"},
		{"counted", "issues?$filter=service%%20eq%%20'Microsoft%%20Teams'&$count=true&$top=100"},
	}
	for _, one := range questions {
		p50 := map[string][]float64{}
		for range s.rounds {
			for _, t := range tenants(s)[1:] {
				q := question{address: desk.address, tls: s.tls, status: 200, vary: func() string { return strconv.FormatUint(rand.Uint64(), 36) }}
				// Another Accept is another answer, and no other question: nothing of it is kept.
				q.head = "GET " + announcements + one.query + " HTTP/1.1\r\nHost: " + desk.address + "\r\nAuthorization: Bearer " + desk.tokens[t.name] + "\r\nAccept: application/json,text/x%s\r\n"
				r, err := ask(ctx, q, 1, s.span/2, desk.cmd.Process.Pid)
				if err != nil {
					return fmt.Errorf("%s of %s: %w", one.name, t.name, err)
				}
				p50[t.name] = append(p50[t.name], float64(r.quantile(0.5).Nanoseconds())/1000)
			}
		}
		fmt.Printf("%-26s", one.name)
		first := median(p50["thousand"])
		for _, t := range tenants(s)[1:] {
			fmt.Printf("  %s: p50 %.0f µs, %.2f times", t.name, median(p50[t.name]), median(p50[t.name])/first)
		}
		fmt.Println()
	}
	return nil
}

// starts measures processes that open the archive and load one tenant.
func starts(ctx context.Context, s settings) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	for _, t := range tenants(s)[1:] {
		for range 2 {
			cmd := start(ctx, program, self(s, "-measure", t.name)...)
			cmd.Stdout = os.Stdout
			if err := cmd.Run(); err != nil {
				return err
			}
		}
	}
	return nil
}
