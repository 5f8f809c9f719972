package graph

// Bytes of one generation of the caches. Nothing in them goes out of date.
const (
	entityBytes = 64 << 20
	answerBytes = 32 << 20
)

// entityKey names one encoded form of a document. Documents are shared by
// tenants, so nothing of a tenant is in it.
type entityKey struct {
	document int64
	unknown  bool
	ahead    bool // its end is still to come, or nobody said of the work that it is done
}
