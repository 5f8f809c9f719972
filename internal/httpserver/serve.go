package httpserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/lane"
)

// serving is what answers on a listener: the library's server, or the lane in
// front of it.
type serving interface {
	Serve(l net.Listener) error
	Shutdown(ctx context.Context) error
	Close() error
}

// Serve answers on l until ctx ends. It then takes no new request, tells event
// streams to end, and gives what is in hand 20 s to finish before it cuts it
// off.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := s.serving(ctx)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.stop.Do(func() { close(s.stopping) })
	graceCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
	defer cancel()
	err := server.Shutdown(graceCtx)
	if err != nil {
		err = fmt.Errorf("stop serving: %w", errors.Join(err, server.Close()))
	}
	<-failed //nolint:errcheck // it only says that the server was closed
	return err
}

// serving makes what answers until ctx ends.
func (s *Server) serving(ctx context.Context) serving {
	library := &gathering{http.Server{
		Handler:           s,
		ReadHeaderTimeout: readTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    acceptedHeaders,
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			return access.OnConnection(withGatherer(ctx, conn))
		},
	}}
	if !s.config.Lane {
		return library
	}
	return lane.New(&library.Server, library.Serve, s.answersWhole)
}

// gathering is the library's server, with connections that gather.
type gathering struct{ http.Server }

func (g *gathering) Serve(l net.Listener) error { return g.Server.Serve(gatherersOf{l}) }

// answersWhole reports whether all that is served at a path, which is given as
// it was sent, leaves the connection as it is.
func (s *Server) answersWhole(path []byte) bool {
	if bytes.IndexByte(path, '%') >= 0 { // the multiplexer looks at what it stands for
		plain, err := url.PathUnescape(string(path))
		if err != nil {
			return false
		}
		path = []byte(plain)
	}
	for _, stream := range s.streams {
		if bytes.HasPrefix(path, stream) {
			return false
		}
	}
	return true
}

// streamsOf are the beginnings of the paths of routes that stream.
func streamsOf(routes []Route) (list [][]byte) {
	for _, r := range routes {
		if !r.Streams {
			continue
		}
		_, path, _ := strings.Cut(r.Pattern, " ")
		path, _, _ = strings.Cut(path, "{")
		list = append(list, []byte(path))
	}
	return list
}
