package letters

import (
	"context"
	"net/url"
	"strconv"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/tocsin"
)

// request tells what became of a support request, one line for each change. What
// people wrote stays in its thread: who is told reads it there, if they may.
func (l *letter) request(ctx context.Context, e *notify.Entry, fact *notify.Fact, one item) error {
	if l.Rooms == nil {
		return tocsin.NotFoundf("Nothing is said of requests.")
	}
	newest := one.changes[len(one.changes)-1]
	n, _ := strconv.ParseInt(newest.ID, 10, 64) // no number names nothing
	r, err := l.Rooms.Request(ctx, newest.TenantID, n)
	if err != nil {
		return err
	}
	block := notify.Block{Kind: notify.BlockChanged, Label: r.Content.Title}
	for _, c := range one.changes {
		t, err := l.Rooms.RequestTurn(ctx, c.TenantID, n, int64(c.N))
		if err != nil {
			return err
		}
		state := t.State
		if c.What == tocsin.WhatFiled {
			state = t.Text
		}
		fact.Title = l.text("request."+string(c.What), "n", l.Number(int(n)), "state", state)
		block.Lines = append(block.Lines, l.own(fact.Title))
	}
	block.Lines = append(block.Lines, l.own(l.text("requestHolds", "state", r.Holds())))
	if len(one.changes) == 1 {
		block.Lines = block.Lines[1:] // the title says it
	}
	e.Blocks = []notify.Block{block}
	e.Heading, e.Title = "["+string(newest.What)+"] "+strconv.FormatInt(n, 10), l.own(fact.Title)
	fact.Class, fact.Change, fact.Category, fact.Severity = "request", string(newest.What), r.Content.Kind, severityOf(r)
	fact.Request = &notify.RequestFact{To: r.Content.To, Severity: r.Holds(), State: r.State, Case: r.Filing.Case, Issue: r.Content.Issue}
	for _, name := range r.Content.Services {
		id, _ := tocsin.ServiceIDOf(name)
		fact.Services = append(fact.Services, notify.Service{ID: id, Name: name})
	}
	base := l.Base()
	if base == "" {
		return nil
	}
	edition, err := l.Press.Whole(ctx, newest.TenantID)
	if err != nil {
		return err
	}
	path := "/requests/" + strconv.FormatInt(n, 10)
	fact.Link, e.LinkLabel = base+lang.Prefix(l.Code, lang.Languages())+path+"?tenant="+url.QueryEscape(edition.Tenant.Name), l.text("requestLink", "n", l.Number(int(n)))
	return nil
}

// severityOf is a place for a request on the scale on which letters put the worst
// first.
func severityOf(r tocsin.Request) tocsin.Severity {
	switch {
	case !r.Open():
		return tocsin.SeverityOK
	case r.Holds() == "A":
		return tocsin.SeverityDegraded
	}
	return tocsin.SeverityAdvisory
}
