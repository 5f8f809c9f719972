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

// Who reads the overview, and the desk that it is about.
const (
	readerName   = "reader"
	pageServices = 40
	pageIssues   = 12
)

func pageTenant() tenant {
	return tenant{name: "page", id: "00000000-0000-4000-8000-000000000005"}
}

// storm fills an empty desk with services and open incidents, and adds a
// reader whose password it returns.
func storm(ctx context.Context, desk *app.App) (password string, err error) {
	now, t := time.Now(), pageTenant()
	if err := desk.Archive.AddTenant(ctx, tocsin.Tenant{ID: t.id, Name: t.name, CreatedAt: now}); err != nil {
		return "", err
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
			return "", err
		}
		record.Entries = append(record.Entries, archive.Entry{Document: doc})
	}
	if _, err := desk.Archive.Record(ctx, record); err != nil {
		return "", err
	}
	password = rand.Text()
	user := tocsin.User{ID: tocsin.NewGUID(), Name: readerName, Grants: []tocsin.Grant{{Role: tocsin.RoleReader}}}
	return password, desk.Door.AddUser(ctx, user, password)
}

// pageDuels signs in at each desk and asks for the overview as a browser does
// that has been there before.
func pageDuels(ctx context.Context, desks ...*child) ([]duel, error) {
	d := duel{name: "overview, signed in, gzip", path: "/", gzip: true, goal: 0.6}
	for _, desk := range desks {
		cookie, err := signIn(ctx, desk)
		if err != nil {
			return nil, err
		}
		d.cookies = append(d.cookies, cookie)
	}
	return []duel{d}, nil
}

// signIn returns the cookies of a browser that has been there before.
func signIn(ctx context.Context, desk *child) (string, error) {
	form := url.Values{"name": {readerName}, "password": {desk.password}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+desk.address+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w, err := http.DefaultTransport.RoundTrip(r)
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
