package access

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// ErrWrongKey is the cause of a failure to open what was sealed with another
// master key.
var ErrWrongKey = errors.New("sealed with another master key")

// errNotSealed covers everything else that does not open: altered bytes, or
// bytes that were moved to another name.
var errNotSealed = errors.New("not sealed under this name")

const (
	sealVersion = 1
	keySize     = 32
	markSize    = 8 // of the fingerprint that tells which key sealed something
)

// A MasterKey seals secrets before they reach the store, so that a copy of the
// database or a backup alone opens nothing.
type MasterKey struct {
	key  []byte
	mark []byte // starts everything that the key sealed
}

// NewMasterKey makes a master key of 32 bytes.
func NewMasterKey(key []byte) (*MasterKey, error) {
	if len(key) != keySize {
		return nil, fmt.Errorf("a master key has %d bytes, not %d", keySize, len(key))
	}
	fingerprint, err := hkdf.Key(sha256.New, key, nil, "tocsin fingerprint", markSize)
	if err != nil {
		return nil, fmt.Errorf("derive fingerprint: %w", err)
	}
	return &MasterKey{key: bytes.Clone(key), mark: append([]byte{sealVersion}, fingerprint...)}, nil
}

// Fingerprint tells the key from others, in hexadecimal. It reveals nothing of it.
func (m *MasterKey) Fingerprint() string { return hex.EncodeToString(m.mark[1:]) }

// String hides the key wherever it is formatted.
func (*MasterKey) String() string { return "[redacted]" }

// GoString hides the key from the # form of formatting.
func (*MasterKey) GoString() string { return "[redacted]" }

// Seal encrypts plain for one purpose, such as "signing key", and one name
// within it. It opens under the same two only: a sealed value that somebody
// moves to another row is refused.
func (m *MasterKey) Seal(purpose, name string, plain []byte) ([]byte, error) {
	aead, err := m.aead(purpose)
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", purpose, err)
	}
	return aead.Seal(bytes.Clone(m.mark), nil, plain, m.bind(name)), nil
}

// Open decrypts what Seal made for the same purpose and name. It fails with
// [ErrWrongKey] when another master key made it.
func (m *MasterKey) Open(purpose, name string, sealed []byte) ([]byte, error) {
	text, ours := bytes.CutPrefix(sealed, m.mark)
	if !ours {
		if len(sealed) > len(m.mark) && sealed[0] == sealVersion {
			return nil, fmt.Errorf("open %s: %w", purpose, ErrWrongKey)
		}
		return nil, fmt.Errorf("open %s: %w", purpose, errNotSealed)
	}
	aead, err := m.aead(purpose)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", purpose, err)
	}
	plain, err := aead.Open(nil, nil, text, m.bind(name))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", purpose, errNotSealed)
	}
	return plain, nil
}

// aead is AES-256-GCM under a key of its own for each purpose. The nonce is
// random and precedes the text.
func (m *MasterKey) aead(purpose string) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, m.key, nil, "tocsin seal "+purpose, keySize)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// bind is what is authenticated beside the text.
func (m *MasterKey) bind(name string) []byte { return append(bytes.Clone(m.mark), name...) }
