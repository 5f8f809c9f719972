package template_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/notifytest"
	"example.org/tocsin/internal/notify/template"
	"example.org/tocsin/internal/notify/wire"
	"example.org/tocsin/internal/tocsin"
)

func makeChannel(form template.Form) notifytest.Make {
	return func(_ *testing.T, address string, timeout time.Duration, inside bool) (notify.Channel, error) {
		return template.New(template.Config{
			Wire: wire.Config{Address: address, Timeout: timeout, Inside: inside, Now: notifytest.Now},
			Form: form, Secret: notifytest.Secret, Target: "@outages",
		})
	}
}

// good is an answer of each service to a message that it took.
func good(kind string) (status int, body string) {
	switch kind {
	case "mattermost":
		return 200, "ok"
	case "rocketchat":
		return 200, `{"success":true}`
	case "discord":
		return 204, ""
	case "telegram":
		return 200, `{"ok":true,"result":{"message_id":7}}`
	case "gotify":
		return 200, `{"id":25}`
	}
	return 202, `{"status":"success","result":"Request will be processed"}`
}

func form(t *testing.T, kind string) template.Form {
	t.Helper()
	f, ok := template.Of(kind)
	if !ok {
		t.Fatalf("%s is no form", kind)
	}
	return f
}

func TestContract(t *testing.T) {
	t.Parallel()
	for _, kind := range template.Kinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			status, body := good(kind)
			notifytest.Contract(t, makeChannel(form(t, kind)), status, body)
		})
	}
}

// request is what a golden file holds.
type request struct {
	Path, Query string
	Header      map[string]string
	Body        any
}

func requestsOf(t *testing.T, kind string, m *notify.Message) (list []request) {
	t.Helper()
	status, body := good(kind)
	for _, r := range makeChannel(form(t, kind)).Sent(t, "/hook", status, body, m) {
		one := request{Path: r.Path, Query: r.Query, Header: map[string]string{}}
		for name, values := range r.Header {
			if name != "User-Agent" && name != "Accept-Encoding" && name != "Content-Length" {
				one.Header[name] = values[0]
			}
		}
		if err := json.Unmarshal(r.Body, &one.Body); err != nil {
			t.Fatal(err)
		}
		list = append(list, one)
	}
	return list
}

// T-46: a request of each service, as it begins and as it ends, whatever an
// outsider wrote in it.
func TestRequests(t *testing.T) {
	t.Parallel()
	for _, kind := range template.Kinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			m := notifytest.Message()
			m.Repeat, m.Letter.Repeated = true, "(repeat)"
			ended := notifytest.Message()
			ended.Facts[0].Change, ended.Facts[0].Status = "resolved", tocsin.StatusServiceRestored
			notifytest.Golden(t, kind+".json", append(requestsOf(t, kind, m), requestsOf(t, kind, ended)...))
		})
	}
}

func TestOneItemOneRequest(t *testing.T) {
	t.Parallel()
	m := notifytest.Message()
	m.Facts = append(m.Facts, m.Facts[0])
	m.Facts[1].ID = "TM654321"
	second := m.Letter.Entries[0]
	second.Heading = "[serviceInterruption] TM654321"
	m.Letter.Entries = append(m.Letter.Entries, second)
	list := requestsOf(t, "pagerduty", m)
	if len(list) != 2 || list[1].Body.(map[string]any)["dedup_key"] != "tocsin-TM654321" ||
		!strings.HasPrefix(list[1].Body.(map[string]any)["payload"].(map[string]any)["summary"].(string), second.Heading) {
		t.Errorf("%+v", list)
	}
	if list = requestsOf(t, "mattermost", m); len(list) != 1 {
		t.Errorf("%d requests", len(list))
	}
}

func TestSuccessIsWhatTheyCallSo(t *testing.T) {
	t.Parallel()
	for kind, body := range map[string]string{
		"telegram": `{"ok":false,"error_code":400}`, "rocketchat": `{"success":false}`, "pagerduty": `{"status":"invalid event"}`,
	} {
		makeChannel(form(t, kind)).Refused(t, http.StatusOK, body, notify.ReasonRefused)
	}
}

func TestFormIsChecked(t *testing.T) {
	t.Parallel()
	bad := template.Form{
		Path: "/x/{titel}", Header: map[string]string{"X-A": "{", "X-B": "a\nb"}, Escape: "html", Each: "post", Body: map[string]any{"a": []any{"{ok} {title} {{x}"}},
		Ended: &template.Ended{Body: "{{{nothing}"},
	}
	err := bad.Check()
	for _, words := range []string{"path: {titel} is no placeholder", "header X-A: {", `header "X-B"`, "body: {ok}", "ended.body: {nothing}", "escape:", "each:"} {
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q is missing in: %v", words, err)
		}
	}
	for _, kind := range template.Kinds() {
		f := form(t, kind)
		if err := f.Check(); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		for name, values := range f.Values {
			for _, s := range tocsin.Severities() {
				if values[s.String()] == nil {
					t.Errorf("%s: no %s for %s", kind, name, s)
				}
			}
		}
	}
	for _, c := range []template.Config{
		{Form: form(t, "mattermost")},
		{Form: form(t, "pagerduty")},
		{Form: form(t, "telegram"), Wire: wire.Config{Address: "https://api.telegram.org/botX"}},
	} {
		if _, err := template.New(c); err == nil || !strings.HasSuffix(err.Error(), "it is missing") {
			t.Errorf("%v", err)
		}
	}
}
