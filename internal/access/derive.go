package access

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
)

// Derive makes a key of 32 bytes for one purpose, such as "page token". It is
// the same wherever the master key is, and tells nothing about it.
func (m *MasterKey) Derive(purpose string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, m.key, nil, "tocsin derived "+purpose, keySize)
	if err != nil {
		return nil, fmt.Errorf("derive %s key: %w", purpose, err)
	}
	return key, nil
}
