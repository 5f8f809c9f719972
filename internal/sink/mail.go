package sink

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
)

// A Mail is one that came.
type Mail struct {
	N       int
	At      time.Time
	From    string // as the mail says
	To      []string
	Subject string
	// Language is that of the mail, "" for none.
	Language string
	Header   []Field // those that matter to programs
	Text     string
	HTML     string
}

// A Field is one of a head.
type Field struct{ Name, Value string }

// shownFields are fields of mails that are shown.
func shownFields() []string {
	return []string{"Message-ID", "In-Reply-To", "References", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted", "Content-Language"}
}

// session takes the mails of one connection.
type session struct {
	server *Server
	to     []string
}

// Mail implements [smtp.Session].
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt implements [smtp.Session].
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

// Data implements [smtp.Session].
func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := parseMail(text)
	if err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "The mail cannot be read."}
	}
	m.To = s.to
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.last++
	m.N, m.At = s.server.last, s.server.now()
	s.server.mail = keep(s.server.mail, m)
	return nil
}

// Reset implements [smtp.Session].
func (s *session) Reset() { s.to = nil }

// Logout implements [smtp.Session].
func (s *session) Logout() error { return nil }

func parseMail(text []byte) (m Mail, err error) {
	read, err := mail.ReadMessage(bytes.NewReader(text))
	if err != nil {
		return m, err
	}
	words := mime.WordDecoder{}
	decoded := func(name string) string {
		value := read.Header.Get(name)
		if plain, err := words.DecodeHeader(value); err == nil {
			return plain
		}
		return value
	}
	m.From, m.Subject, m.Language = decoded("From"), decoded("Subject"), decoded("Content-Language")
	for _, name := range shownFields() {
		if value := decoded(name); value != "" {
			m.Header = append(m.Header, Field{name, value})
		}
	}
	return m, m.part(textproto.MIMEHeader(read.Header), read.Body, 0)
}

// part reads a part of a mail, and what is in it.
func (m *Mail) part(header textproto.MIMEHeader, body io.Reader, depth int) error {
	if depth > 4 {
		return errors.New("parts within parts within parts")
	}
	kind, values, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, values["boundary"])
		for {
			p, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := m.part(p.Header, p, depth+1); err != nil {
				return err
			}
		}
	}
	switch strings.ToLower(header.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	switch {
	case err != nil:
		return err
	case kind == "text/plain" && m.Text == "":
		m.Text = strings.ToValidUTF8(string(text), "\uFFFD")
	case kind == "text/html" && m.HTML == "":
		m.HTML = strings.ToValidUTF8(string(text), "\uFFFD")
	}
	return nil
}
