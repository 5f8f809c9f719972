package alertmanager_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/alertmanager"
	"example.org/tocsin/internal/notify/notifytest"
	"example.org/tocsin/internal/notify/wire"
	"example.org/tocsin/internal/tocsin"
)

func makeChannel(_ *testing.T, address string, timeout time.Duration, inside bool) (notify.Channel, error) {
	return alertmanager.New(alertmanager.Config{Wire: wire.Config{Address: address, Timeout: timeout, Inside: inside, Now: notifytest.Now}})
}

func TestContract(t *testing.T) {
	t.Parallel()
	notifytest.Contract(t, makeChannel, http.StatusOK, "")
}

type alert struct {
	Labels, Annotations map[string]string
	StartsAt, EndsAt    time.Time
	GeneratorURL        string
}

func post(t *testing.T, m *notify.Message) []alert {
	t.Helper()
	r := notifytest.Make(makeChannel).Sent(t, "", http.StatusOK, "", m)[0]
	if r.Path != "/api/v2/alerts" {
		t.Errorf("posted to %s", r.Path)
	}
	var list []alert
	if err := json.Unmarshal(r.Body, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestChangeOfStatusEndsTheAlertBefore(t *testing.T) {
	t.Parallel()
	m := notifytest.Message()
	list := post(t, m)
	if len(list) != 2 || list[0].Labels["status"] != "investigating" || !list[0].EndsAt.Equal(notifytest.Now()) ||
		list[1].Labels["status"] != "serviceDegradation" || !list[1].EndsAt.After(notifytest.Now().Add(24*time.Hour)) {
		t.Fatalf("%+v", list)
	}
	for _, a := range list {
		if !a.StartsAt.Before(a.EndsAt) || a.Labels["id"] != "EX123456" || a.Labels["service"] != "Exchange" || a.GeneratorURL != m.Facts[0].Link {
			t.Errorf("%+v", a)
		}
		for name := range a.Labels {
			if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") != "" {
				t.Errorf("label %q", name)
			}
		}
	}
}

func TestEnd(t *testing.T) {
	t.Parallel()
	m := notifytest.Message()
	f := &m.Facts[0]
	f.Change, f.Was, f.Status, f.Link = "resolved", tocsin.StatusDegradation, tocsin.StatusServiceRestored, "status.contoso.com/x"
	list := post(t, m)
	if len(list) != 1 || list[0].Labels["status"] != "serviceDegradation" || !list[0].EndsAt.Equal(notifytest.Now()) || list[0].GeneratorURL != "" {
		t.Errorf("%+v", list)
	}
	f.Was, f.StartAt = "", notifytest.Now().Add(time.Hour) // nonsense from outside
	if list = post(t, m); len(list) != 1 || !list[0].StartsAt.Before(list[0].EndsAt) {
		t.Errorf("%+v", list)
	}
}

// One alert that is not taken costs no other.
func TestRefusedPostGoesOneByOne(t *testing.T) {
	t.Parallel()
	server := notifytest.Serve(t, func(w http.ResponseWriter, r notifytest.Request) {
		if strings.Count(string(r.Body), "startsAt") > 1 || strings.Contains(string(r.Body), `"status":"investigating"`) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, "no")
		}
	})
	c, err := makeChannel(t, server.URL, time.Minute, true)
	if err != nil {
		t.Fatal(err)
	}
	notifytest.Refused(t, c, notify.ReasonContent)
	if n := len(server.Seen()); n != 3 {
		t.Errorf("%d posts", n)
	}
}

func TestTest(t *testing.T) {
	t.Parallel()
	m := notifytest.Message()
	m.Kind, m.Facts, m.Letter.Entries = notify.KindTest, nil, nil
	if list := post(t, m); len(list) != 1 || list[0].Labels["alertname"] != "TocsinTest" {
		t.Errorf("%+v", list)
	}
}
