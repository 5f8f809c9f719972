package statuspage

import (
	"encoding/json"
	"sync"
	"time"
	"weak"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// An answer is the same for everybody who asks for the same, until the snapshot
// changes that it was made of, or the clock changes what it says.
type answer struct {
	kind   []string
	body   []byte
	policy string // Content-Security-Policy, "" for that of every answer

	tag    string
	packed []byte
	limit  limit
}

// A limit is from when to when what was made of a snapshot holds: the clock may
// be set back.
type limit struct{ from, until time.Time }

func (l limit) holds(now time.Time) bool { return !now.Before(l.from) && now.Before(l.until) }

// answerKey is what an answer depends on beside the clock. Snapshots are named by
// their pointers, which are weak, so that no old one stays in memory.
type answerKey struct {
	snapshot          weak.Pointer[readmodel.Snapshot]
	edition           tocsin.Hash // what the tenant is called and chose
	base, path, query string
}

// A judgement is one on a whole tenant.
type judgement struct {
	snapshot *readmodel.Snapshot
	report   *health.Report
	limit    limit
}

// kept are answers, and the last judgement on each tenant. Nothing in them is
// used when it is outdated.
type kept struct {
	answers *cache.Cache[answerKey, answer]
	reports *sync.Map // of judgements by tenant id: a report holds its snapshot, so there is one for each
}

const (
	keptBytes = 8 << 20 // of one generation of answers
	maxAsked  = 1 << 10 // of an address that is kept, in bytes
)

func newKept() kept {
	return kept{cache.New[answerKey, answer](cache.Bounds{Bytes: keptBytes}), &sync.Map{}}
}

// judge judges the tenant, unless that was done since anything changed.
func (v *view) judge() error {
	if last, ok := v.kept.reports.Load(v.Tenant.ID); ok {
		if made := last.(judgement); made.snapshot == v.Snapshot && made.limit.holds(v.now) { //nolint:forcetypeassert // nothing else is stored
			v.report = made.report
			return nil
		}
	}
	report, err := health.Judge(v.r.Context(), v.config.Model, v.Snapshot, v.now)
	if err != nil {
		return err
	}
	v.report = report
	v.kept.reports.Store(v.Tenant.ID, judgement{v.Snapshot, report, v.limit()})
	return nil
}

// limit is how long what is made of the snapshot now holds. Times of today are
// written without their date, so it ends with the day.
func (v *view) limit() limit {
	until := v.now.Truncate(24 * time.Hour).Add(24 * time.Hour)
	if next := health.NextAt(v.Snapshot, v.now); next.Before(until) {
		until = next
	}
	return limit{v.now, until}
}

// same serves what is the same for everybody who asks for the same.
func same(document func(*view) (answer, error)) func(*view) error {
	return func(v *view) error {
		key := answerKey{weak.Make(v.Snapshot), v.edition.Revision, v.address(), v.r.URL.Path, v.r.URL.RawQuery}
		if made, ok := v.kept.answers.Get(key); ok && made.limit.holds(v.now) {
			v.send(made)
			return nil
		}
		if err := v.judge(); err != nil {
			return err
		}
		made, err := document(v)
		if err != nil {
			return err
		}
		made.tag, made.limit = tocsin.HashOf(made.body).String()[:20], v.limit()
		if len(made.body) > httpserver.SmallestPacked {
			made.packed = v.packer.Pack(made.body)
		}
		if size := len(key.base) + len(key.path) + len(key.query); size <= maxAsked {
			v.kept.answers.Put(key, made, size+len(made.body)+len(made.packed)+256)
		}
		v.send(made)
		return nil
	}
}

func jsonAnswer(body any) (answer, error) {
	text, err := json.Marshal(body)
	return answer{kind: jsonKind(), body: text}, err
}

// send sends an answer with its tag, packed for those who take that.
func (v *view) send(made answer) {
	header := v.w.Header()
	header.Add("Vary", "Accept-Encoding")
	if made.policy != "" {
		header.Set("Content-Security-Policy", made.policy)
	}
	packed := made.packed != nil && httpserver.AcceptsGzip(v.r.Header)
	a := httpserver.Answer{Kind: made.kind, Body: made.body, Tag: httpserver.EntityTag(made.tag, packed), Kept: true, Again: v.again(made.limit)}
	if packed {
		a.Body, a.Coding = made.packed, []string{"gzip"}
	}
	httpserver.Deliver(v.r.Context(), v.w, v.r.Method, v.r.Header, a)
}

// again is whether an answer that is limited like this would be the same; nil for
// a request that does not look as if it came again. It keeps no snapshot in memory.
func (v *view) again(limit limit) func() bool {
	request := httpserver.Again(v.r)
	if request == nil {
		return nil
	}
	a, ctx, id, snapshot, version := v.API, request.Context(), v.Tenant.ID, weak.Make(v.Snapshot), v.version
	return func() bool {
		if !limit.holds(a.config.Now()) {
			return false
		}
		published, err := a.config.Press.Version(ctx)
		if err != nil || published != version {
			return false
		}
		now, err := a.config.Model.Snapshot(ctx, id)
		return err == nil && now == snapshot.Value()
	}
}
