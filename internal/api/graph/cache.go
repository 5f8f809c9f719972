package graph

import "example.org/tocsin/internal/cache"

// Bytes of one generation of the caches. Nothing in them goes out of date.
const (
	entityBytes = 64 << 20
	answerBytes = 32 << 20
)

// entityKey names one encoded form of a document, which is looked up for each row
// of a page. Documents are shared by tenants, so nothing of a tenant is in it. It
// is 0 for none.
type entityKey int64

// keyOf names the form of a document in which enum values that are not published
// are kept, and whose end is still to come, or of which nobody said that the work
// is done.
func keyOf(document int64, unknown, ahead bool) entityKey {
	key := entityKey(document) << 2
	if unknown {
		key |= 1
	}
	if ahead {
		key |= 2
	}
	return key
}

// Caches tells how much memory what is kept takes, by a name for operators.
func (a *API) Caches() map[string]cache.Use {
	return map[string]cache.Use{"graph entities": a.entities.Use(), "graph answers": a.answers.Use()}
}
