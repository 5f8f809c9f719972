package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// What the overview of a reader is about.
const (
	pageServices = 40
	pageIssues   = 12
)

func pageTenant() tenant {
	return tenant{name: "page", id: "00000000-0000-4000-8000-000000000005"}
}

// storm fills a tenant with services and open incidents, unless that was done,
// and adds a reader of that tenant alone, whose name and password it returns.
func storm(ctx context.Context, desk *app.App) (name, password string, err error) {
	name, password = "reader-"+strings.ToLower(rand.Text()[:8]), rand.Text()
	user := tocsin.User{ID: tocsin.NewGUID(), Name: name, Grants: []tocsin.Grant{{Role: tocsin.RoleReader, TenantID: pageTenant().id}}}
	if err := desk.Door.AddUser(ctx, user, password); err != nil {
		return "", "", err
	}
	_, err = desk.Archive.Tenant(ctx, pageTenant().id)
	if errors.Is(err, tocsin.ErrNotFound) {
		err = fill(ctx, desk)
	}
	return name, password, err
}

func fill(ctx context.Context, desk *app.App) error {
	now, t := time.Now(), pageTenant()
	if err := desk.Archive.AddTenant(ctx, tocsin.Tenant{ID: t.id, Name: t.name, CreatedAt: now}); err != nil {
		return err
	}
	var items []any
	for i := range pageServices {
		status := tocsin.StatusOperational
		if i < pageIssues {
			status = tocsin.StatusDegradation
		}
		items = append(items, tocsin.Overview{ServiceID: fmt.Sprintf("svc%d", i), Service: fmt.Sprintf("Service number %d", i), Status: status})
	}
	for i := range pageIssues {
		at := now.Add(-time.Duration(i+1) * time.Minute)
		items = append(items, tocsin.Issue{
			ID: fmt.Sprintf("EX%d", i), Title: fmt.Sprintf("Delay number %d", i), ServiceID: fmt.Sprintf("svc%d", i), Service: fmt.Sprintf("Service number %d", i),
			Classification: "incident", Status: tocsin.StatusDegradation, StartAt: at, ModifiedAt: at,
			Posts: []tocsin.Post{{CreatedAt: at, Type: "regular", ContentType: "html", Content: prose(uint64(i))}},
		})
	}
	record := archive.Record{TenantID: t.id, Source: "load", SeenAt: now}
	for _, item := range items {
		doc, err := tocsin.NewDocument(item)
		if err != nil {
			return err
		}
		record.Entries = append(record.Entries, archive.Entry{Document: doc})
	}
	_, err := desk.Archive.Record(ctx, record)
	return err
}

// pageDuels signs in at each desk and asks for the overview as a browser does
// that has been there before.
func pageDuels(ctx context.Context, s settings, desks ...*child) ([]duel, error) {
	d := duel{name: "overview, signed in, gzip", path: "/", gzip: true, goal: 0.6}
	for _, desk := range desks {
		cookie, err := signIn(ctx, s, desk)
		if err != nil {
			return nil, err
		}
		d.cookies = append(d.cookies, cookie)
	}
	return []duel{d}, nil
}

// signIn returns the cookies of a browser that has been there before.
func signIn(ctx context.Context, s settings, desk *child) (string, error) {
	form := url.Values{"name": {desk.reader}, "password": {desk.password}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.scheme()+desk.address+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	transport := &http.Transport{TLSClientConfig: trusting()}
	defer transport.CloseIdleConnections()
	w, err := transport.RoundTrip(r)
	if err != nil {
		return "", err
	}
	cookies := []string{fmt.Sprintf("seen-%s=%d", pageTenant().id[:8], time.Now().Add(-time.Hour).Unix())}
	for _, cookie := range w.Cookies() {
		cookies = append(cookies, cookie.Name+"="+cookie.Value)
	}
	if err := w.Body.Close(); err != nil {
		return "", err
	}
	if len(cookies) < 2 {
		return "", errors.New("signing in: " + w.Status)
	}
	return strings.Join(cookies, "; "), nil
}
