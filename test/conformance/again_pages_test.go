package conformance

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/tocsin"
)

// Pages, feeds, badges and files that are asked for again on one connection are
// the same as on others, and those that are not published any more are gone.
func TestPagesAskedAgain(t *testing.T) {
	t.Parallel()
	d := start(t)
	publish := func(to tocsin.Readership) {
		t.Helper()
		if _, err := d.Archive.ChangePublishing(t.Context(), contoso, time.Now(), func(p *tocsin.Publishing) error {
			p.Readership, p.Advisories = to, true
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	publish(tocsin.ForEverybody)
	sheet := regexp.MustCompile(`/static/app-[0-9a-f]+\.css`).FindString(d.ask(t, "", "GET", "/login", "").body)
	for _, target := range []string{sheet, "/status/contoso/EX100/1", "/fr/status/contoso/EX100/1", "/status/contoso/feed.xml", "/status/contoso/feed.json?lang=fr", "/status/contoso/badge.svg", "/status/contoso/api/v2/components.json"} {
		for _, headers := range [][]string{nil, {"Accept-Encoding", "gzip"}, {"If-None-Match", d.ask(t, "", "GET", target, "").header.Get("ETag")}} {
			request := d.request("GET", target, "", headers...)
			fresh, body := d.wire(t).Ask(request)
			if !strings.Contains(fresh[0], " 200 ") && !strings.Contains(fresh[0], " 304 ") {
				t.Fatal(target, fresh)
			}
			c := d.wire(t)
			var heads []string
			for range 8 {
				head, again := c.Ask(request)
				if sorted(head) != sorted(fresh) || again != body {
					t.Errorf("%s %q: asked again\n%s\n%.300q\nin place of\n%s\n%.300q", target, headers, sorted(head), again, sorted(fresh), body)
				}
				heads = append(heads, alike(head))
			}
			if heads[5] != heads[6] || heads[6] != heads[7] {
				t.Errorf("%s %q: not kept", target, headers)
			}
		}
	}
	for _, target := range []string{"/status/contoso/EX100/1", "/status/contoso/feed.xml", "/status/contoso/badge.svg"} {
		c, request := d.wire(t), d.request("GET", target, "")
		publish(tocsin.ForEverybody)
		for range 5 {
			if status := c.Status(request); status != "200" {
				t.Error(target, status)
			}
		}
		publish(tocsin.ForNobody)
		if status := c.Status(request); status != "404" {
			t.Errorf("%s: %s when nothing is published any more", target, status)
		}
	}
}

// Readers whose session ends, who lose their roles, or who may not sign in any
// more, get nothing of what they asked for all the time.
func TestSignedInAskedAgain(t *testing.T) {
	t.Parallel()
	d := start(t)
	for name, change := range map[string]func(userID string) error{
		"no roles": func(id string) error { return d.Door.SetGrants(t.Context(), id, nil) },
		"disabled": func(id string) error { return d.Door.SetDisabled(t.Context(), id, true) },
		"ended": func(id string) error {
			sessions, err := d.People.Sessions(t.Context(), id)
			if err != nil || len(sessions) == 0 {
				t.Fatal(len(sessions), err)
			}
			return d.Door.EndSession(t.Context(), id, sessions[0].ID)
		},
		"another tenant": func(id string) error {
			return d.Door.SetGrants(t.Context(), id, []tocsin.Grant{{Role: tocsin.RoleReader, TenantID: fabrikam}})
		},
	} {
		user := tocsin.User{ID: signin.NewID(), Name: strings.ReplaceAll(name, " ", "-"), Grants: []tocsin.Grant{{Role: tocsin.RoleReader}}}
		const password = "correct horse battery staple"
		if err := d.Door.AddUser(t.Context(), user, password); err != nil {
			t.Fatal(err)
		}
		cookie := d.cookies(t, user.Name, password)
		request := d.request("GET", "/?tenant=contoso", "", "Cookie", cookie, "Accept-Encoding", "gzip")
		c := d.wire(t)
		last, kept := "", false
		for i := range 10 {
			head, _ := c.Ask(request)
			if !strings.Contains(head[0], " 200 ") {
				t.Fatal(name, i, head)
			}
			kept = kept || last == alike(head) // else the fields are in any order
			last = alike(head)
		}
		if !kept {
			t.Errorf("%s: the page is not kept", name)
		}
		if err := change(user.ID); err != nil {
			t.Fatal(err)
		}
		if status := c.Status(request); status != "401" {
			t.Errorf("%s: %s, want 401", name, status)
		}
	}
}

// cookies signs somebody in and returns what their browser sends then.
func (d *desk) cookies(t *testing.T, name, password string) string {
	t.Helper()
	form := url.Values{"name": {name}, "password": {password}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.Base()+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := d.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var list []string
	for _, cookie := range answer.Cookies() {
		list = append(list, cookie.Name+"="+cookie.Value)
	}
	if len(list) == 0 {
		t.Fatal(answer.Status)
	}
	return strings.Join(list, "; ")
}
