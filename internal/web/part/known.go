package part

import (
	"context"
	"time"

	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/tocsin"
)

// workarounds is the part of the store that has what the desk knows itself.
type workarounds interface {
	Workarounds(ctx context.Context, tenantID string) ([]tocsin.Workaround, error)
	Edits(ctx context.Context, tenantID string) ([]tocsin.Edit, error)
}

const (
	// ownHolds is for how long what the desk wrote is remembered: pages of many
	// readers ask for it.
	ownHolds = 5 * time.Second
	// maxOwn bounds the tenants of which it is remembered.
	maxOwn = 2000
)

// ownKey names what the desk wrote for a tenant, as it was read in a few seconds.
type ownKey struct {
	tenant string
	at     int64
}

// deskWords is what the desk wrote for a tenant.
type deskWords struct {
	ways  []tocsin.Workaround
	edits []tocsin.Edit
}

// Known is what is known to help with some services, as the template "known"
// writes it. The zero value is nothing.
type Known struct {
	Services []KnownService
	Theirs   Workaround // the provider's own
	More     string     // address of all of it, with the votes of the team; "" for none
}

// A KnownService is what is known to help with one service.
type KnownService struct {
	Name   string
	Ways   []knowledge.Way
	Limits string
}

// Known returns what is known to help with a service of a provider: nothing for
// one that the book does not know.
func (v *View) Known(serviceID string) (k Known, err error) {
	ids := knowledge.ServicesOf(serviceID)
	if len(ids) == 0 {
		return k, nil
	}
	b, err := v.Book("")
	if err != nil {
		return k, err
	}
	own, err := v.deskWords()
	if err != nil {
		return k, err
	}
	for _, id := range ids {
		if s, ok := b.Service(id); ok {
			way, _ := b.Shipped(id, own.ways)
			k.Services = append(k.Services, KnownService{s.Name, b.Ways(id, own.ways), way.Limits})
		}
	}
	return k, nil
}

// Book returns what is known, in the language of the page and as the desk edited it,
// about an issue; of an empty one it speaks in general.
func (v *View) Book(issue string) (*knowledge.Book, error) {
	b, err := knowledge.In(v.Code)
	if err != nil {
		return nil, err
	}
	own, err := v.deskWords()
	if err != nil {
		return nil, err
	}
	return b.With(own.edits).Of(issue), nil
}

// deskWords is what the desk wrote itself for the tenant that is looked at.
func (v *View) deskWords() (own deskWords, err error) {
	if v.parts.config.Help == nil || v.Snapshot == nil { // a page that looks at no tenant
		return own, nil
	}
	key := ownKey{v.Snapshot.Tenant.ID, v.Now.UnixNano() / int64(ownHolds)}
	if own, ok := v.parts.own.Get(key); ok {
		return own, nil
	}
	if own.ways, err = v.parts.config.Help.Workarounds(v.R.Context(), key.tenant); err != nil {
		return own, err
	}
	if own.edits, err = v.parts.config.Help.Edits(v.R.Context(), key.tenant); err != nil {
		return own, err
	}
	v.parts.own.Put(key, own, 0)
	return own, nil
}

// Asked returns a question that arises on the page, with its answer, as the
// template "asked" writes it; nil where there is none with the id. Of an empty
// issue the question speaks in general.
func (v *View) Asked(id, issue string) (*knowledge.Question, error) {
	b, err := v.Book(issue)
	if err != nil {
		return nil, err
	}
	q, ok := b.Answer(id)
	if !ok {
		return nil, nil
	}
	return &q, nil
}
