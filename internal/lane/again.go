package lane

import (
	"bytes"
	"net"
	"net/http"
	"time"
)

// An Again answers a request as it was answered before on the same connection,
// which has sent the same bytes once more. It is called by one goroutine at a
// time.
type Again interface {
	// Begin takes a request in and returns the name that it gets, which is as
	// long as the first one, and false where the handler has to be asked: what
	// it would answer may be something else by now.
	Begin() (name string, ok bool)
	// End is told how much of the body could not be sent.
	End(missing int64)
}

// A Repeater is an [http.ResponseWriter] that can keep an answer for the same
// request on the same connection. That of the lane is one.
type Repeater interface {
	// Repeats reports whether the request looks as if it came again.
	Repeats() bool
	// Repeat keeps the answer that is about to be written, with all of its body,
	// which never changes. The name is replaced in its header by that of each
	// request.
	Repeat(again Again, name string, body []byte)
}

// What a connection keeps of answers that it was given. What was not asked for
// during keptFor is forgotten.
const (
	maxKept  = 4
	maxNames = 4 // places of a name in a header
	keptFor  = 2 * time.Second
)

// A kept answer is all that there is to send.
type kept struct {
	request []byte // the head of the request, with its end
	head    []byte // of the answer, with its end
	date    int    // where in head the field Date begins
	names   []int  // where in head the name of the request stands
	body    []byte
	again   Again
	used    time.Time
}

// Repeats reports whether the connection has sent the same header before.
func (w *answer) Repeats() bool { return w.c != nil && w.c.steady }

// Repeat keeps the answer once it has been sent.
func (w *answer) Repeat(again Again, name string, body []byte) {
	w.keep = &kept{body: body, again: again}
	w.name = name
}

// freeze takes the head of an answer that is to be kept: what was gathered by
// the time when nothing is added to it. date is where the field Date stands.
func (w *answer) freeze(date int) {
	k := w.keep
	if k == nil || w.open || w.closes || date < 0 || w.name == "" {
		w.keep = nil
		return
	}
	k.head, k.date, k.names = bytes.Clone(w.out), date, nil
	for at := 0; ; at += len(w.name) {
		next := bytes.Index(k.head[at:], []byte(w.name))
		if next < 0 {
			return
		}
		at += next
		k.names = append(k.names, at)
		if len(k.names) > maxNames {
			w.keep = nil
			return
		}
	}
}

// whole reports whether what was written is what is kept.
func (w *answer) whole() bool {
	k := w.keep
	if k == nil || k.head == nil || w.err != nil {
		return false
	}
	if w.only || !w.hasBody() {
		k.body = nil
		return true
	}
	return w.written == int64(len(k.body)) && w.length == w.written
}

// remember keeps an answer for a request.
func (c *conn) remember(k *kept, request []byte) {
	c.tidy(time.Now())
	k.request, k.used = bytes.Clone(request), time.Now()
	if len(c.kept) < maxKept {
		c.kept = append(c.kept, k)
		return
	}
	oldest := 0
	for i, other := range c.kept {
		if other.used.Before(c.kept[oldest].used) {
			oldest = i
		}
	}
	c.kept[oldest] = k
}

// tidy forgets what was not asked for in a while.
func (c *conn) tidy(now time.Time) {
	c.tidied = now
	left := c.kept[:0]
	for _, k := range c.kept {
		if now.Sub(k.used) < keptFor {
			left = append(left, k)
		}
	}
	clear(c.kept[len(left):])
	c.kept = left
}

// stand answers what came before as long as nothing else has come, between two
// requests. It returns what is left, at the beginning of the same buffer, and whether
// the connection goes on.
func (c *conn) stand(have []byte) (rest []byte, on bool) {
	if len(c.kept) == 0 {
		return have, true
	}
	begin := have
	for len(have) > 0 {
		if !c.turn(waiting, reading) {
			return nil, false
		}
		size, on := c.repeat(have)
		if size > 0 && c.bound(&c.readUntil, c.looked, c.patience) {
			_ = c.rwc.SetReadDeadline(c.readUntil) // a closed connection is seen next
		}
		if !c.turn(reading, waiting) || !on {
			return nil, false
		}
		if size == 0 {
			break
		}
		have = have[size:]
	}
	return begin[:copy(begin, have)], true
}

// repeat answers a request that came before, as far as its bytes are there. It
// returns their number, 0 where the handler is to be asked, and whether the
// connection goes on.
func (c *conn) repeat(have []byte) (size int, on bool) {
	if len(c.kept) == 0 {
		return 0, true
	}
	now := time.Now()
	c.looked = now
	if now.Sub(c.tidied) >= keptFor {
		c.tidy(now)
	}
	for i, k := range c.kept {
		if !bytes.HasPrefix(have, k.request) {
			continue
		}
		if c.server.stopping.Load() {
			return 0, true
		}
		if sent, goes := c.send(k, now); sent {
			return len(k.request), goes
		}
		c.kept[i] = c.kept[len(c.kept)-1]
		c.kept[len(c.kept)-1] = nil
		c.kept = c.kept[:len(c.kept)-1]
		return 0, true
	}
	return 0, true
}

// send sends a kept answer, if it still is the one to give.
func (c *conn) send(k *kept, now time.Time) (sent, on bool) {
	defer func() {
		if reason := recover(); reason != nil {
			sent, on = true, false
			c.broken(reason)
		}
	}()
	name, ok := k.again.Begin()
	if !ok {
		return false, true
	}
	k.used = now
	if c.bound(&c.writeUntil, now, c.server.library.WriteTimeout) {
		_ = c.rwc.SetWriteDeadline(c.writeUntil) // a closed connection is seen next
	}
	copy(k.head[k.date:], c.server.date(now))
	for _, at := range k.names {
		copy(k.head[at:], name)
	}
	if len(k.head)+len(k.body) > gathered {
		n, err := c.both(k.head, k.body)
		k.again.End(min(int64(len(k.head)+len(k.body))-n, int64(len(k.body))))
		return true, err == nil
	}
	k.again.End(0)
	w := c.server.answers.get()
	w.out = append(append(w.out[:0], k.head...), k.body...)
	_, err := c.rwc.Write(w.out)
	c.server.answers.put(w)
	return true, err == nil
}

// both writes two buffers, at once where that can be done.
func (c *conn) both(first, second []byte) (n int64, err error) {
	if c.plain != nil {
		buffers := net.Buffers{first, second}
		return buffers.WriteTo(c.plain)
	}
	one, err := c.rwc.Write(first)
	if err != nil {
		return int64(one), err
	}
	two, err := c.rwc.Write(second)
	return int64(one + two), err
}

var _ interface {
	http.ResponseWriter
	Repeater
} = (*answer)(nil)
