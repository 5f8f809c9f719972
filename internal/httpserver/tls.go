package httpserver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// lookEvery is how often the files of a certificate are looked at, if there is
// a handshake at all.
const lookEvery = time.Second

// A Certificate is a pair of files, read again when one of them changes: who
// renews them need not restart the desk. While the new pair does not fit
// together, the old one goes on being used.
type Certificate struct {
	certFile, keyFile string
	log               *slog.Logger
	now               func() time.Time

	mu       sync.Mutex
	pair     *tls.Certificate
	stamp    stamp // of the files that were read last, also when they did not do
	lookedAt time.Time
}

// A stamp tells one state of the two files from another.
type stamp struct {
	cert, key fileStamp
}

type fileStamp struct {
	modified time.Time
	size     int64
}

// NewCertificate reads a certificate and its key from files in PEM. It fails
// with [tocsin.ErrInvalid] when they are missing or do not fit together, and
// when everybody on the machine can read or write the key.
func NewCertificate(certFile, keyFile string, now func() time.Time, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, log: log, now: now}
	var err error
	if c.stamp, err = c.look(); err != nil {
		return nil, err
	}
	if c.pair, err = c.read(); err != nil {
		return nil, err
	}
	c.lookedAt = now()
	return c, nil
}

// Config is what a listener serves the certificate with: TLS 1.2 and 1.3, for
// HTTP/2 and HTTP/1.1.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			return c.current(hello.Context()), nil
		},
	}
}

// current is the newest certificate that works.
func (c *Certificate) current(ctx context.Context) *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if now.Sub(c.lookedAt) < lookEvery && !now.Before(c.lookedAt) {
		return c.pair
	}
	c.lookedAt = now
	seen, err := c.look()
	if seen == c.stamp {
		return c.pair
	}
	c.stamp = seen
	var fresh *tls.Certificate
	if err == nil {
		fresh, err = c.read()
	}
	if err != nil {
		c.log.WarnContext(ctx, "certificate not replaced", "err", err)
		return c.pair
	}
	c.pair = fresh
	c.log.InfoContext(ctx, "certificate replaced", "subject", fresh.Leaf.Subject.String(), "ends", fresh.Leaf.NotAfter)
	return c.pair
}

// look tells the state of the files. What is missing has a state as well, so
// that a fault is logged once.
func (c *Certificate) look() (s stamp, err error) {
	for _, file := range []struct {
		key, path string
		stamp     *fileStamp
	}{{"server.tls.cert", c.certFile, &s.cert}, {"server.tls.key", c.keyFile, &s.key}} {
		info, statErr := os.Stat(file.path)
		switch {
		case errors.Is(statErr, fs.ErrNotExist):
			err = errors.Join(err, tocsin.Invalidf(file.key, "There is no file %s.", file.path))
		case statErr != nil:
			err = errors.Join(err, fmt.Errorf("look at %s: %w", file.key, statErr))
		case file.path == c.keyFile && runtime.GOOS != "windows" && info.Mode().Perm()&0o007 != 0:
			err = errors.Join(err, tocsin.Invalidf(file.key, "Everybody on this machine can open %s: run chmod 640 on it.", file.path))
		default:
			*file.stamp = fileStamp{info.ModTime(), info.Size()}
		}
	}
	return s, err
}

func (c *Certificate) read() (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return nil, &tocsin.Error{Kind: tocsin.ErrInvalid, Field: "server.tls", Message: "The certificate and the key cannot be used together.", Cause: err}
	}
	return &pair, nil
}
