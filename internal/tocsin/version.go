package tocsin

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// A Version is one stored state of an item in one tenant. Versions are only
// ever added. Within a tenant they form a hash chain in the order of storing.
type Version struct {
	TenantID string
	Kind     Kind
	ID       string
	N        int       // 1 for the first version of the item in the tenant
	Document Hash      // of the document's body
	At       time.Time // the provider's own time of this state, else when it was seen
	SeenAt   time.Time // when the desk first saw it
	Source   string    // where it was seen
	Chain    Hash      // see [Version.Link]
	Stated   bool      // the provider stated At
	Status   Status    // of an issue or overview: what the document says; no part of the chain
}

// Link is the chain hash of v after the version whose chain hash is previous:
// SHA-256 over previous and over each field of v with its length, instants as
// microseconds since 1970 UTC. The first version of a tenant follows the zero
// hash.
func (v Version) Link(previous Hash) Hash {
	h := sha256.New()
	h.Write(previous[:])
	for _, text := range []string{v.TenantID, string(v.Kind), v.ID, v.Source} {
		var size [4]byte
		binary.BigEndian.PutUint32(size[:], uint32(len(text)))
		h.Write(size[:])
		h.Write([]byte(text))
	}
	var numbers [24]byte
	binary.BigEndian.PutUint64(numbers[0:], uint64(v.N))
	binary.BigEndian.PutUint64(numbers[8:], uint64(Micros(v.At)))
	binary.BigEndian.PutUint64(numbers[16:], uint64(Micros(v.SeenAt)))
	h.Write(numbers[:])
	h.Write(v.Document[:])
	return Hash(h.Sum(nil))
}

// Micros is t as microseconds since 1970 UTC, the form in which instants are
// stored; the zero time is 0.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// FromMicros is the inverse of [Micros].
func FromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
