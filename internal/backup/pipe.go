package backup

import (
	"errors"
	"io"
	"slices"
)

// A Pipe hands rows from one database to another without a file. One goroutine
// writes, another one reads.
type Pipe struct {
	records chan piped
	stopped chan struct{}
	next    *piped // was read and belongs to the next table
}

// piped is a table that begins, a row, or the end.
type piped struct {
	table   string
	columns []string
	row     []any
	err     error // [io.EOF] after the last row
}

// NewPipe makes a pipe.
func NewPipe() *Pipe { return &Pipe{records: make(chan piped, 64), stopped: make(chan struct{})} }

var errStopped = errors.New("nobody reads any more")

// Table begins a table.
func (p *Pipe) Table(name string, columns []string) error {
	return p.send(piped{table: name, columns: slices.Clone(columns)})
}

// Row takes a row of it.
func (p *Pipe) Row(values []any) error { return p.send(piped{row: slices.Clone(values)}) }

func (p *Pipe) send(one piped) error {
	select {
	case p.records <- one:
		return nil
	case <-p.stopped:
		return errStopped
	}
}

// End tells the reader that nothing follows, or what the writer failed with, and
// returns that. A writer whose reader has stopped has not failed.
func (p *Pipe) End(err error) error {
	if errors.Is(err, errStopped) {
		return nil
	}
	end := err
	if end == nil {
		end = io.EOF
	}
	_ = p.send(piped{err: end}) // nobody may want to know
	return err
}

// Stop tells the writer that nobody reads any more, and returns err.
func (p *Pipe) Stop(err error) error {
	close(p.stopped)
	return err
}

// NextTable begins the next table. It fails with [io.EOF] after the last.
func (p *Pipe) NextTable() (name string, columns []string, err error) {
	for {
		if one := p.take(); one.row == nil {
			return one.table, one.columns, one.err
		}
	}
}

// NextRow returns a row of the table. It fails with [io.EOF] after the last.
func (p *Pipe) NextRow() ([]any, error) {
	one := p.take()
	if one.row != nil {
		return one.row, nil
	}
	if one.err != nil && !errors.Is(one.err, io.EOF) {
		return nil, one.err
	}
	p.next = &one
	return nil, io.EOF
}

func (p *Pipe) take() piped {
	if p.next == nil {
		return <-p.records
	}
	one := *p.next
	p.next = nil
	return one
}
