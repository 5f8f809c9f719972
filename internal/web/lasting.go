package web

import (
	"context"
	"net/http"
	"weak"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/readmodel"
)

// A Ground is something that an answer depends on, beside the request and who sent
// it: it reports whether that is as it was. It is asked after the answer, and must
// hold on to nothing of the request.
type Ground func() bool

// lasting is what an answer depends on, where the request looks as if it came
// again.
type lasting struct {
	ctx     context.Context //nolint:containedctx // of the connection; nil where nobody asks
	grounds []Ground
	said    bool
}

func lastingOf(r *http.Request) lasting {
	if again := httpserver.Again(r); again != nil {
		return lasting{ctx: again.Context()}
	}
	return lasting{}
}

// Connection is the context of the connection of a request that looks as if it
// came again, for what grounds ask; nil where it is not worth while to have any.
func (v *Request) Connection() context.Context { return v.lasting.ctx }

// Lasts says that the answer which is about to be sent is the one to the same
// request by the same visitor for as long as the snapshot that they look at is the
// present one and the grounds hold. An answer must not say so that depends on
// anything else, such as the clock, or that changes something.
func (v *Request) Lasts(grounds ...Ground) {
	if v.lasting.ctx == nil {
		return
	}
	v.lasting.said = true
	v.lasting.grounds = append(append(v.lasting.grounds, v.sameSnapshot()), grounds...)
}

// LastsASecond says the same of an answer from [Request.Shared], which is made anew
// in the next second.
func (v *Request) LastsASecond(grounds ...Ground) {
	if v.lasting.ctx != nil {
		v.Lasts(append(grounds, v.sameSecond())...)
	}
}

// sameSnapshot is the ground that the snapshot is the present one. It keeps none in
// memory.
func (v *Request) sameSnapshot() Ground {
	if v.Snapshot == nil {
		return never
	}
	ctx, p, id, before := v.lasting.ctx, v.pages, v.Snapshot.Tenant.ID, weak.Make(v.Snapshot)
	whole := !v.alike && access.VisitorOf(v.R.Context()).May(access.ReadPrivacy, id)
	return func() bool {
		var now *readmodel.Snapshot
		now, err := p.config.Model.Snapshot(ctx, id)
		if err == nil && whole {
			now = now.Whole()
		}
		return err == nil && now == before.Value()
	}
}

func never() bool { return false }

// sameSecond is the ground of a page that is made once in a second: the second is
// not over, and what the reader sees and has seen is as it was.
func (v *Request) sameSecond() Ground {
	p, second, mark := v.pages, v.Now.Unix(), v.mark
	if v.alike {
		return func() bool { return p.config.Now().Unix() == second }
	}
	visibility, key := v.visibility, string(grantsKey(nil, access.VisitorOf(v.R.Context())))
	return func() bool {
		now := p.config.Now()
		if now.Unix() != second || mark.moves != p.moves.Load() {
			return false
		}
		seen, ok := p.visibilities.find([]byte(key), p.config.Archive.TenantEdits(), now)
		return ok && seen == visibility
	}
}

// again is whether the same request would get the answer that is about to be sent;
// nil where nobody can tell.
func (l *lasting) again() func() bool {
	if !l.said {
		return nil
	}
	grounds := l.grounds
	return func() bool {
		for _, holds := range grounds {
			if !holds() {
				return false
			}
		}
		return true
	}
}

// fixed is the ground of what never changes.
func fixed() bool { return true }
