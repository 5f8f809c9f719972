package sink

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/sync/errgroup"
)

// Bounds of what is kept and read.
const (
	maxKept = 200     // of each kind; the oldest go
	maxSize = 1 << 20 // bytes of one
)

// A Server takes what channels send and shows it.
type Server struct {
	now    func() time.Time
	secret string // of webhooks
	token  string // in the addresses that take something, so that no other page posts to them

	mails, posts net.Listener
	smtp         *smtp.Server
	http         *http.Server

	mu    sync.Mutex
	last  int // number of what came last
	mail  []Mail
	cards []Card
	hooks []Hook
}

// Listen makes a server that listens on this machine alone, at free ports. The
// secret is that of the webhooks it is sent. The caller runs it or closes it.
func Listen(secret string, now func() time.Time) (*Server, error) {
	s := &Server{now: now, secret: secret, token: rand.Text()}
	var err error
	if s.mails, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("listen for mails: %w", err)
	}
	if s.posts, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, errors.Join(fmt.Errorf("listen for posts: %w", err), s.mails.Close())
	}
	s.smtp = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{server: s}, nil }))
	s.smtp.Domain, s.smtp.MaxMessageBytes, s.smtp.MaxRecipients = "localhost", maxSize, 10
	s.smtp.ReadTimeout, s.smtp.WriteTimeout = time.Minute, time.Minute
	s.http = &http.Server{Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, MaxHeaderBytes: 64 << 10}
	return s, nil
}

// Run serves until ctx ends.
func (s *Server) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return ended(ctx, s.smtp.Serve(s.mails)) })
	group.Go(func() error { return ended(ctx, s.http.Serve(s.posts)) })
	group.Go(func() error {
		<-ctx.Done()
		return s.Close()
	})
	return group.Wait()
}

// ended is what serving failed with, nil when it was to end.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// Close ends what listens.
func (s *Server) Close() error {
	return errors.Join(quiet(s.smtp.Close()), quiet(s.http.Close()), quiet(s.mails.Close()), quiet(s.posts.Close()))
}

// quiet leaves out that something was closed before.
func quiet(err error) error {
	if errors.Is(err, net.ErrClosed) || errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	return err
}

// MailPort is the port at which mails are taken, without encryption.
func (s *Server) MailPort() int { return s.mails.Addr().(*net.TCPAddr).Port }

// Host is the host of the addresses.
const Host = "127.0.0.1"

// CardAddress is where cards are taken.
func (s *Server) CardAddress() string { return s.base() + "/in/" + s.token + "/card" }

// HookAddress is where webhooks are taken.
func (s *Server) HookAddress() string { return s.base() + "/in/" + s.token + "/hook" }

// Pages is the address of the pages.
func (s *Server) Pages() string { return s.base() + "/demo/mail" }

func (s *Server) base() string { return "http://" + s.posts.Addr().String() }

// keep puts one in front of a list that stays short.
func keep[T any](list []T, one T) []T {
	list = slices.Insert(list, 0, one)
	return list[:min(len(list), maxKept)]
}
