package collect

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// comparer is the part of the store that comparing needs.
type comparer interface {
	Known(ctx context.Context, hashes []tocsin.Hash) ([]archive.Lookup, error)
	Missing(ctx context.Context, tenantID, source string, kind tocsin.Kind, known []tocsin.Hash, ids []string) ([]archive.Missing, int, error)
}

// difference is what one list of an answer comes to.
type difference struct {
	list      List
	entries   []archive.Entry
	left      []tocsin.Ref        // missing, and believed to have left
	odd       []tocsin.Unreadable // by id, or by place in the list
	unknown   []tocsin.Unreadable // services that a short list lacks
	withheld  int                 // missing, and not believed to have left
	compared  bool                // what is missing is known
	missed    []archive.Missing   // of a short list: what is withheld, with this poll counted
	watermark time.Time           // newest time stamp of a message or issue, not after now
	states    map[state]int       // place in entries
	short     *tocsin.Problem     // why the list is implausible, nil when it is not
	doubts    []string            // what of new notices could not be read, one line each
}

// comparison takes answers of one source against what is stored, bytes before
// meaning. An item that cannot be read costs no other.
type comparison struct {
	archive  comparer
	tenantID string
	source   string
	now      time.Time
}

// all compares every list of an answer.
func (c comparison) all(ctx context.Context, answer Answer) ([]difference, error) {
	diffs := make([]difference, len(answer.Lists))
	for i, list := range answer.Lists {
		diffs[i].list = list
		if list.Unchanged || list.Lost != nil && len(list.Items) == 0 {
			continue
		}
		if err := c.list(ctx, &diffs[i]); err != nil {
			return nil, err
		}
	}
	return diffs, nil
}

func (c comparison) list(ctx context.Context, d *difference) error {
	list := d.list
	hashes := make([]tocsin.Hash, len(list.Items))
	for i, item := range list.Items {
		hashes[i] = item.Hash
	}
	lookups, err := c.archive.Known(ctx, hashes)
	if err != nil {
		return err
	}
	var ids []string
	var known []tocsin.Hash
	d.states = make(map[state]int, len(list.Items))
	for i, item := range list.Items {
		doc, modified := tocsin.Document{Kind: list.Kind, Hash: item.Hash, Body: item.Body}, lookups[i].ModifiedAt
		if lookups[i].Known && item.Odd == nil {
			known, doc.ID = append(known, item.Hash), lookups[i].ID
		} else {
			if doc, err = read(list.Kind, item); err != nil {
				d.refuse(i+1, tocsin.Unread(list.Kind, item.Body, err))
				continue
			}
			ids, modified = append(ids, doc.ID), doc.Facts.ModifiedAt
			d.doubt(doc, item.Doubts)
		}
		if modified.After(d.watermark) && !modified.After(c.now) {
			d.watermark = modified
		}
		d.add(archive.Entry{Document: doc, SeenAt: item.At}, modified)
	}
	if !list.Full || list.Lost != nil {
		return nil
	}
	for _, u := range d.odd {
		ids = append(ids, u.ID)
	}
	missing, live, err := c.archive.Missing(ctx, c.tenantID, c.source, list.Kind, known, ids)
	if err != nil {
		return err
	}
	c.leave(d, missing, live)
	return nil
}

// state tells the states of a list apart of which only one can hold.
type state struct {
	id           string
	modified, at time.Time
}

// add adds an entry, instead of an earlier one of the list that claims another
// state of the same item at the same time: both would be news at every poll.
func (d *difference) add(e archive.Entry, modified time.Time) {
	s := state{e.Document.ID, modified.UTC(), e.SeenAt.UTC()}
	if at, twice := d.states[s]; twice {
		d.entries[at] = e
		return
	}
	d.states[s] = len(d.entries)
	d.entries = append(d.entries, e)
}

// doubt notes what of a new notice could not be read, by the source or here.
func (d *difference) doubt(doc tocsin.Document, before tocsin.Doubts) {
	if doubts := slices.Concat(before, doc.Doubts); len(doubts) > 0 {
		d.doubts = append(d.doubts, fmt.Sprintf("%s: %s", tocsin.Clip(doc.ID, 40), strings.Join(doubts, "; ")))
	}
}

func read(kind tocsin.Kind, item Item) (tocsin.Document, error) {
	if item.Odd != nil {
		return tocsin.Document{}, item.Odd
	}
	doc, err := tocsin.ReadDocument(kind, item.Body)
	if err == nil && (kind == tocsin.KindOverview || kind == tocsin.KindService) && tocsin.SeemsNotice(doc.ID, tocsin.NoticeDigits) {
		return doc, tocsin.Invalidf("id", "%q is the id of an issue or a message, not of a service.", doc.ID)
	}
	return doc, err
}

// maxOdd is how many unreadable items of one list are told apart.
const maxOdd = 200

// refuse notes an item that cannot be read, at a place of the list. Of many,
// the last one stands for the rest: it may be about anything.
func (d *difference) refuse(place int, u tocsin.Unreadable) {
	if len(d.odd) > maxOdd {
		return
	}
	if len(d.odd) == maxOdd {
		u.ID, u.Service, u.ServiceID = "", "", ""
	}
	if u.ID == "" {
		u.Position = place
	}
	for i := range d.odd {
		if d.odd[i].SameAs(u) { // listed twice
			d.odd[i] = u
			return
		}
	}
	d.odd = append(d.odd, u)
}

// blind reports whether what is missing may be among what cannot be read: an
// item without an id, or one whose end is a guess.
func (d *difference) blind() bool {
	for _, u := range d.odd {
		if u.ID == "" || u.Reason == tocsin.UnreadableSyntax {
			return true
		}
	}
	return false
}

// expirySlack is how long before its end a message may leave the list without
// surprise.
const expirySlack = time.Hour

// leave takes missing items off the list, or finds that too many are missing
// at once: more than a fifth and more than two, or all of them. What has
// reached its end is no surprise. Of a list that lacks too many, an item leaves
// that as many polls in a row have missed as it takes.
func (c comparison) leave(d *difference, missing []archive.Missing, live int) {
	kind, surprising := d.list.Kind, 0
	for _, m := range missing {
		if kind != tocsin.KindMessage || m.EndAt.IsZero() || m.EndAt.After(c.now.Add(expirySlack)) {
			surprising++
		}
	}
	if d.blind() {
		d.withheld = len(missing)
		return
	}
	d.compared = true
	implausible := surprising > max(2, live/5) || surprising > 0 && len(d.list.Items) == 0
	for _, m := range missing {
		if m.Polls++; !implausible || m.Polls >= shortPolls {
			d.left = append(d.left, m.Ref)
		} else {
			d.missed = append(d.missed, m)
		}
	}
	if d.withheld = len(d.missed); d.withheld > 0 {
		d.withhold(surprising)
	}
}

// withhold says why what is missed has not left.
func (d *difference) withhold(surprising int) {
	kind := d.list.Kind
	d.short = tocsin.NewProblem(tocsin.ProblemShort, "n", strconv.Itoa(len(d.list.Items)), "kind", string(kind), "missing", strconv.Itoa(surprising))
	if kind != tocsin.KindOverview && kind != tocsin.KindService {
		return
	}
	for _, m := range d.missed {
		d.unknown = append(d.unknown, tocsin.Unreadable{Kind: kind, ID: m.ID, ServiceID: m.ID, Reason: tocsin.UnreadableMissing})
	}
}
