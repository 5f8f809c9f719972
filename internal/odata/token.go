package odata

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
)

const (
	tokenMAC     = 16   // bytes of the authenticator that a token carries
	longestToken = 2048 // characters
)

// MintToken makes an opaque `$skiptoken` from payload. It can be opened with
// the same key and context only. The context names what the token is good for,
// such as the tenant, the path and the other options.
func MintToken(key []byte, context string, payload []byte) string {
	token := append(make([]byte, 0, tokenMAC+len(payload)), authenticator(key, context, payload)...)
	return base64.RawURLEncoding.EncodeToString(append(token, payload...))
}

// OpenToken returns the payload of a token that [MintToken] made, else it
// fails with [InvalidPageToken].
func OpenToken(key []byte, context, token string) ([]byte, error) {
	invalid := errorf(InvalidPageToken, "$skiptoken", 0, "The page token is not valid for this query.")
	if len(token) > longestToken {
		return nil, invalid
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < tokenMAC {
		return nil, invalid
	}
	payload := raw[tokenMAC:]
	if !hmac.Equal(raw[:tokenMAC], authenticator(key, context, payload)) {
		return nil, invalid
	}
	return payload, nil
}

// authenticator signs context and payload. The context is hashed first, so
// that the two cannot flow into each other.
func authenticator(key []byte, context string, payload []byte) []byte {
	mac := hmac.New(sha256.New, key)
	digest := sha256.Sum256([]byte(context))
	mac.Write(digest[:])
	mac.Write(payload)
	return mac.Sum(nil)[:tokenMAC]
}
