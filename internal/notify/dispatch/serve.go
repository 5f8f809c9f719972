package dispatch

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/notify"

	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// errand is what a dispatcher does for one endpoint that it has claimed.
type errand struct {
	*Dispatcher
	exit  *Exit
	claim delivery.Claim
	// writing is what is to be written with the next attempts.
	writing delivery.Writing
	down    bool // the endpoint has failed: nothing more is sent for now
}

// start is an attempt with what is said in it.
type start struct {
	delivery.Start
	content *notify.Content
	list    []delivery.Pending // nil for a batch that was made before
}

// serve sends what is due to one endpoint, in order, and gives it back.
func (d *Dispatcher) serve(ctx context.Context, exit *Exit, claim delivery.Claim, work *delivery.Work) {
	e := &errand{Dispatcher: d, exit: exit, claim: claim}
	failed := false
	if e.exit == nil {
		if err := d.Ledger.Drop(ctx, claim.Key, goneAs(claim.Key), d.Now()); err != nil {
			d.Log.WarnContext(ctx, "deliveries to a channel that is not there any more", "endpoint", claim.Key, "err", err)
		}
	} else if e.exit.line(ctx) {
		defer e.exit.hangUp()
		e.divert(ctx, work)
		if err := e.send(ctx, &queue{batches: work.Batches, groups: groups(work.Pending)}); err != nil {
			d.Log.WarnContext(ctx, "messages wait", "endpoint", claim.Key, "err", err)
			failed = true
		}
	}
	if !failed { // else the claim ends by itself, and what waits is tried again
		e.writing.Release = []delivery.Claim{claim}
	}
	if _, err := d.recorder.enter(e.writing); err != nil {
		d.Log.WarnContext(ctx, "deliveries were not recorded", "endpoint", claim.Key, "err", err)
	}
}

// line waits until the channel serves few enough endpoints for another one. It
// returns false when the program ends before.
func (e *Exit) line(ctx context.Context) bool {
	if e.Lines == nil {
		return true
	}
	select {
	case e.Lines <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (e *Exit) hangUp() {
	if e.Lines != nil {
		<-e.Lines
	}
}

// goneAs says why nothing is sent to an endpoint that is there no longer.
func goneAs(key string) string {
	if _, ok := delivery.SubscriptionOf(key); ok {
		return delivery.CancelledUnsubscribed
	}
	return CancelledRemoved
}

// A queue is what is to be sent to one endpoint: messages that are to be sent
// again, then what is new.
type queue struct {
	batches []delivery.Batch
	groups  [][]delivery.Pending
	ready   []*start // are worded, and come before both
	err     error    // why what follows those cannot be worded
}

// next takes up to n attempts that may be made at once: no two of one thread.
func (e *errand) next(ctx context.Context, q *queue, n int, w *delivery.Writing) ([]*start, error) {
	if e.word(ctx, q, n, w); len(q.ready) == 0 {
		return nil, q.err
	}
	seen := map[string]bool{}
	taken := 0
	for taken < min(n, len(q.ready)) && !seen[q.ready[taken].Batch.Thread] {
		seen[q.ready[taken].Batch.Thread] = true
		taken++
	}
	chunk := q.ready[:taken:taken]
	q.ready = q.ready[taken:]
	return chunk, nil
}

// word has the next n attempts ready, or fewer and the error noted. What cannot be
// worded yet, or at all, is noted in w.
func (e *errand) word(ctx context.Context, q *queue, n int, w *delivery.Writing) {
	if fresh := min(n-len(q.ready)-len(q.batches), len(q.groups)); fresh > 1 && q.err == nil {
		q.err = e.Scribe.Ahead(ctx, slices.Concat(q.groups[:fresh]...))
	}
	for len(q.ready) < n && q.err == nil {
		var s *start
		switch {
		case len(q.batches) > 0:
			s, q.err = e.again(q.batches[0])
			q.batches = q.batches[1:]
		case len(q.groups) > 0:
			s, q.err = e.fresh(ctx, q.groups[0], w)
			q.groups = q.groups[1:]
		default:
			return
		}
		if s != nil {
			q.ready = append(q.ready, s)
		}
	}
}

// again is another attempt at a message.
func (e *errand) again(b delivery.Batch) (*start, error) {
	content, err := notify.DecodeContent(b.Letter)
	if err != nil {
		return nil, err
	}
	return &start{Start: delivery.Start{Claim: e.claim, Batch: b}, content: content}, nil
}

// fresh is a new message of deliveries that go out together, nil when it cannot be
// sent yet or at all.
func (e *errand) fresh(ctx context.Context, group []delivery.Pending, w *delivery.Writing) (*start, error) {
	kind := kindOf(group)
	content, until, err := e.Scribe.Write(ctx, e.exit.Language, e.exit.Zone, kind, group)
	switch {
	case err != nil:
		return nil, err
	case content == nil && until.IsZero():
		w.Postponed = append(w.Postponed, delivery.Postponed{Claim: e.claim, Changes: seqs(group), Due: e.Now(), Cancelled: CancelledPrivate})
		return nil, nil //nolint:nilnil // nothing may be told
	case content == nil:
		w.Postponed = append(w.Postponed, delivery.Postponed{Claim: e.claim, Changes: seqs(group), Due: minTime(until, e.Now().Add(askAgain))})
		return nil, nil //nolint:nilnil // it waits
	}
	if e.exit.Word != nil {
		if content, err = e.exit.Word(content); err != nil {
			return nil, err
		}
	}
	return &start{content: content, list: group, Start: delivery.Start{Claim: e.claim, Changes: seqs(group), Batch: delivery.Batch{
		ID: NewID("msg_", e.Now()), Kind: string(kind), Group: group[0].Group, Thread: threadOf(e.claim.Key, content.Facts), Letter: content.Body(),
	}}}, nil
}

// CancelledPrivate is why something is not sent that nobody may be told of any
// more.
const CancelledPrivate = "private"

// askAgain is how often it is asked whether a translation has come.
const askAgain = time.Second

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// maxGroup bounds the deliveries of one message.
const maxGroup = 500

// groups cuts deliveries, of which those of one group stand together, into what
// goes out as one message each, the oldest first.
func groups(list []delivery.Pending) (cut [][]delivery.Pending) {
	for i := 0; i < len(list); {
		n := i + 1
		for n < len(list) && n-i < maxGroup && list[i].Group != "" && list[n].Group == list[i].Group {
			n++
		}
		cut = append(cut, list[i:n])
		i = n
	}
	slices.SortStableFunc(cut, func(a, b []delivery.Pending) int { return cmp.Compare(a[0].Change.Seq, b[0].Change.Seq) })
	return cut
}

func seqs(list []delivery.Pending) []int64 {
	nums := make([]int64, len(list))
	for i, p := range list {
		nums[i] = p.Change.Seq
	}
	return nums
}

// kindOf is the kind of the message that deliveries make together.
func kindOf(list []delivery.Pending) notify.MessageKind {
	for _, p := range list {
		if kind := notify.MessageKind(p.Kind); kind == notify.KindSummary || kind == notify.KindDigest || kind == notify.KindRepeat || kind == notify.KindEscalation || kind == notify.KindIncident {
			return notify.MessageKind(p.Kind)
		}
	}
	return notify.KindUpdate
}

// fall has what could not be sent go to the fallback of the channel. News of the
// channel itself, and what came here as a fallback, ends here.
func (e *errand) fall(ctx context.Context, s *start) {
	list := s.list
	if list == nil {
		var err error
		if list, err = e.Ledger.Told(ctx, s.Batch.Num); err != nil {
			e.Log.WarnContext(ctx, "a message found no other way", "endpoint", e.claim.Key, "message", s.Batch.ID, "err", err)
			return
		}
	}
	e.toFallback(list)
}

func (e *errand) toFallback(list []delivery.Pending) {
	if e.exit.Fallback == "" || e.exit.Fallback == e.exit.Name {
		return
	}
	for _, p := range list {
		if p.Via == 0 {
			row := delivery.Row{
				Change: p.Change.Seq, Endpoint: delivery.ChannelKey(e.exit.Fallback), Kind: string(notify.KindUpdate), Group: groupKey("via " + e.claim.Key + " " + p.Group),
				Route: "fallback of " + e.exit.Name, Via: e.claim.Key,
			}
			if p.Kind == delivery.KindEscalation || p.Kind == delivery.KindIncident { // which somebody may still take in hand, or which says something of its own
				row.Kind, row.Group = p.Kind, ""
			}
			e.writing.Other = append(e.writing.Other, row)
		}
	}
}

// divertAfter is how long a channel may fail before what waits for it goes to its
// fallback as well.
const divertAfter = time.Hour

// forGood reports whether a channel that fails for a reason cannot succeed before
// somebody mends it.
func forGood(r notify.Reason) bool {
	return slices.Contains([]notify.Reason{notify.ReasonAuthentication, notify.ReasonGone, notify.ReasonCertificate, notify.ReasonInside}, r)
}

// divert has what waits for an endpoint go to its fallback too, when it has failed
// for long or cannot succeed before somebody mends it.
func (e *errand) divert(ctx context.Context, work *delivery.Work) {
	c := e.claim
	if c.Failures == 0 || !forGood(notify.Reason(c.Reason)) && e.Now().Sub(c.FailingSince) < divertAfter {
		return
	}
	for _, b := range work.Batches {
		e.fall(ctx, &start{Start: delivery.Start{Batch: b}})
	}
	e.toFallback(work.Pending)
}

// NewID returns an id that nothing else has, of 26 lower-case letters and digits
// after a prefix. Those of one time stand close to each other in an index.
func NewID(prefix string, now time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(now.UnixMilli())<<16) //nolint:gosec // after 1970
	_, _ = rand.Read(b[6:])                                        // never fails
	return prefix + idForm.EncodeToString(b[:])
}

var idForm = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding) //nolint:gochecknoglobals // never changed

// threadOf names what all messages of one issue to one endpoint have in common.
func threadOf(endpoint string, facts []notify.Fact) string {
	if len(facts) != 1 {
		return ""
	}
	parts := []string{endpoint, string(facts[0].Kind), facts[0].ID}
	if facts[0].Kind == tocsin.KindRequest { // they are numbered by tenant
		for _, t := range facts[0].Tenants {
			parts = append(parts, t.ID)
		}
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return "thr_" + idForm.EncodeToString(sum[:16])
}
