package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/api/graph"
	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// Goals of what an issue takes in memory, in bytes: one that is asked for all the
// time, in every form, and one that nobody asks for.
const (
	goalLive   = 2200
	goalBeyond = 200
	livePages  = 10 // of 100 issues, that are asked for
)

// heap is what the program holds once all garbage is gone.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what pools lent goes with the second
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // less than there is memory
}

// A caller is who a request says.
type caller string

func (c caller) Authenticate(*http.Request, ...string) (access.Identity, error) {
	return access.Identity{ClientID: "load", TenantID: string(c), Scopes: []string{tocsin.ScopeServiceHealthAll}}, nil
}

// asked is what the API answers to a question.
func asked(api *graph.API, target, accepts string) ([]byte, error) {
	address, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	r := &http.Request{Method: http.MethodGet, URL: address, Host: "load.example", RequestURI: target, Header: http.Header{}, Body: http.NoBody}
	if accepts != "" {
		r.Header.Set("Accept-Encoding", accepts)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	return w.Body.Bytes(), nil
}

// live says what each of the first issues of a tenant costs in memory once its
// pages were asked for often, as they are, compressed, selected and alone.
func live(model *readmodel.Model, snapshot *readmodel.Snapshot) error {
	api, err := graph.New(graph.Config{Base: "http://load.example", Key: make([]byte, 32), Model: model, Admission: httpserver.NewAdmission(caller(snapshot.Tenant.ID), nil), Now: time.Now})
	if err != nil {
		return err
	}
	before := heap()
	count, text := 0, 0
	for target, pages := announcements+"issues?$orderby=lastModifiedDateTime%20desc", 0; target != "" && pages < livePages; pages++ {
		var page struct {
			Value []struct{ ID string }
			Next  string `json:"@odata.nextLink"`
		}
		for range 3 {
			for _, accepts := range []string{"", "gzip"} {
				body, err := asked(api, target, accepts)
				if err != nil {
					return err
				}
				if accepts != "" {
					continue
				}
				if err := json.Unmarshal(body, &page); err != nil || page.Value == nil {
					return fmt.Errorf("%s: %.200s: %w", target, body, err)
				}
				text += len(body)
			}
		}
		for _, issue := range page.Value {
			for range 3 {
				if _, err := asked(api, announcements+"issues/"+issue.ID, "gzip"); err != nil {
					return err
				}
			}
		}
		count += len(page.Value)
		next, err := url.Parse(page.Next)
		if err != nil {
			return err
		}
		target = next.RequestURI()
		if page.Next == "" {
			target = ""
		}
	}
	each := float64(heap()-before) / float64(max(count, 1))
	limit, parts := 0, ""
	for _, keeps := range []map[string]cache.Use{model.Caches(), api.Caches()} {
		for name, use := range keeps {
			limit += use.Limit
			parts += fmt.Sprintf(", %s %d B", name, use.Bytes/max(count, 1))
		}
	}
	fmt.Printf("%17s %9d of them asked for in every form: %.0f B an issue of %d B as JSON (goal %d%s)%s; for all issues at most %d MB\n", "", count, each, text/3/max(count, 1), goalLive, missed(each, goalLive), parts, limit>>20)
	runtime.KeepAlive(api)
	return nil
}

// missed says that a figure is above its goal.
func missed(figure float64, goal int) string {
	if figure > float64(goal) {
		return ", missed"
	}
	return ""
}
