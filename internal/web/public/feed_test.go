package public_test

import (
	"encoding/json"
	"encoding/xml"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// An rss is a feed as a strict reader takes it.
type rss struct {
	Channel struct {
		Title    string `xml:"title"`
		Language string `xml:"language"`
		Items    []struct {
			Title       string   `xml:"title"`
			Link        string   `xml:"link"`
			GUID        string   `xml:"guid"`
			PubDate     string   `xml:"pubDate"`
			Description string   `xml:"description"`
			Categories  []string `xml:"category"`
		} `xml:"item"`
	} `xml:"channel"`
}

func readRSS(t *testing.T, body string) (f rss) {
	t.Helper()
	if err := xml.Unmarshal([]byte(body), &f); err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	return f
}

// A feed has one entry for each update, the newest first, with an id that never
// changes and what the page says.
func TestFeed(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	h.Secret(storetest.Contoso)
	h.Pass(time.Minute)
	b := h.Browser()
	response, body := b.Send("GET", "/status/contoso/feed.xml", nil, "Accept", "*/*", "User-Agent", "")
	header := response.Header
	if response.StatusCode != http.StatusOK || header.Get("Content-Type") != "application/rss+xml; charset=utf-8" || header.Get("Cache-Control") != "public, max-age=300" || header.Get("X-Robots-Tag") != "noindex" || header.Get("Set-Cookie") != "" || header.Get("Last-Modified") == "" {
		t.Fatalf("feed: %s, %v", response.Status, header)
	}
	webtest.Lacks(t, "feed", body, "MC9", "Confidential", "abrikam", "class=", "<script")
	f := readRSS(t, body)
	ids, before := map[string]bool{}, time.Time{}
	for _, item := range f.Channel.Items {
		at, err := time.Parse(time.RFC1123Z, item.PubDate)
		if err != nil || !before.IsZero() && at.After(before) || ids[item.GUID] || !strings.HasPrefix(item.Link, "https://desk.example/status/contoso/") || len(item.Categories) == 0 {
			t.Errorf("item %+v, %v", item, err)
		}
		ids[item.GUID], before = true, at
	}
	for _, id := range []string{":issue:EX1:1", ":issue:EX1:2", ":issue:EX1:3", ":message:MC1:2", ":issue:TC1:1"} {
		if !ids["urn:tocsin:"+storetest.Contoso+id] {
			t.Errorf("no entry %s in %v", id, ids)
		}
	}
	newest := f.Channel.Items[0]
	for _, item := range f.Channel.Items {
		if strings.HasSuffix(item.GUID, ":EX1:3") {
			newest = item
		}
	}
	if !strings.HasPrefix(newest.Title, "[serviceInterruption] EX1 | Exchange Online | Mail is late") || newest.Link != "https://desk.example/status/contoso/EX1/3" {
		t.Errorf("entry %+v", newest)
	}
	webtest.Has(t, "entry", newest.Description, "What changed", "Mail waits", "<b>User impact:</b>", "serviceInterruption")
	for _, again := range [][2]string{{"If-None-Match", header.Get("ETag")}, {"If-Modified-Since", header.Get("Last-Modified")}} {
		if response, body := b.Send("GET", "/status/contoso/feed.xml", nil, again[0], again[1]); response.StatusCode != http.StatusNotModified || body != "" {
			t.Errorf("%s: %s", again[0], response.Status)
		}
	}
}

// Each form holds the same entries; pages name all of them.
func TestFeedForms(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	b := h.Browser()
	page := b.Open("/fr/status/contoso")
	links := regexp.MustCompile(`<link rel="alternate" type="([^"]+)" title="[^"]+" href="([^"]+)">`).FindAllStringSubmatch(page, -1)
	if len(links) != 3 {
		t.Fatalf("feeds of the page: %q", links)
	}
	var counts []int
	for _, link := range links {
		response, body := b.Send("GET", html.UnescapeString(link[2]), nil, "Accept", "*/*")
		if kind, _, _ := strings.Cut(response.Header.Get("Content-Type"), ";"); response.StatusCode != http.StatusOK || kind != html.UnescapeString(link[1]) || response.Header.Get("Content-Language") != "fr" {
			t.Errorf("%s: %s, %v", link[2], response.Status, response.Header)
		}
		counts = append(counts, strings.Count(body, "urn:tocsin:"+storetest.Contoso+":"))
	}
	if counts[0] == 0 || counts[1] != counts[0] || counts[2] != counts[0] {
		t.Errorf("entries of the forms: %v", counts)
	}
	var doc struct {
		Version string
		Items   []struct{ ID, Title string }
	}
	_, body := b.Send("GET", "/feed.json?tenant=contoso&lang=ja&kind=message", nil)
	if err := json.Unmarshal([]byte(body), &doc); err != nil || doc.Version != "https://jsonfeed.org/version/1.1" || len(doc.Items) == 0 {
		t.Fatalf("%v\n%s", err, body)
	}
	for _, item := range doc.Items {
		if !strings.Contains(item.ID, ":message:") {
			t.Errorf("item %s", item.ID)
		}
	}
}

// Filters that nobody knows are refused, and no feed leads to another address.
func TestFeedFilters(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	b := h.Browser()
	for query, want := range map[string]int{
		"": 200, "service=exchange%20online": 200, "service=Exchange&class=incident&kind=issue&lang=de": 200, "lang=es": 200, "class=planForChange": 200,
		"service=Nothing": 400, "class=all": 400, "kind=post": 400, "lang=xx": 400, "lang=en&lang=fr": 400, "limit=1": 400, "service=%zz": 400,
	} {
		response, body := b.Send("GET", "/status/contoso/atom.xml?"+query, nil, "Accept", "text/html")
		if response.StatusCode != want || want == 400 && !strings.HasPrefix(response.Header.Get("Content-Type"), "text/plain") {
			t.Errorf("%q: %s\n%.300s", query, response.Status, body)
		}
	}
	for path, want := range map[string]int{"/feed.xml": 200, "/atom.xml?tenant=CONTOSO": 200, "/feed.json?tenant=fabrikam": 404, "/status/fabrikam/feed.xml": 404, "/status/nobody/feed.xml": 404, "/feeds/tcf_none/feed.xml": 404} {
		if got := b.Status("GET", path, nil); got != want {
			t.Errorf("%s: status %d, want %d", path, got, want)
		}
	}
	_, body := b.Send("GET", "/status/contoso/feed.xml?service=Exchange", nil)
	for _, item := range readRSS(t, body).Channel.Items {
		if !strings.Contains(strings.Join(item.Categories, " "), "Exchange Online") {
			t.Errorf("of another service: %+v", item)
		}
	}
	h.Publish(storetest.Fabrikam)
	h.Pass(2 * time.Second)
	if got := b.Status("GET", "/feed.xml", nil); got != http.StatusBadRequest {
		t.Errorf("one of two: status %d", got)
	}
}

// A private address has all that its person may read, published or not, under
// addresses inside, and never names itself.
func TestPrivateFeed(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	h.Secret(storetest.Fabrikam)
	h.Person("ana", tocsin.Grant{Role: tocsin.RoleAdministrator})
	h.Person("mel", tocsin.Grant{Role: tocsin.RoleMessageReader, TenantID: storetest.Fabrikam})
	address := func(who string) string {
		b := h.Browser()
		b.Enter(who)
		_, page := b.Send("POST", "/account/feeds", url.Values{"called": {"phone"}, "of": {storetest.Fabrikam}})
		found := regexp.MustCompile(`https://desk\.example(/feeds/tcf_[\w-]+/)feed\.xml`).FindStringSubmatch(page)
		if found == nil {
			t.Fatalf("no address for %s: %s", who, page)
		}
		return found[1]
	}
	ana, mel := address("ana"), address("mel")
	program := h.Browser()
	for _, file := range []string{"feed.xml", "atom.xml", "feed.json"} {
		response, body := program.Send("GET", ana+file, nil)
		if response.StatusCode != http.StatusOK || response.Header.Get("Cache-Control") != "private, max-age=300" || response.Header.Get("X-Robots-Tag") != "noindex, nofollow" || response.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %s, %v", file, response.Status, response.Header)
		}
		webtest.Has(t, file, body, "https://desk.example/issues/EX1?tenant=fabrikam", "https://desk.example/messages/MC1?tenant=fabrikam", ":issue:EX1:3")
		webtest.Lacks(t, file, body, "tcf_", "MC9", "Confidential", "contoso")
	}
	_, body := program.Send("GET", mel+"feed.xml", nil)
	webtest.Has(t, "messages alone", body, ":message:MC1:")
	webtest.Lacks(t, "messages alone", body, ":issue:", "MC9")
	if got := program.Status("GET", mel+"feed.xml?kind=issue", nil); got != http.StatusNotFound {
		t.Errorf("issues for who reads messages alone: status %d", got)
	}
}
