package native

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"

	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// storage is the part of the store that the API reads and manages.
type storage interface {
	tenants
	items
	polls
}

// handlings are what people do about messages.
type handlings interface {
	Handlings(ctx context.Context, tenantID string) (map[string]tocsin.Handling, error)
	ChangeHandling(ctx context.Context, tenantID, id string, now time.Time, change func(*tocsin.Handling) error) (tocsin.Handling, error)
}

type polls interface {
	Sources(ctx context.Context, tenantID string) ([]tocsin.SourceState, error)
	HurrySource(ctx context.Context, tenantID, name string) error
	Polls(ctx context.Context, tenantID string, limit int) ([]tocsin.Poll, error)
	Unreadable(ctx context.Context, tenantID string) ([]tocsin.Unreadable, error)
}

type tenants interface {
	Tenant(ctx context.Context, ref string) (tocsin.Tenant, error)
	Tenants(ctx context.Context) ([]tocsin.Tenant, error)
	AddTenant(ctx context.Context, t tocsin.Tenant) error
	ChangeTenant(ctx context.Context, id string, change func(*tocsin.Tenant) error) (tocsin.Tenant, error)
	Verify(ctx context.Context, tenantID string) (archive.Verification, error)
}

type items interface {
	Items(ctx context.Context, tenantID string, q archive.ItemsQuery) ([]archive.Item, string, error)
	Held(ctx context.Context, tenantID string, ref tocsin.Ref, n int) (tocsin.Held, error)
	Versions(ctx context.Context, tenantID string, ref tocsin.Ref) ([]tocsin.Version, error)
	Authors(ctx context.Context, tenantID string, ref tocsin.Ref) (map[int]string, error)
	TenantChangesAfter(ctx context.Context, tenantID string, seq int64, private bool, limit int) ([]tocsin.Change, error)
}

// Parts of requests that many operations have. They are exported because huma
// reads no others.
type (
	// InTenant is what is about a tenant.
	InTenant struct {
		Tenant string `path:"tenant" maxLength:"253" doc:"GUID, verified domain or name of the tenant." example:"contoso.com"`
	}
	// InItem is what is about an item of a tenant.
	InItem struct {
		InTenant
		ID string `path:"id" maxLength:"200" doc:"Id of the item." example:"TC1001"`
	}
	// InPage asks for a page of a list.
	InPage struct {
		Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Most items of one answer."`
		After string `query:"after" maxLength:"40" doc:"The cursor nextCursor of the page before."`
	}
	// Conditions are what an act of writing may depend on.
	Conditions struct {
		Key     string `header:"Idempotency-Key" maxLength:"257" doc:"Names the request: sent again with the same key, it has no further effect and gets the first answer. A key serves one request of a client for ever."`
		IfMatch string `header:"If-Match" maxLength:"200" doc:"The ETag of the version that is to be changed: another one that holds meanwhile makes the request fail with 412."`
	}
	// InRead says what the client has already, or wants and nothing else.
	InRead struct {
		IfMatch     string `header:"If-Match" maxLength:"400" doc:"ETags that the client wants: the answer is 412 when none of them holds."`
		IfNoneMatch string `header:"If-None-Match" maxLength:"400" doc:"ETags that the client has: the answer is 304 when one of them holds."`
	}
)

// itemID is an id as it is kept: those of issues and messages are written in
// any case.
func itemID(id string) string {
	if providerID.MatchString(id) {
		return strings.ToUpper(id)
	}
	return id
}

var providerID = regexp.MustCompile(`^[A-Za-z]{2}[0-9]+$`)

// instant is t as it stands in JSON, nil for none.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// given is what stands in JSON as a time.
func given(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// tagOf is a version as it stands in ETag.
func tagOf(v tocsin.Version) string { return `"` + v.Tag() + `"` }

// digestTag is the ETag of what a text says.
func digestTag(text []byte) string { return `"` + tocsin.HashOf(text).String()[:16] + `"` }

// bodyTag is the ETag of what is named by all that is shown of it.
func bodyTag(body any) string {
	text, _ := json.Marshal(body) // always encodes
	return digestTag(text)
}

// unchanged fails with a message when a client wants to change what had another
// ETag; one that names none, or any, changes what holds.
func unchanged(ifMatch, tag, message string) error {
	if ifMatch == "" || ifMatch == "*" || ifMatch == tag {
		return nil
	}
	return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "If-Match", Message: message, Cause: author.ErrChanged}
}

// settled answers without the version of a tag: the client wants another one,
// or has this one already. It is nil if neither is so.
func (in InRead) settled(tag string) error {
	if in.IfMatch != "" && !httpserver.Matches([]string{in.IfMatch}, tag) {
		return problemf(http.StatusPreconditionFailed, "The item is not, or no longer, the one that If-Match names.").at("header.If-Match", "Another version holds.")
	}
	if strings.TrimSpace(in.IfNoneMatch) == "*" || httpserver.HasTag([]string{in.IfNoneMatch}, strings.Trim(tag, `"`)) {
		return notModified(tag)
	}
	return nil
}

// notModified is the answer to a client that has the version already.
func notModified(tag string) *problem {
	p := &problem{Status: 304}
	p.set("ETag", tag)
	return p
}
