// Package event turns changes of the archive into events: what a reader is told
// about a change, in no language. Its [Log] is the consumer of the changes that
// writes the table behind the latest changes.
//
// It may import section, store and tocsin. Begin reading at [Of].
package event

import (
	"encoding/json"
	"fmt"
	"slices"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/tocsin"
)

// Of returns what a change tells, given the item's documents in Graph's wire
// form after it and before it; before is nil for the first version. It fails
// with [tocsin.ErrInvalid] when one of them is no JSON object.
func Of(change tocsin.Change, before, after []byte) (tocsin.Event, error) {
	e := tocsin.Event{Change: change}
	var now struct {
		Status string `json:"status"`
	}
	if err := json.Unmarshal(after, &now); err == nil && now.Status != "" {
		e.Status = tocsin.ParseStatus(now.Status)
	}
	if before == nil {
		return e, nil
	}
	members, err := post.Members(before, after)
	if err != nil {
		return e, fmt.Errorf("compare versions of %s: %w", change.ID, err)
	}
	for _, m := range members {
		switch m.Name {
		case "status":
			e.Was = tocsin.ParseStatus(m.Old)
		case "posts":
			e.Posts, e.Edited = posts(m)
		case "lastModifiedDateTime": // changes with every version
		default:
			e.Members = append(e.Members, m.Name)
		}
	}
	return e, nil
}

// posts counts new posts and edited ones: a post that was there at the same
// time with another text was edited.
func posts(m post.Member) (fresh, edited int) {
	gone := slices.Clone(m.RemovedItems)
	for _, item := range m.AddedItems {
		if i := slices.Index(gone, item); i >= 0 {
			gone = slices.Delete(gone, i, i+1)
			edited++
		} else {
			fresh++
		}
	}
	return fresh, edited
}
