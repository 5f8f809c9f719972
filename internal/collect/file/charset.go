package file

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// inflate takes gzip off a file, if it is there.
func inflate(r io.Reader) (*bufio.Reader, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	if head, _ := b.Peek(2); !bytes.Equal(head, []byte{0x1f, 0x8b}) {
		return b, nil
	}
	packed, err := gzip.NewReader(b)
	if err != nil {
		return nil, err
	}
	return bufio.NewReaderSize(packed, 64<<10), nil
}

// decode makes UTF-8 of what a file begins like: UTF-16, which Windows
// PowerShell 5.1 writes, or UTF-8 with its mark. A file without a mark is taken
// for UTF-8, or for Windows-1252 if ansi says so.
func decode(b *bufio.Reader, ansi bool) (r io.Reader, wide bool) {
	head, _ := b.Peek(3)
	little, big := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	var from encoding.Encoding
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), len(head) > 1 && head[0] != 0 && head[1] == 0:
		from = little
	case bytes.HasPrefix(head, []byte("\xfe\xff")), len(head) > 1 && head[0] == 0 && head[1] != 0:
		from = big
	case bytes.Equal(head, []byte(mark)):
		_, _ = b.Discard(len(mark))
		return b, false
	case ansi:
		return charmap.Windows1252.NewDecoder().Reader(b), false
	default:
		return b, false
	}
	return from.NewDecoder().Reader(b), true
}

// mark is the byte order mark in UTF-8, which editors and Windows PowerShell
// put before a text.
const mark = "\xef\xbb\xbf"

// A census looks at what passes through it, to tell which encoding a text has.
type census struct {
	from  io.Reader
	limit int64  // how many bytes there may be
	rest  []byte // the beginning of a character that is cut at the end
	many  bool   // there are characters of several bytes
	bad   bool   // there are bytes that are no UTF-8
	other bool   // and bytes that Windows-1252 does not have either
	nul   bool
}

func (c *census) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	if c.limit -= int64(n); c.limit < 0 {
		return 0, errors.New("it is larger than what is held in memory")
	}
	c.look(p[:n])
	if err == io.EOF && len(c.rest) > 0 {
		c.bad = true
	}
	return n, err
}

func (c *census) look(text []byte) {
	c.nul = c.nul || bytes.IndexByte(text, 0) >= 0
	if len(c.rest) > 0 {
		text = append(c.rest, text...)
		c.rest = nil
	}
	for len(text) > 0 {
		if text[0] < utf8.RuneSelf {
			text = text[ascii(text):]
			continue
		}
		r, size := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && size == 1 && !utf8.FullRune(text):
			c.rest = bytes.Clone(text)
			return
		case r == utf8.RuneError && size == 1:
			c.bad = true
			c.other = c.other || bytes.IndexByte([]byte("\x81\x8d\x8f\x90\x9d"), text[0]) >= 0
		default:
			c.many = true
		}
		text = text[size:]
	}
}

// ascii is how many bytes of ASCII text begins with.
func ascii(text []byte) int {
	for i, c := range text {
		if c >= utf8.RuneSelf {
			return i
		}
	}
	return len(text)
}

// ansi reports whether the text is to be read as Windows-1252: it is no UTF-8
// throughout, and each of its bytes is a character there.
func (c *census) ansi() bool { return c.bad && !c.many && !c.other }
