package event_test

import (
	"slices"
	"testing"

	"example.org/tocsin/internal/event"
	"example.org/tocsin/internal/tocsin"
)

const (
	before = `{"id":"EX1","status":"serviceDegradation","title":"x","lastModifiedDateTime":"2026-03-02T09:00:00Z","posts":[
		{"createdDateTime":"2026-03-02T08:00:00Z","description":{"content":"We look into it."}},
		{"createdDateTime":"2026-03-02T09:00:00Z","description":{"content":"We mend it."}}]}`
	after = `{"id":"EX1","status":"serviceRestored","title":"y","lastModifiedDateTime":"2026-03-02T10:00:00Z","posts":[
		{"createdDateTime":"2026-03-02T08:00:00Z","description":{"content":"We looked into it."}},
		{"createdDateTime":"2026-03-02T09:00:00Z","description":{"content":"We mended it."}},
		{"createdDateTime":"2026-03-02T10:00:00Z","description":{"content":"It is over."}}]}`
)

func TestOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		change        tocsin.What
		before, after string
		want          tocsin.Event
		empty         bool
	}{
		{name: "new", change: tocsin.WhatNew, after: before, want: tocsin.Event{Status: tocsin.StatusDegradation}},
		{
			name: "restored, older posts put into the past tense", change: tocsin.WhatUpdated, before: before, after: after,
			want: tocsin.Event{Status: tocsin.StatusServiceRestored, Was: tocsin.StatusDegradation, Posts: 1, Edited: 2, Members: []string{"title"}},
		},
		{name: "nothing but the time", change: tocsin.WhatUpdated, before: `{"id":"EX1","lastModifiedDateTime":"a"}`, after: `{"id":"EX1","lastModifiedDateTime":"b"}`, empty: true},
		{name: "a source", change: tocsin.WhatStale},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bytes := func(text string) []byte {
				if text == "" {
					return nil
				}
				return []byte(text)
			}
			got, err := event.Of(tocsin.Change{What: tt.change}, bytes(tt.before), bytes(tt.after))
			if err != nil {
				t.Fatal(err)
			}
			if got.Status != tt.want.Status || got.Was != tt.want.Was || got.Posts != tt.want.Posts || got.Edited != tt.want.Edited || !slices.Equal(got.Members, tt.want.Members) || got.Empty() != tt.empty {
				t.Errorf("Of = %+v, empty %v, want %+v", got, got.Empty(), tt.want)
			}
		})
	}
	if _, err := event.Of(tocsin.Change{}, []byte("x"), []byte("{}")); err == nil {
		t.Error("a document that is no JSON was compared")
	}
}
