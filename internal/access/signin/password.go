package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"example.org/tocsin/internal/tocsin"
)

// A Cost is what hashing a password takes.
type Cost struct {
	Memory uint32 // KiB
	Passes uint32
}

// fullCost is the least that OWASP's Password Storage Cheat Sheet asks of
// argon2id.
func fullCost() Cost { return Cost{Memory: 19 << 10, Passes: 2} }

// Sizes of what a password hash is made of, in bytes.
const (
	hashSize = 32
	saltSize = 16
)

// Bounds of what a stored hash may ask for, whoever wrote it.
const (
	maxMemory = 1 << 20 // KiB
	maxPasses = 16
	maxLanes  = 16
)

// Bounds of passwords. The longest is far beyond what anybody types, and still
// cheap to take in.
const (
	minPassword = 12 // characters
	maxPassword = 1 << 10
)

// CheckPassword reports what is wrong with a password that somebody chooses.
// Length is all that is asked for, and that it is not their name.
func CheckPassword(password, name string) error {
	switch {
	case utf8.RuneCountInString(password) < minPassword:
		return tocsin.Invalidf("password", "Use at least %d characters.", minPassword)
	case len(password) > maxPassword || !utf8.ValidString(password):
		return tocsin.Invalidf("password", "Use at most %d bytes of text.", maxPassword)
	case strings.Count(password, password[:1]) == len(password),
		name != "" && strings.Trim(strings.ReplaceAll(strings.ToLower(password), strings.ToLower(name), ""), "0123456789!.-_ ") == "":
		return tocsin.Invalidf("password", "That is too easy to guess.")
	}
	return nil
}

// NewPassword makes a password of 120 random bits for somebody who will change
// it.
func NewPassword() string {
	var random [15]byte
	_, _ = rand.Read(random[:]) // never fails: it ends the process instead
	return base64.RawURLEncoding.EncodeToString(random[:])
}

// HashPassword is what the store keeps of a password, as a PHC string.
func HashPassword(password string) string { return fullCost().hash(password) }

func (c Cost) hash(password string) string {
	var salt [saltSize]byte
	_, _ = rand.Read(salt[:]) // never fails
	key := argon2.IDKey([]byte(password), salt[:], c.Passes, c.Memory, 1, hashSize)
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, c.Memory, c.Passes, encode(salt[:]), encode(key))
}

// matches compares a password with a PHC string, whose key derive makes.
func matches(derive deriver, password, stored string) (bool, error) {
	parts := strings.Split(stored, "$")
	var version int
	var memory, passes uint32
	var lanes uint8
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return false, errors.New("no argon2id hash")
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false, errors.New("another version of argon2id")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil ||
		memory == 0 || memory > maxMemory || passes == 0 || passes > maxPasses || lanes == 0 || lanes > maxLanes {
		return false, errors.New("cost out of bounds")
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, errors.New("salt")
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) < 16 || len(want) > 64 {
		return false, errors.New("hash")
	}
	got := derive([]byte(password), salt, passes, memory, lanes, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// hashQueue is how many may wait for a hash; more are told to come back.
const hashQueue = 32

// A deriver makes the key of a password: [argon2.IDKey].
type deriver func(password, salt []byte, passes, memory uint32, lanes uint8, size uint32) []byte

// A hasher bounds how many passwords are hashed at once, so that a crowd at the
// door takes neither the memory nor the processors from everybody inside.
type hasher struct {
	slots, queue chan struct{}
	cost         Cost
	derive       deriver
	nobody       string // hash that stands in where there is none
}

func newHasher(c Cost) *hasher {
	slots := max(1, runtime.GOMAXPROCS(0)/2)
	return &hasher{slots: make(chan struct{}, slots), queue: make(chan struct{}, slots+hashQueue), cost: c, derive: argon2.IDKey, nobody: c.hash(NewPassword())}
}

// do runs work when it is its turn.
func (h *hasher) do(ctx context.Context, work func()) error {
	select {
	case h.queue <- struct{}{}:
		defer func() { <-h.queue }()
	default:
		return &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "Too many people are signing in at this moment. Try again."}
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	work()
	return nil
}

// check compares a password with a stored hash; without one it takes as long.
func (h *hasher) check(ctx context.Context, password, stored string) (ok bool, err error) {
	known := stored != ""
	if !known {
		stored = h.nobody
	}
	if len(password) > maxPassword {
		password, known = "", false
	}
	doErr := h.do(ctx, func() { ok, err = matches(h.derive, password, stored) })
	if err := errors.Join(doErr, err); err != nil {
		return false, err
	}
	return ok && known, nil
}

func (h *hasher) hash(ctx context.Context, password string) (hash string, err error) {
	err = h.do(ctx, func() { hash = h.cost.hash(password) })
	return hash, err
}
