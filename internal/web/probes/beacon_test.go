package probes_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// Pages inside say how services work, without sign-in; each case that is refused
// is said in JSON. A tenant that is not in the settings is as if nothing existed.
func TestBeacons(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	site := tocsin.NewGUID()
	if err := h.Store.AddSite(t.Context(), tocsin.Site{ID: site, Name: "Paris", TenantID: storetest.Contoso, CreatedAt: storetest.T0}); err != nil {
		t.Fatal(err)
	}
	send := func(body string) (int, string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.Base+"/rum", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "text/plain")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text := make([]byte, 400)
		n, _ := response.Body.Read(text)
		return response.StatusCode, string(text[:n])
	}
	now := h.Clock().UTC().Format(time.RFC3339)
	good := fmt.Sprintf(`{"tenant":"Contoso","service":"teams","site":"paris","outcome":"failed","time":%q}`, now)
	if status, text := send(good); status != http.StatusNoContent {
		t.Fatal(status, text)
	}
	for name, tt := range map[string]struct {
		body, says string
		status     int
	}{
		"another tenant":             {strings.Replace(good, "Contoso", "fabrikam", 1), "", 404},
		"no tenant":                  {strings.Replace(good, "Contoso", "", 1), "", 404},
		"another service":            {strings.Replace(good, "teams", "telephone", 1), `"field":"service"`, 400},
		"another site":               {strings.Replace(good, "paris", "Rome", 1), `"field":"site"`, 400},
		"another outcome":            {strings.Replace(good, "failed", "<b>", 1), `"field":"outcome"`, 400},
		"a clock that is off a year": {strings.Replace(good, now[:4], "2011", 1), `"field":"time"`, 400},
		"no time":                    {`{"tenant":"contoso","service":"teams","outcome":"ok"}`, `"field":"time"`, 400},
		"no JSON":                    {"hello", `"field":"body"`, 400},
		"more than a beacon":         {good[:len(good)-1] + `,"x":"` + strings.Repeat("x", 1100) + `"}`, `"field":"body"`, 400},
		"a list":                     {"[" + good + "]", `"field":"body"`, 400},
	} {
		if status, text := send(tt.body); status != tt.status || !strings.Contains(text, tt.says) {
			t.Errorf("%s: %d %s, want %d", name, status, text, tt.status)
		}
	}
	for range 600 {
		send("hello")
	}
	if status, _ := send(good); status != http.StatusTooManyRequests {
		t.Errorf("of too many: status %d", status)
	}
	if got, err := h.Store.CountBeacons(t.Context(), storetest.Contoso, storetest.T0.Add(-time.Hour)); err != nil || len(got) != 1 || got[0].Failed != 1 || got[0].Site != site {
		t.Errorf("%+v, %v", got, err)
	}
}
