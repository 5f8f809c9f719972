package collect

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// comparer is the part of the store that comparing needs.
type comparer interface {
	Known(ctx context.Context, hashes []tocsin.Hash) ([]store.Lookup, error)
	Missing(ctx context.Context, tenantID, source string, kind tocsin.Kind, known []tocsin.Hash, ids []string) ([]store.Missing, int, error)
}

// difference is what an answer comes to.
type difference struct {
	entries   []store.Entry
	left      []store.Ref
	watermark time.Time       // newest time stamp of a message or issue, not after now
	short     *tocsin.Problem // why the answer is implausible, nil when it is not
	doubts    []string        // what of new notices could not be read, one line each
}

// compare takes what an answer says against what is stored, bytes before
// meaning. An item that cannot be read fails the whole answer.
func compare(ctx context.Context, archive comparer, tenantID, source string, answer Answer, now time.Time) (difference, error) {
	var diff difference
	for _, list := range answer.Lists {
		if list.Unchanged {
			continue
		}
		if err := diff.add(ctx, archive, tenantID, source, list, now); err != nil {
			return difference{}, err
		}
	}
	return diff, nil
}

func (d *difference) add(ctx context.Context, archive comparer, tenantID, source string, list List, now time.Time) error {
	hashes := make([]tocsin.Hash, len(list.Items))
	for i, item := range list.Items {
		hashes[i] = item.Hash
	}
	lookups, err := archive.Known(ctx, hashes)
	if err != nil {
		return err
	}
	var ids []string
	var known []tocsin.Hash
	for i, item := range list.Items {
		doc, modified := tocsin.Document{Kind: list.Kind, Hash: item.Hash, Body: item.Body}, lookups[i].ModifiedAt
		if lookups[i].Known {
			known = append(known, item.Hash)
		} else {
			if doc, err = tocsin.ReadDocument(list.Kind, item.Body); err != nil {
				return &Failure{Problem: tocsin.NewProblem(tocsin.ProblemItem, "n", strconv.Itoa(i+1), "kind", string(list.Kind)), Cause: err}
			}
			ids, modified = append(ids, doc.ID), doc.Facts.ModifiedAt
			d.doubt(doc, item.Doubts)
		}
		if modified.After(d.watermark) && !modified.After(now) {
			d.watermark = modified
		}
		d.entries = append(d.entries, store.Entry{Document: doc, SeenAt: item.At})
	}
	if !list.Full {
		return nil
	}
	missing, live, err := archive.Missing(ctx, tenantID, source, list.Kind, known, ids)
	if err != nil {
		return err
	}
	d.leave(list, missing, live, now)
	return nil
}

// doubt notes what of a new notice could not be read, by the source or here.
func (d *difference) doubt(doc tocsin.Document, before tocsin.Doubts) {
	if doubts := slices.Concat(before, doc.Doubts); len(doubts) > 0 {
		d.doubts = append(d.doubts, fmt.Sprintf("%s: %s", tocsin.Clip(doc.ID, 40), strings.Join(doubts, "; ")))
	}
}

// doubted says for the poll log what of new notices could not be read, nil when
// all could.
func (d *difference) doubted() *tocsin.Problem {
	if len(d.doubts) == 0 {
		return nil
	}
	return tocsin.NewProblem(tocsin.ProblemTimes, "n", strconv.Itoa(len(d.doubts)), "which", tocsin.Clip(d.doubts[0], 300))
}

// expirySlack is how long before its end a message may leave the list without
// surprise.
const expirySlack = time.Hour

// leave takes missing items off the list, or finds that too many are missing
// at once: more than a fifth and more than two, or all of them. What has
// reached its end is no surprise.
func (d *difference) leave(list List, missing []store.Missing, live int, now time.Time) {
	surprising := 0
	for _, m := range missing {
		if list.Kind != tocsin.KindMessage || m.EndAt.IsZero() || m.EndAt.After(now.Add(expirySlack)) {
			surprising++
		}
		d.left = append(d.left, m.Ref)
	}
	if surprising > max(2, live/5) || surprising > 0 && len(list.Items) == 0 {
		d.short = tocsin.NewProblem(tocsin.ProblemShort, "n", strconv.Itoa(len(list.Items)), "kind", string(list.Kind), "missing", strconv.Itoa(surprising))
	}
}
