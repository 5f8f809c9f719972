package access

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// secretPrefix lets people and secret scanners recognise what leaked.
const secretPrefix = "tcs_"

// NewClientSecret makes the secret of an API client, 256 random bits in
// characters that need no escaping in URLs, forms and shells, and the hash that
// is kept of it.
func NewClientSecret() (string, tocsin.Hash) { return newSecret(secretPrefix) }

// FeedSecretPrefix begins the secret in a private address of feeds. Whoever
// writes addresses down looks for it, in any letter case.
const FeedSecretPrefix = "tcf_"

// NewFeedSecret makes the secret of a private address of feeds, 256 random bits
// as those of a client, and the hash that is kept of it.
func NewFeedSecret() (string, tocsin.Hash) { return newSecret(FeedSecretPrefix) }

func newSecret(prefix string) (string, tocsin.Hash) {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails: it ends the process instead
	secret := prefix + base64.RawURLEncoding.EncodeToString(random[:])
	return secret, HashSecret(secret)
}

// HashSecret is what is kept of a secret. One round is enough because
// secrets are random: nobody can guess their way through 256 bits.
func HashSecret(secret string) tocsin.Hash { return tocsin.HashOf([]byte(secret)) }

// A Match is the outcome of comparing a secret with those of a client.
type Match int

// The outcomes. SecretExpired, which also stands for a revoked one, is given
// only to who knows the secret.
const (
	SecretWrong Match = iota
	SecretExpired
	SecretValid
)

// MatchSecret compares a secret with those of a client. It looks at all of
// them, in a time that does not tell which one is near. Certificates are passed
// over: what they hold is public.
func MatchSecret(secret string, kept []tocsin.Secret, now time.Time) Match {
	hash := HashSecret(secret)
	best := SecretWrong
	for _, k := range kept {
		if subtle.ConstantTimeCompare(hash[:], k.Hash[:]) != 1 || len(k.Certificate) > 0 {
			continue
		}
		if k.Live(now) {
			best = SecretValid
		} else {
			best = max(best, SecretExpired)
		}
	}
	return best
}
