package native

import (
	"context"
	"encoding/json"
	"fmt"

	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// output is the answer about one item.
type output[B any] struct {
	ETag     string `header:"ETag" doc:"Names the version for If-Match and If-None-Match."`
	Location string `header:"Location" doc:"Address of what was added."`
	Body     B
}

// A shower makes the body of an answer from an item as it is kept.
type shower[B any] func(tocsin.Held) (B, error)

// show answers with an item.
func show[B any](held tocsin.Held, body shower[B]) (*output[B], error) {
	b, err := body(held)
	return &output[B]{ETag: tagOf(held.Version), Body: b}, err
}

// written answers an act of writing.
func written[B any](done archive.Authored, err error, body shower[B]) (*output[B], error) {
	if err != nil {
		return nil, err
	}
	return show(done.Held, body)
}

// added answers an act that added to a collection.
func added[B any](x *exchange, collection string, done archive.Authored, err error, body shower[B]) (*output[B], error) {
	out, err := written(done, err, body)
	if err == nil {
		out.Location = Prefix + "tenants/" + x.tenant.ID + "/" + collection + "/" + done.ID
	}
	return out, err
}

// inDraft is a request that adds what a draft says.
type inDraft[D any] struct {
	InTenant
	Conditions
	Body D
}

// adder adds to a collection what a draft says, and answers with it.
func adder[D, B any](collection string, write func(context.Context, author.Act, D) (archive.Authored, error), body shower[B]) func(context.Context, *exchange, *inDraft[D]) (*output[B], error) {
	return func(ctx context.Context, x *exchange, in *inDraft[D]) (*output[B], error) {
		act, err := x.act(in.Conditions)
		if err != nil {
			return nil, err
		}
		done, err := write(ctx, act, in.Body)
		return added(x, collection, done, err, body)
	}
}

// inChange is a request that changes an item.
type inChange[C any] struct {
	InItem
	Conditions
	Body C
}

// changer writes a change of the item of an id, and answers with the item.
func changer[C, B any](write func(context.Context, author.Act, string, C) (archive.Authored, error), body shower[B]) func(context.Context, *exchange, *inChange[C]) (*output[B], error) {
	return func(ctx context.Context, x *exchange, in *inChange[C]) (*output[B], error) {
		act, err := x.act(in.Conditions)
		if err != nil {
			return nil, err
		}
		done, err := write(ctx, act, in.ID, in.Body)
		return written(done, err, body)
	}
}

type inRead struct {
	InItem
	InRead
}

// reader reads one item of a kind.
func reader[B any](a *API, kind tocsin.Kind, body shower[B]) func(context.Context, *exchange, *inRead) (*output[B], error) {
	return func(ctx context.Context, x *exchange, in *inRead) (*output[B], error) {
		held, err := a.archive.Held(ctx, x.tenant.ID, tocsin.Ref{Kind: kind, ID: itemID(in.ID)}, 0)
		if err != nil {
			return nil, err
		}
		if err := in.settled(tagOf(held.Version)); err != nil {
			return nil, err
		}
		return show(held, body)
	}
}

// decode reads the document of an item.
func decode[T any](held tocsin.Held) (item T, err error) {
	if err := json.Unmarshal(held.Body, &item); err != nil {
		return item, fmt.Errorf("read %s %s: %w", held.Kind, held.ID, err)
	}
	return item, nil
}
