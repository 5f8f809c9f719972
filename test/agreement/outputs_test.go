package agreement

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// An output says in some form how a tenant and its services are.
type output struct {
	name string
	ask  func(t *testing.T, d *desk, n int) answer
}

// outputs are all of them.
func outputs() []output {
	return append(published(), []output{
		{"the overview", func(t *testing.T, d *desk, n int) answer {
			page := d.page(t, n, "/")
			others := strings.NewReplacer(`">Exchange Online</td>`, "", "<b>Exchange Online</b>", "") // the list of issues, the log
			text := rowOf(others.Replace(page), "Exchange Online", "</tr>", "</li>")
			return answer{tenant: verdict(t, page), service: looks(text), since: since(text)}
		}},
		{"the wall", func(t *testing.T, d *desk, n int) answer { return answer{tenant: verdict(t, d.page(t, n, "/wall"))} }},
		{"the sign-in page", func(t *testing.T, d *desk, n int) answer {
			page := d.page(t, n, "/login")
			return answer{tenant: verdict(t, page), service: looks(rowOf(page, "Exchange Online", "</li>"))}
		}},
		{"the list of services", func(t *testing.T, d *desk, n int) answer {
			text := rowOf(d.page(t, n, "/services"), "Exchange Online", "</tr>")
			return answer{service: looks(text), since: since(text)}
		}},
		{"the page of the service", askService},
		{"the grid of tenants", func(t *testing.T, d *desk, n int) answer {
			page := d.get(t, "/tenants?name="+d.name(n), "")
			_, line, _ := strings.Cut(page, `<tbody role="rowgroup">`)
			_, line, _ = strings.Cut(line, "</th>")
			line, _, _ = strings.Cut(line, "</td>")
			_, services, _ := strings.Cut(page, `id="r-services"`)
			return answer{tenant: looks(line), service: looks(rowOf(services, "Exchange Online", "</tr>"))}
		}},
		{"the search", func(t *testing.T, d *desk, n int) answer {
			return answer{service: looks(rowOf(d.page(t, n, "/search?q=exchange"), "Online", "</li>", "</a>"))}
		}},
		{"the exported site", askSite},
		{"tocsin check", askCheck},
		{"tocsin health list", func(t *testing.T, d *desk, n int) answer {
			var list []told
			d.command(t, &list, "health", "list", "--tenant", d.name(n))
			for _, one := range list {
				if one.ID == "Exchange" {
					return one.answer()
				}
			}
			return answer{}
		}},
		{"tocsin health get", func(t *testing.T, d *desk, n int) answer {
			if len(d.services(t, n)) == 0 {
				return answer{}
			}
			var one told
			d.command(t, &one, "health", "get", "Exchange", "--tenant", d.name(n))
			return one.answer()
		}},
		{"the metrics", askMetrics},
		{"the desk's own API", func(t *testing.T, d *desk, n int) answer {
			var body struct {
				Severity string
				Services []told
			}
			d.api(t, n, d.Base(), "/api/tocsin/v1/tenants/"+d.name(n)+"/health", &body)
			a := answer{}
			for _, one := range body.Services {
				if one.ID == "Exchange" {
					a = one.answer()
				}
			}
			a.tenant = named(body.Severity)
			return a
		}},
	}...)
}

// told is the judgement on a service as programs read it.
type told struct{ ID, Severity, Since string }

func (o told) answer() answer {
	a := answer{service: named(o.Severity)}
	if at, err := time.Parse(time.RFC3339, o.Since); err == nil {
		a.since = at.UTC().Format("15:04")
	}
	return a
}

func named(name string) []tocsin.Severity {
	for _, s := range tocsin.Severities() {
		if s.String() == name {
			return []tocsin.Severity{s}
		}
	}
	return nil
}

func (d *desk) page(t *testing.T, n int, path string) string {
	t.Helper()
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	return d.get(t, path+mark+"tenant="+d.name(n), "")
}

func (d *desk) command(t *testing.T, into any, args ...string) {
	t.Helper()
	code, out := d.run(t, append(args, "--output", "json")...)
	if err := json.Unmarshal([]byte(out), into); err != nil || code != 0 {
		t.Fatalf("%v: exit code %d, %v: %s", args, code, err, out)
	}
}

func (d *desk) services(t *testing.T, n int) (list []told) {
	t.Helper()
	d.command(t, &list, "health", "list", "--tenant", d.name(n))
	return list
}

var (
	sign    = regexp.MustCompile(`class="g g--xl c-([a-z]+)"`)
	look    = regexp.MustCompile(`class="(?:st|st st--tint|g|g g--s) c-([a-z]+)"`)
	minutes = regexp.MustCompile(`since [^<]*?([0-9]{2}:[0-9]{2})`)
	gauges  = regexp.MustCompile(`(?m)^(m365_service_health|tocsin_tenant_health)\{(.*)\} (-?[0-9]+)$`)
)

// family is what a colour family can mean.
func family(name string) []tocsin.Severity {
	switch name {
	case "down":
		return []tocsin.Severity{tocsin.SeverityInterruption}
	case "degraded":
		return []tocsin.Severity{tocsin.SeverityDegraded}
	case "recovering":
		return []tocsin.Severity{tocsin.SeverityRecovering}
	case "watch":
		return []tocsin.Severity{tocsin.SeverityAdvisory}
	case "neutral":
		return []tocsin.Severity{tocsin.SeverityUnknown}
	}
	return []tocsin.Severity{tocsin.SeverityOK, tocsin.SeverityPlanned}
}

// verdict is what the great sign of a page means.
func verdict(t *testing.T, page string) []tocsin.Severity {
	t.Helper()
	found := sign.FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("no verdict: %.300s", page)
	}
	return family(found[1])
}

// rowOf is the row of a page that names a service, up to the first of some ends,
// with the sign that stands before the name.
func rowOf(page, name string, ends ...string) string {
	at := strings.Index(page, ">"+name+"</")
	if at < 0 {
		return ""
	}
	begin := max(strings.LastIndex(page[:at], "<li"), strings.LastIndex(page[:at], "<tr"), 0)
	text := page[begin:]
	cut := len(text)
	for _, end := range ends {
		if i := strings.Index(text, end); i > 0 {
			cut = min(cut, i)
		}
	}
	return text[:cut]
}

// looks are what the first sign of a text means.
func looks(text string) []tocsin.Severity {
	found := look.FindStringSubmatch(text)
	if found == nil {
		return nil
	}
	return family(found[1])
}

func since(text string) string {
	found := minutes.FindStringSubmatch(text)
	if found == nil {
		return ""
	}
	return found[1]
}

func askService(t *testing.T, d *desk, n int) answer {
	if len(d.services(t, n)) == 0 {
		return answer{}
	}
	_, head, _ := strings.Cut(d.page(t, n, "/services/Exchange"), `id="r-head"`)
	head, _, _ = strings.Cut(head, "</header>")
	return answer{service: looks(head), since: since(head)}
}

func askSite(t *testing.T, d *desk, n int) answer {
	dir := t.TempDir()
	d.run(t, "export", "site", dir, "--tenant", d.name(n))
	page, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	return answer{tenant: verdict(t, string(page)), service: looks(rowOf(string(page), "Exchange Online", "</li>"))}
}

// askCheck reads the exit code and the line about the service.
func askCheck(t *testing.T, d *desk, n int) answer {
	meaning := [][]tocsin.Severity{
		{tocsin.SeverityOK, tocsin.SeverityPlanned},
		{tocsin.SeverityDegraded, tocsin.SeverityRecovering, tocsin.SeverityAdvisory},
		{tocsin.SeverityInterruption},
		{tocsin.SeverityUnknown},
	}
	code, _ := d.run(t, "check", "--tenant", d.name(n))
	a := answer{tenant: meaning[code]}
	code, out := d.run(t, "check", "--tenant", d.name(n), "--service", "Exchange", "--output", "json")
	a.service = meaning[code]
	var body struct{ Found []told }
	if err := json.Unmarshal([]byte(out), &body); err != nil {
		t.Fatal(err)
	}
	if len(body.Found) == 1 {
		a.service, a.since = body.Found[0].answer().service, body.Found[0].answer().since
	}
	return a
}

func askMetrics(t *testing.T, d *desk, n int) answer {
	t.Helper()
	meaning := map[int][]tocsin.Severity{
		0: {tocsin.SeverityOK, tocsin.SeverityPlanned}, 1: {tocsin.SeverityAdvisory, tocsin.SeverityRecovering}, 3: {tocsin.SeverityDegraded},
		4: {tocsin.SeverityInterruption}, -1: {tocsin.SeverityUnknown},
	}
	a := answer{}
	for _, found := range gauges.FindAllStringSubmatch(d.metrics, -1) {
		value, _ := strconv.Atoi(found[3]) // digits
		switch {
		case !strings.Contains(found[2], `tenant="`+d.name(n)+`"`):
		case found[1] == "tocsin_tenant_health":
			a.tenant = meaning[value]
		case strings.Contains(found[2], `service_id="Exchange"`):
			a.service = meaning[value]
		}
	}
	return a
}
