package fakegraph_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/fakegraph"
	"example.org/tocsin/internal/tocsin"
)

const (
	contoso  = "11111111-1111-4111-8111-111111111111"
	fabrikam = "22222222-2222-4222-8222-222222222222"
	secret   = "correct horse"
	maxBody  = 4 << 20 // of what a test receives
)

// clock is the upstream's clock in tests.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// upstream is a started server with two tenants and what a test needs to ask.
type upstream struct {
	*fakegraph.Server
	t     *testing.T
	clock *clock
	world *fakegraph.World
	token string
}

func start(t *testing.T, cfg fakegraph.Config) *upstream {
	t.Helper()
	c := &clock{now: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}
	cfg.Now = c.Now
	world := fakegraph.NewWorld()
	for n, id := range []string{contoso, fabrikam} {
		must(t, world.AddTenant(fakegraph.Tenant{
			ID: id, Domains: []string{[]string{"contoso.com", "fabrikam.com"}[n]},
			ClientID: "app-" + id, Secret: secret,
		}))
	}
	u := &upstream{fakegraph.New(world, cfg), t, c, world, ""}
	if _, err := u.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := u.Close(); err != nil {
			t.Errorf("Close = %v, want nil", err)
		}
	})
	u.token = u.signIn(contoso)
	return u
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (u *upstream) signIn(tenant string) string {
	u.t.Helper()
	status, body := u.askToken("/"+tenant+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "scope": {"https://graph.microsoft.com/.default"},
		"client_id": {"app-" + tenant}, "client_secret": {secret},
	})
	if status != http.StatusOK {
		u.t.Fatalf("token: %d %v", status, body)
	}
	return body["access_token"].(string)
}

func (u *upstream) askToken(path string, form url.Values) (int, map[string]any) {
	u.t.Helper()
	resp, err := http.PostForm(u.URL()+path, form)
	must(u.t, err)
	defer resp.Body.Close()
	var body map[string]any
	must(u.t, json.NewDecoder(resp.Body).Decode(&body))
	return resp.StatusCode, body
}

// list is an answer of the Graph lists.
type list struct {
	Context string            `json:"@odata.context"`
	Count   *int              `json:"@odata.count"`
	Next    string            `json:"@odata.nextLink"`
	Value   []json.RawMessage `json:"value"`
	Error   struct{ Code, Message string }

	status int
	header http.Header
	raw    []byte
}

func (l list) ids(t *testing.T) []string {
	t.Helper()
	ids := []string{}
	for _, raw := range l.Value {
		var it struct{ ID string }
		must(t, json.Unmarshal(raw, &it))
		ids = append(ids, it.ID)
	}
	return ids
}

// get asks for a path below serviceAnnouncement, or for an absolute link.
func (u *upstream) get(path string, headers ...string) list {
	u.t.Helper()
	l, err := u.try(path, headers...)
	if err != nil {
		u.t.Fatalf("GET %s: %v", path, err)
	}
	return l
}

func (u *upstream) try(path string, headers ...string) (list, error) {
	if !strings.Contains(path, "://") {
		path = u.URL() + "/v1.0/admin/serviceAnnouncement/" + path
	}
	request, err := http.NewRequestWithContext(u.t.Context(), http.MethodGet, strings.ReplaceAll(path, " ", "%20"), nil)
	if err != nil {
		return list{}, err
	}
	request.Header.Set("Authorization", "Bearer "+u.token)
	for n := 0; n < len(headers); n += 2 {
		request.Header.Set(headers[n], headers[n+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(request)
	if err != nil {
		return list{}, err
	}
	defer resp.Body.Close()
	l := list{status: resp.StatusCode, header: resp.Header}
	l.raw, err = io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return l, err
	}
	_ = json.Unmarshal(l.raw, &l) // some faults are no JSON
	return l, nil
}

func issue(id string, modified time.Time) []byte {
	return fmt.Appendf(nil, `{"startDateTime":"2026-01-01T00:00:00Z","endDateTime":null,"lastModifiedDateTime":%q,"title":"Mail is late","id":%q,"impactDescription":"Mail is late.","classification":"advisory","origin":"microsoft","status":"serviceDegradation","service":"Exchange Online","feature":"Mail flow","featureGroup":"Transport","isResolved":false,"details":[],"posts":[{"createdDateTime":"2026-01-01T00:00:00Z","postType":"regular","description":{"contentType":"html","content":"Title: Mail is late"}}]}`,
		tocsin.FormatTime(modified), id)
}

func message(id string, end time.Time) []byte {
	return fmt.Appendf(nil, `{"startDateTime":"2026-01-01T00:00:00Z","endDateTime":%q,"lastModifiedDateTime":"2026-01-02T00:00:00Z","title":"A change","id":%q,"category":"stayInformed","severity":"normal","tags":[],"isMajorChange":false,"actionRequiredByDateTime":null,"services":["Microsoft Teams"],"hasAttachments":false,"details":[{"name":"FeatureStatusJson","value":"{\"1001\":{\"LastUpdateTime\":\"2026-01-02T00:00:00Z\",\"Status\":\"FeatureRolloutStatusNotSupported\"}}"}],"body":{"contentType":"html","content":"<p>A change</p>"}}`,
		tocsin.FormatTime(end), id)
}

// fill puts n issues into Contoso, each modified a minute after the one before.
func (u *upstream) fill(n int) {
	u.t.Helper()
	for i := range n {
		must(u.t, u.world.Put(tocsin.KindIssue, issue(fmt.Sprintf("EX%04d", i), u.clock.Now().Add(time.Duration(i-n)*time.Minute)), contoso))
	}
}
