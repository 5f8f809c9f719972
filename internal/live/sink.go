package live

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// taken is a connection that was taken over from net/http.
type taken struct{ conn net.Conn }

// takeOver takes the connection of a request over and sends the head of the
// stream and its first text. It fails, with nothing sent, where that cannot be
// done, as over HTTP/2.
func takeOver(w http.ResponseWriter, r *http.Request, first []byte) (taken, error) {
	if r.ProtoMajor != 1 {
		return taken{}, http.ErrNotSupported
	}
	header := w.Header().Clone()
	setHeaders(header)
	header.Set("Connection", "close") // the end of the stream is the end of the connection
	header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return taken{}, err
	}
	t := taken{conn}
	if err := t.sendHead(header, first); err != nil {
		t.close() // nobody is there any more, which the next write would find as well
	}
	return t, nil
}

func (t taken) sendHead(header http.Header, first []byte) error {
	if err := t.conn.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	head := &buffer{text: []byte("HTTP/1.1 200 OK\r\n")}
	if err := header.Write(head); err != nil {
		return err
	}
	return t.send(append(append(head.text, "\r\n"...), first...))
}

// buffer collects what is written to it.
type buffer struct{ text []byte }

func (b *buffer) Write(p []byte) (int, error) {
	b.text = append(b.text, p...)
	return len(p), nil
}

func (t taken) send(text []byte) error {
	if err := t.conn.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	_, err := t.conn.Write(text)
	return err
}

func (t taken) close() { _ = t.conn.Close() }

// waiting is a stream whose handler waits for what it is to send.
type waiting struct {
	w    http.ResponseWriter
	next chan []byte
	done chan struct{}
}

// behind is how many events may wait for a slow reader.
const behind = 4

func newWaiting(w http.ResponseWriter) *waiting {
	setHeaders(w.Header())
	return &waiting{w: w, next: make(chan []byte, behind), done: make(chan struct{})}
}

var errSlow = errors.New("the reader does not keep up")

func (s *waiting) send(text []byte) error {
	select {
	case s.next <- text:
		return nil
	default:
		return errSlow
	}
}

// close is called once, by the hub.
func (s *waiting) close() { close(s.done) }

// serve sends until the reader leaves or the hub closes the stream.
func (s *waiting) serve(ctx context.Context, text []byte) {
	control := http.NewResponseController(s.w)
	for {
		_ = control.SetWriteDeadline(time.Now().Add(beatEvery)) // not every writer has one
		if _, err := s.w.Write(text); err != nil || control.Flush() != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-s.done:
			return
		case text = <-s.next:
		}
	}
}

func setHeaders(header http.Header) {
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // a proxy that would wait for more
}
