package web

import (
	"net/http"
	"strconv"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// SeenCookie returns the reading mark of one tenant. Its value is in seconds
// since 1970 UTC.
func (v *Request) SeenCookie() string { return "seen-" + v.Snapshot.Tenant.ID[:8] }

// SeenAt returns when the reader last looked, zero for the first time.
func (v *Request) SeenAt() time.Time {
	if v.alike {
		return time.Time{}
	}
	cookie, err := v.R.Cookie(v.SeenCookie())
	if err != nil {
		return time.Time{}
	}
	seconds, err := strconv.ParseInt(cookie.Value, 10, 64)
	if err != nil || seconds <= 0 || seconds > v.Now.Unix() {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}

// SameOrigin refuses a form that another site sent.
func SameOrigin(r *http.Request) error {
	if http.NewCrossOriginProtection().Check(r) != nil {
		return &tocsin.Error{Kind: tocsin.ErrForbidden, Message: "This form was sent from another site."}
	}
	return nil
}
