package tocsin

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// An Actor is who does something. It travels with the context, so that
// whatever writes the archive can say on whose behalf.
type Actor struct {
	UserID  string // of a person who is signed in
	Name    string // that people read, such as "alex" or "client 0b7c…"; see [Desk]
	Address string // where the request came from, "" for the command line
}

// Actors that are no people and no clients. Desk is the program itself: the
// actor where nobody else is named. Stranger is whoever asks to be let in.
const (
	Desk         = "desk"
	Stranger     = "stranger"
	CommandLine  = "command line"
	SettingsFile = "settings file"
)

type actorKey struct{}

// WithActor makes a the one who acts under ctx.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorOf is who acts under ctx, [Desk] when nobody was named.
func ActorOf(ctx context.Context) Actor {
	if a, ok := ctx.Value(actorKey{}).(Actor); ok && a.Name != "" {
		return a
	}
	return Actor{Name: Desk}
}

// An AuditEntry is one thing that somebody did. Entries are only ever added,
// in the transaction of what they tell, and form one hash chain.
type AuditEntry struct {
	N        int64 // from 1, without gaps
	At       time.Time
	Actor    Actor
	TenantID string // "" when it concerns the desk
	Action   string // such as "user.add"
	Object   string // what it was done to
	Detail   string // what changed, without secrets
	Chain    Hash   // see [AuditEntry.Link]
}

// Link is the chain hash of e after the entry whose chain hash is previous:
// SHA-256 over previous, each text with its length, the number and the instant
// in microseconds since 1970 UTC. The first entry follows the zero hash.
func (e AuditEntry) Link(previous Hash) Hash {
	h := sha256.New()
	h.Write(previous[:])
	for _, text := range []string{e.Actor.UserID, e.Actor.Name, e.Actor.Address, e.TenantID, e.Action, e.Object, e.Detail} {
		var size [4]byte
		binary.BigEndian.PutUint32(size[:], uint32(len(text)))
		h.Write(size[:])
		h.Write([]byte(text))
	}
	var numbers [16]byte
	binary.BigEndian.PutUint64(numbers[0:], uint64(e.N))
	binary.BigEndian.PutUint64(numbers[8:], uint64(Micros(e.At)))
	h.Write(numbers[:])
	return Hash(h.Sum(nil))
}
