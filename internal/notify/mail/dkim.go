package mail

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/emersion/go-msgauth/dkim"

	"example.org/tocsin/internal/notify"
)

// A Key signs mails (DKIM, RFC 6376 and 8463).
type Key struct {
	Domain   string
	Selector string
	// PEM is a private key, PKCS #8 or PKCS #1: RSA of at least 2048 bits, or
	// Ed25519.
	PEM []byte
}

type signer struct {
	domain, selector string
	key              crypto.Signer
}

func signersOf(keys []Key) (list []signer, err error) {
	for i, k := range keys {
		key, err := parseKey(k.PEM)
		if err != nil {
			return nil, fmt.Errorf("dkim[%d]: %w", i, err)
		}
		if k.Domain == "" || k.Selector == "" {
			return nil, fmt.Errorf("dkim[%d]: domain and selector are needed", i)
		}
		list = append(list, signer{k.Domain, k.Selector, key})
	}
	return list, nil
}

// parseKey reads a key. Its errors hold nothing of it.
func parseKey(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the key is no PEM")
	}
	var key any
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		if key, err = x509.ParsePKCS1PrivateKey(block.Bytes); err != nil {
			return nil, errors.New("the key is neither PKCS #8 nor PKCS #1")
		}
	}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		if key.N.BitLen() < 2048 {
			return nil, errors.New("the key has fewer than 2048 bits")
		}
		return key, nil
	case ed25519.PrivateKey:
		return key, nil
	}
	return nil, errors.New("the key is neither RSA nor Ed25519")
}

// signed headers: those that are there, and From, To, Subject, Date and those of
// the list once more than they are there, so that none can be added.
func signedHeaders() []string {
	return []string{
		"From", "From", "To", "To", "Subject", "Subject", "Date", "Date", "Message-ID", "MIME-Version", "Content-Type", "References", "In-Reply-To",
		"List-Id", "List-Id", "List-Unsubscribe", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Unsubscribe-Post", "Auto-Submitted",
	}
}

func (c *Channel) signed(text []byte, m *notify.Message) ([]byte, error) {
	for _, s := range c.sign {
		var out bytes.Buffer
		err := dkim.Sign(&out, bytes.NewReader(text), &dkim.SignOptions{
			Domain: s.domain, Selector: s.selector, Signer: s.key, Hash: crypto.SHA256, HeaderKeys: signedHeaders(),
			HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
		})
		if err != nil {
			return nil, fmt.Errorf("sign %s: %w", m.ID, err)
		}
		text = out.Bytes()
	}
	return text, nil
}
