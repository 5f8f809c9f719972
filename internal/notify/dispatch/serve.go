package dispatch

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strings"
	"sync"
	"time"

	"example.org/tocsin/internal/notify"

	"example.org/tocsin/internal/store/delivery"
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
func (d *Dispatcher) serve(ctx context.Context, setup *Setup, claim delivery.Claim, work *delivery.Work) {
	e := &errand{Dispatcher: d, exit: setup.exit(claim.Key), claim: claim}
	if e.exit == nil {
		if err := d.Ledger.Drop(ctx, claim.Key, CancelledRemoved, d.Now()); err != nil {
			d.Log.WarnContext(ctx, "deliveries to a channel that is not there any more", "endpoint", claim.Key, "err", err)
		}
	} else if starts, err := e.starts(ctx, work); err != nil {
		d.Log.WarnContext(ctx, "messages could not be written", "endpoint", claim.Key, "err", err)
		return // the claim ends by itself, and it is tried again
	} else if err := e.send(ctx, starts); err != nil {
		d.Log.WarnContext(ctx, "deliveries were not recorded", "endpoint", claim.Key, "err", err)
		return
	}
	e.writing.Release = []delivery.Claim{claim}
	if _, err := d.recorder.enter(e.writing); err != nil {
		d.Log.WarnContext(ctx, "deliveries were not recorded", "endpoint", claim.Key, "err", err)
	}
}

// starts are the attempts to be made: messages that are to be sent again first,
// then what is new, worded.
func (e *errand) starts(ctx context.Context, work *delivery.Work) (list []*start, err error) {
	e.divert(ctx, work)
	for _, b := range work.Batches {
		content, err := notify.DecodeContent(b.Letter)
		if err != nil {
			return nil, err
		}
		list = append(list, &start{Start: delivery.Start{Claim: e.claim, Batch: b}, content: content})
	}
	for _, group := range groups(work.Pending) {
		kind := kindOf(group)
		content, until, err := e.Scribe.Write(ctx, e.exit.Language, e.exit.Zone, kind, group)
		switch {
		case err != nil:
			return nil, err
		case content == nil && until.IsZero():
			e.writing.Postponed = append(e.writing.Postponed, delivery.Postponed{Claim: e.claim, Changes: seqs(group), Due: e.Now(), Cancelled: CancelledPrivate})
			continue
		case content == nil:
			e.writing.Postponed = append(e.writing.Postponed, delivery.Postponed{Claim: e.claim, Changes: seqs(group), Due: minTime(until, e.Now().Add(askAgain))})
			continue
		}
		if e.exit.Word != nil {
			if content, err = e.exit.Word(content); err != nil {
				return nil, err
			}
		}
		list = append(list, &start{content: content, list: group, Start: delivery.Start{Claim: e.claim, Changes: seqs(group), Batch: delivery.Batch{
			ID: NewID("msg_"), Kind: string(kind), Group: group[0].Group, Thread: threadOf(e.claim.Key, content.Facts), Letter: content.Body(),
		}}})
	}
	return list, nil
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
		if p.Kind == string(notify.KindSummary) || p.Kind == string(notify.KindDigest) {
			return notify.MessageKind(p.Kind)
		}
	}
	return notify.KindUpdate
}

// send makes the attempts, some at once where the other side knows messages by
// their ids, but for messages of one thread.
func (e *errand) send(ctx context.Context, starts []*start) error {
	window, most := 1, max(1, e.exit.Window)
	if e.exit.Every > 0 {
		most = 1
	}
	for len(starts) > 0 && !e.down {
		if e.pace(ctx, e.exit); ctx.Err() != nil {
			return nil
		}
		n := apart(starts, window)
		chunk := starts[:n]
		starts = starts[n:]
		window = min(4*window, most)
		w := e.writing
		e.writing = delivery.Writing{}
		for _, s := range chunk {
			w.Starts = append(w.Starts, s.Start)
		}
		begun, err := e.recorder.enter(w)
		if err != nil {
			return err
		}
		for i, s := range chunk {
			s.Batch = begun[i]
		}
		e.deliver(ctx, chunk)
	}
	return nil
}

// apart returns how many of the first attempts may be made at once, at most n.
func apart(starts []*start, n int) int {
	seen := map[string]bool{}
	for i, s := range starts[:min(n, len(starts))] {
		if seen[s.Batch.Thread] {
			return i
		}
		seen[s.Batch.Thread] = true
	}
	return min(n, len(starts))
}

// lanes is how many messages to one endpoint are on their way at once at most.
const lanes = 8

// deliver sends messages that were begun and notes what came of each. When the
// endpoint fails, those that were not sent yet are left for later.
func (e *errand) deliver(ctx context.Context, chunk []*start) {
	outcomes := make([]delivery.Outcome, len(chunk))
	var mu sync.Mutex
	var failed *delivery.Outcome
	next := 0
	take := func() int {
		mu.Lock()
		defer mu.Unlock()
		if failed != nil || next == len(chunk) {
			return -1
		}
		next++
		return next - 1
	}
	var group sync.WaitGroup
	for range min(lanes, len(chunk)) {
		group.Go(func() {
			for i := take(); i >= 0; i = take() {
				if chunk[i].Batch.Num == 0 {
					continue
				}
				o := e.attempt(ctx, chunk[i])
				mu.Lock()
				if outcomes[i] = o; o.Down && failed == nil {
					failed = &outcomes[i]
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	for i, o := range outcomes {
		if chunk[i].Batch.Num == 0 || o.State == delivery.StateSending { // cancelled, another process has it, or nobody knows
			continue
		}
		if o.State == "" {
			o = delivery.Outcome{Claim: e.claim, Batch: chunk[i].Batch, State: delivery.StateRetry, Reason: failed.Reason, Due: failed.Due, Untried: true}
		}
		e.writing.Outcomes = append(e.writing.Outcomes, o)
		if o.State == delivery.StateDead {
			e.fall(ctx, chunk[i])
		}
	}
	if failed != nil {
		e.down = true
	} else {
		e.claim.Failures = 0
	}
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
			e.writing.Other = append(e.writing.Other, delivery.Row{
				Change: p.Change.Seq, Endpoint: KeyOf(e.exit.Fallback), Kind: string(notify.KindUpdate), Group: groupKey("via " + e.claim.Key + " " + p.Group),
				Route: "fallback of " + e.exit.Name, Via: e.claim.Key,
			})
		}
	}
}

// divertAfter is how long a channel may fail before what waits for it goes to its
// fallback as well.
const divertAfter = time.Hour

// divert has what waits for an endpoint go to its fallback too, when it has failed
// for long or cannot succeed before somebody mends it.
func (e *errand) divert(ctx context.Context, work *delivery.Work) {
	c := e.claim
	if c.Failures == 0 || !slices.Contains([]notify.Reason{notify.ReasonAuthentication, notify.ReasonGone, notify.ReasonCertificate, notify.ReasonInside}, notify.Reason(c.Reason)) && e.Now().Sub(c.FailingSince) < divertAfter {
		return
	}
	for _, b := range work.Batches {
		e.fall(ctx, &start{Start: delivery.Start{Batch: b}})
	}
	e.toFallback(work.Pending)
}

// NewID returns an id that nothing else has, of lower-case letters and digits
// after a prefix.
func NewID(prefix string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return prefix + idForm.EncodeToString(b[:])
}

var idForm = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding) //nolint:gochecknoglobals // never changed

// threadOf names what all messages of one issue to one endpoint have in common.
func threadOf(endpoint string, facts []notify.Fact) string {
	if len(facts) != 1 {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{endpoint, string(facts[0].Kind), facts[0].ID}, "\n")))
	return "thr_" + idForm.EncodeToString(sum[:16])
}
