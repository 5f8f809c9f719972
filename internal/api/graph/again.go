package graph

import (
	"net/http"
	"weak"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/readmodel"
)

// An again tells when a request that comes again on the same connection would
// get the answer that it got before. It keeps no snapshot in memory.
type again struct {
	api      *API
	request  *http.Request
	identity access.Identity
	snapshot weak.Pointer[readmodel.Snapshot]
	timed    bool // the answer may change when an issue ends
	ended    int  // see [readmodel.Index.Ended]
}

// again is asked whether an answer would be the same; nil for one that is made
// anew each time, and for a request that does not look as if it came again.
func (x *exchange) again(a *answer) func() bool {
	if !a.again || x.fleeting || x.once || x.request == nil {
		return nil
	}
	request := httpserver.Again(x.request)
	if request == nil {
		return nil
	}
	known := &again{api: x.api, request: request, identity: x.identity, snapshot: weak.Make(x.snapshot), timed: x.to.list != listMessages}
	if known.timed {
		known.ended = x.snapshot.IssueIndex.Ended(readmodel.InstantOf(x.now()))
	}
	return known.holds
}

// holds reports whether all that the answer depends on is as it was. The caller
// comes last, since to admit them counts the request.
func (k *again) holds() bool {
	now := k.api.now()
	snapshot, err := k.api.model.Snapshot(k.request.Context(), k.identity.TenantID)
	if err != nil || snapshot != k.snapshot.Value() || k.timed && snapshot.IssueIndex.Ended(readmodel.InstantOf(now)) != k.ended {
		return false
	}
	return k.api.admission.Known(k.request, k.identity, now, k.api.audiences...)
}
