package web

import (
	"net/http"
	"strconv"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// seenCookie is the reading mark of one tenant. Its value is in seconds since
// 1970 UTC.
func (v *visit) seenCookie() string { return "seen-" + v.snapshot.Tenant.ID[:8] }

// seenAt is when the reader last looked, zero for a first visit.
func (v *visit) seenAt() time.Time {
	cookie, err := v.r.Cookie(v.seenCookie())
	if err != nil {
		return time.Time{}
	}
	seconds, err := strconv.ParseInt(cookie.Value, 10, 64)
	if err != nil || seconds <= 0 || seconds > v.now.Unix() {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}

// sameOrigin refuses a form that another site sent.
func sameOrigin(r *http.Request) error {
	if http.NewCrossOriginProtection().Check(r) != nil {
		return &tocsin.Error{Kind: tocsin.ErrForbidden, Message: "This form was sent from another site."}
	}
	return nil
}
