package app

import (
	"context"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/store/programs"
	"example.org/tocsin/internal/tocsin"
)

// AddClient stores a new client with a secret of its own and returns the
// secret, which is kept nowhere.
func AddClient(ctx context.Context, programs *programs.Store, c tocsin.Client) (secret string, err error) {
	secret, hash := access.NewClientSecret()
	if err := programs.AddClient(ctx, c, tocsin.Secret{Hash: hash, CreatedAt: c.CreatedAt}); err != nil {
		return "", err
	}
	return secret, nil
}

// AddCertificateClient stores a new client that proves itself with the key of
// a certificate, given as PEM.
func AddCertificateClient(ctx context.Context, programs *programs.Store, c tocsin.Client, pem []byte) (tocsin.Secret, error) {
	kept, err := access.NewClientCertificate(c.ID, pem, c.CreatedAt)
	if err != nil {
		return kept, err
	}
	return kept, programs.AddClient(ctx, c, kept)
}

// AddClientSecret gives a client one more secret until an instant, or for ever
// when that is zero, and returns it with what is kept of it.
func AddClientSecret(ctx context.Context, programs *programs.Store, clientID string, now, expires time.Time) (string, tocsin.Secret, error) {
	secret, hash := access.NewClientSecret()
	kept := tocsin.Secret{ClientID: clientID, Hash: hash, CreatedAt: now, ExpiresAt: expires}
	return secret, kept, programs.AddClientCredential(ctx, kept)
}

// AddClientCertificate gives a client one more certificate, given as PEM.
func AddClientCertificate(ctx context.Context, programs *programs.Store, clientID string, pem []byte, now time.Time) (tocsin.Secret, error) {
	kept, err := access.NewClientCertificate(clientID, pem, now)
	if err != nil {
		return kept, err
	}
	return kept, programs.AddClientCredential(ctx, kept)
}
