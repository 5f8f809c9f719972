package status

import (
	"context"
	"html/template"
	"slices"
	"strconv"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/part"
)

// requests has what became of support requests.
type requests interface {
	RequestsTold(ctx context.Context, tenantID string, ns []int64) ([]tocsin.Request, map[int64][]tocsin.RequestTurn, error)
}

// requested are the support requests that a page of the log tells of, by number: those
// alone that the visitor may see.
type requested struct {
	all   map[int64]tocsin.Request
	turns map[int64][]tocsin.RequestTurn
}

// requestsIn reads the requests that changes tell of.
func (v *view) requestsIn(told []archive.Told) (requested, error) {
	found := requested{all: map[int64]tocsin.Request{}}
	var ns []int64
	for _, one := range told {
		if one.Kind == tocsin.KindRequest {
			ns = append(ns, numberOf(one.ID))
		}
	}
	slices.Sort(ns)
	if ns = slices.Compact(ns); len(ns) == 0 {
		return found, nil
	}
	list, turns, err := v.pages.config.Requests.RequestsTold(v.R.Context(), v.Snapshot.Tenant.ID, ns)
	found.turns = turns
	for _, r := range list {
		if !r.ForProvider() || v.Reads(access.AskProvider) {
			found.all[r.N] = r
		}
	}
	return found, err
}

// seen leaves out what became of requests that the visitor may not see.
func (q requested) seen(told []archive.Told) []archive.Told {
	return slices.DeleteFunc(told, func(one archive.Told) bool {
		if one.Kind != tocsin.KindRequest {
			return false
		}
		_, ok := q.all[numberOf(one.ID)]
		return !ok
	})
}

// numberOf is the number of a request, 0 for none.
func numberOf(id string) int64 {
	n, _ := strconv.ParseInt(id, 10, 64)
	return n
}

// requestLine says what became of a support request.
func (v *view) requestLine(h happening, q requested) template.HTML {
	r := q.all[numberOf(h.ID)]
	state := ""
	if i := slices.IndexFunc(q.turns[r.N], func(t tocsin.RequestTurn) bool { return t.N == int64(h.N) }); i >= 0 {
		t := q.turns[r.N][i]
		if state = t.State; h.What == tocsin.WhatFiled {
			state = t.Text
		}
	}
	n := strconv.FormatInt(r.N, 10)
	return v.Rich("change.request."+string(h.What), "n", part.IDLink(v.Href("/requests/"+n), n), "title", r.Content.Title, "state", state)
}
