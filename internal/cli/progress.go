package cli

import (
	"fmt"
	"io"
	"os"
	"time"
)

// A progress tells a person at a terminal how far a long command is, in one
// line that it writes over again. It is silent everywhere else.
type progress struct {
	to    io.Writer // nil when nobody watches
	total int
	now   func() time.Time
	last  time.Time
}

// progressEvery is the least time between two lines.
const progressEvery = 200 * time.Millisecond

func newProgress(to io.Writer, total int, now func() time.Time) *progress {
	p := &progress{total: total, now: now, last: now()}
	if f, ok := to.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.to = to
		}
	}
	return p
}

// show tells that n of all are done, unless it has just told.
func (p *progress) show(n int) {
	at := p.now()
	if p.to == nil || at.Sub(p.last) < progressEvery {
		return
	}
	p.last = at
	fmt.Fprintf(p.to, "\r\x1b[K%d of %d", n, max(n, p.total))
}

// rows tells how many rows are copied, and of which table the last one is.
func (p *progress) rows(table string, n int64) {
	if p.to == nil || n%1000 != 0 {
		return
	}
	if at := p.now(); at.Sub(p.last) >= progressEvery {
		p.last = at
		fmt.Fprintf(p.to, "\r\x1b[K%d rows (%s)", n, table)
	}
}

// clear removes the line.
func (p *progress) clear() {
	if p.to != nil {
		fmt.Fprint(p.to, "\r\x1b[K")
	}
}
