package lane

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// gathered is how many bytes of an answer are put together before they are
// sent. What is longer goes out as it is written, behind its head.
const gathered = 32 << 10

// An answer is the [http.ResponseWriter] of the lane. It puts head and body
// together and sends them at once.
type answer struct {
	c      *conn
	header http.Header
	out    []byte // what is not sent yet: the head, and the body behind it once its length is known
	body   []byte // what of the body is not sent yet while its length is not known
	only   bool   // HEAD: nothing of the body is sent
	closes bool   // the connection ends after the answer

	status  int // 0 before WriteHeader
	length  int64
	written int64
	open    bool // the head has no end yet: length, type and framing are to come
	chunked bool
	typed   bool // the head has a type, or must not get one
	err     error

	keep *kept  // what is kept of the answer once it is sent; nil for nothing
	name string // of the request, in its head
}

// unknown is the length of a body of which none was announced.
const unknown = -1

// reset makes an answer ready for a request.
func (w *answer) reset(c *conn, r *http.Request) {
	clear(w.header)
	*w = answer{
		c: c, header: w.header, out: w.out[:0], body: w.body[:0], length: unknown,
		only: r.Method == http.MethodHead, closes: r.Close,
	}
}

// Header returns the fields that WriteHeader will send.
func (w *answer) Header() http.Header { return w.header }

// WriteHeader fixes the status and all fields that are set by now.
func (w *answer) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic("invalid WriteHeader code " + strconv.Itoa(status))
	}
	if w.status != 0 || status < 200 && status != http.StatusSwitchingProtocols {
		return // said already; or an interim answer, which may be left out
	}
	w.status, w.closes = status, w.closes || w.c.server.stopping.Load()
	w.out = appendStatus(w.out, status)
	dated, date := false, -1
	for name, values := range w.header {
		switch name {
		case "Content-Length":
			w.announce(values)
			continue
		case "Transfer-Encoding", "Trailer":
			continue // framing is ours
		case "Content-Type":
			w.typed = true
			if status == http.StatusNotModified {
				continue
			}
		case "Content-Encoding":
			w.typed = w.typed || len(values) > 0 && values[0] != ""
		case "Date":
			dated = true
		case "Connection":
			if len(values) > 0 && values[0] == "close" {
				w.closes = true
				continue
			}
		}
		w.out = appendField(w.out, name, values)
	}
	if !dated {
		date = len(w.out)
		w.out = append(w.out, w.c.server.date(time.Now())...)
	}
	if w.closes {
		w.out = append(w.out, "Connection: close\r\n"...)
	}
	w.open = w.hasBody() && w.length == unknown
	if w.hasBody() && w.length != unknown {
		w.out = appendLength(w.out, w.length)
		w.open = !w.typed // the type is told by the first bytes
	}
	if !w.open {
		w.out = append(w.out, "\r\n"...)
	}
	w.freeze(date)
}

// announce takes the length that a handler says the body will have. One that is
// no length counts for nothing.
func (w *answer) announce(values []string) {
	if len(values) == 0 {
		return
	}
	if n, err := strconv.ParseInt(values[0], 10, 64); err == nil && n >= 0 {
		w.length = n
	}
}

// hasBody reports whether answers with the status have a body.
func (w *answer) hasBody() bool {
	return w.status >= 200 && w.status != http.StatusNoContent && w.status != http.StatusNotModified
}

// Write adds to the body.
func (w *answer) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	switch {
	case len(b) == 0:
		return 0, nil
	case !w.hasBody():
		return 0, http.ErrBodyNotAllowed
	case w.err != nil:
		return 0, w.err
	}
	w.written += int64(len(b))
	if w.length != unknown && w.written > w.length {
		return 0, http.ErrContentLength // and the connection ends
	}
	w.add(b)
	if w.err != nil {
		return 0, w.err
	}
	return len(b), nil
}

// add takes more of the body in.
func (w *answer) add(b []byte) {
	switch {
	case w.open && len(w.body)+len(b) <= gathered:
		w.body = append(w.body, b...)
	case w.length == unknown:
		w.flush(b)
	default:
		if w.open {
			w.settle(b)
		}
		w.put(b)
	}
}

// settle ends the head of an answer whose length was announced, and whose type
// the beginning of the body tells. What comes next is next.
func (w *answer) settle(next []byte) {
	first := w.body
	if len(first) == 0 {
		first = next
	}
	w.end(first)
	w.put(w.body)
	w.body = w.body[:0]
}

// put adds to a body behind a head that has ended.
func (w *answer) put(b []byte) {
	switch {
	case w.only:
	case len(w.out)+len(b) <= gathered:
		w.out = append(w.out, b...)
	default:
		w.send(b)
	}
}

// end closes the head once the beginning of the body is known.
func (w *answer) end(body []byte) {
	w.open = false
	if !w.typed && len(body) > 0 {
		w.out = appendField(w.out, "Content-Type", []string{http.DetectContentType(body)})
	}
	w.out = append(w.out, "\r\n"...)
}

// flush sends all there is of a body whose length nobody knows, and b, as a
// chunk.
func (w *answer) flush(b []byte) {
	if w.open {
		if !w.only {
			w.out = append(w.out, "Transfer-Encoding: chunked\r\n"...)
		}
		first := w.body
		if len(first) == 0 {
			first = b
		}
		w.end(first)
		w.chunked = true
	}
	if n := len(w.body) + len(b); n > 0 && !w.only {
		w.out = append(append(strconv.AppendInt(w.out, int64(n), 16), "\r\n"...), w.body...)
		w.send(b)
		w.out = append(w.out, "\r\n"...)
	} else {
		w.send(nil)
	}
	w.body = w.body[:0]
}

// send writes what is gathered and b.
func (w *answer) send(b []byte) {
	if w.err != nil {
		return
	}
	switch {
	case len(b) == 0:
		_, w.err = w.c.rwc.Write(w.out)
	case len(w.out) == 0:
		_, w.err = w.c.rwc.Write(b)
	default:
		_, w.err = w.c.both(w.out, b)
	}
	w.out = w.out[:0]
}

// FlushError sends what was written so far, for [http.ResponseController].
func (w *answer) FlushError() error {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	switch {
	case w.length == unknown && w.hasBody():
		w.flush(nil)
	case w.open:
		w.settle(nil)
		w.send(nil)
	default:
		w.send(nil)
	}
	return w.err
}

// Flush is FlushError for those who ask for an [http.Flusher].
func (w *answer) Flush() { _ = w.FlushError() }

// SetReadDeadline bounds reading from the connection during this request.
func (w *answer) SetReadDeadline(at time.Time) error {
	w.c.readUntil = time.Time{}
	return w.c.rwc.SetReadDeadline(at)
}

// SetWriteDeadline bounds writing of this answer.
func (w *answer) SetWriteDeadline(at time.Time) error {
	w.c.writeUntil = time.Time{}
	return w.c.rwc.SetWriteDeadline(at)
}

// finish sends the rest once the handler has returned, and reports whether the
// connection can go on.
func (w *answer) finish() bool {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	switch {
	case w.chunked && !w.only:
		w.out = append(w.out, "0\r\n\r\n"...)
	case w.open && w.length == unknown:
		if !w.only || len(w.body) > 0 {
			w.out = appendLength(w.out, int64(len(w.body)))
		}
		w.end(w.body)
		if !w.only {
			w.out = append(w.out, w.body...)
		}
	case w.open:
		w.settle(nil)
	}
	if len(w.out) > 0 {
		w.send(nil)
	}
	short := w.length != unknown && w.hasBody() && !w.only && w.written != w.length
	return w.err == nil && !w.closes && !short
}

// newlines cannot be in the value of a field.
var newlines = strings.NewReplacer("\n", " ", "\r", " ")

func appendField(to []byte, name string, values []string) []byte {
	for i := range len(name) {
		if kinds[name[i]]&inName == 0 {
			return to
		}
	}
	if name == "" {
		return to
	}
	for _, value := range values {
		if strings.IndexByte(value, '\n') >= 0 || strings.IndexByte(value, '\r') >= 0 {
			value = newlines.Replace(value)
		}
		to = append(append(append(append(to, name...), ": "...), trim(value)...), "\r\n"...)
	}
	return to
}

// trim takes blanks from both ends of a value.
func trim(value string) string {
	if n := len(value); n > 0 && value[0] > ' ' && value[n-1] > ' ' {
		return value
	}
	return strings.Trim(value, " \t\r\n")
}

func appendLength(to []byte, n int64) []byte {
	return append(strconv.AppendInt(append(to, "Content-Length: "...), n, 10), "\r\n"...)
}

func appendStatus(to []byte, status int) []byte {
	switch status {
	case http.StatusOK:
		return append(to, "HTTP/1.1 200 OK\r\n"...)
	case http.StatusNotModified:
		return append(to, "HTTP/1.1 304 Not Modified\r\n"...)
	}
	to = append(strconv.AppendInt(append(to, "HTTP/1.1 "...), int64(status), 10), ' ')
	if text := http.StatusText(status); text != "" {
		return append(append(to, text...), "\r\n"...)
	}
	return append(strconv.AppendInt(append(to, "status code "...), int64(status), 10), "\r\n"...)
}
