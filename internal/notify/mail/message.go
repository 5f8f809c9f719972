package mail

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"mime"
	"strings"
	"sync"

	gomail "github.com/wneessen/go-mail"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/tocsin"
)

// write writes the mail of a message.
func (c *Channel) write(w io.Writer, m *notify.Message, to string) error {
	page, err := pageOf(m)
	if err != nil {
		return err
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(gomail.EncodingQP), gomail.WithBoundary("part_"+m.ID))
	msg.SetAddrHeaderFromMailAddress(gomail.HeaderFrom, c.from)
	if err := msg.To(to); err != nil {
		return fmt.Errorf("recipient: %w", err)
	}
	msg.SetDateWithValue(m.MadeAt.UTC())
	msg.SetMessageIDWithValue(m.ID + "@" + c.host)
	msg.SetGenHeaderPreformatted(gomail.HeaderSubject, subject(m.Letter.Heading, m.Letter.Title.Text))
	c.headers(msg, m)
	encoding := gomail.WithPartEncoding(gomail.EncodingQP)
	if wide(m.Letter.Language) {
		encoding = gomail.WithPartEncoding(gomail.EncodingB64)
	}
	msg.SetBodyString(gomail.TypeTextPlain, textOf(m), encoding)
	msg.AddAlternativeString(gomail.TypeTextHTML, page, encoding)
	if _, err := msg.WriteTo(w); err != nil {
		return fmt.Errorf("write mail: %w", err)
	}
	return nil
}

// wide reports whether a language is written in signs of several bytes.
func wide(language string) bool { return language == "ja" }

// headers are those by which machines know what the mail is: not an answer, of a
// list that can be left, in the thread of its issue.
func (c *Channel) headers(msg *gomail.Msg, m *notify.Message) {
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "OOF, AutoReply")
	msg.SetGenHeader("List-Id", "<updates."+c.host+">")
	msg.SetGenHeader("Content-Language", m.Letter.Language)
	if m.Thread != "" {
		root := "<" + m.Thread + "@" + c.host + ">"
		msg.SetGenHeader("References", root)
		msg.SetGenHeader("In-Reply-To", root)
	}
	if strings.HasPrefix(m.Endpoint.Unsubscribe, "https://") {
		msg.SetGenHeader("List-Unsubscribe", "<"+m.Endpoint.Unsubscribe+">")
		msg.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
}

// maxSubject bounds a subject, in characters of the title.
const maxSubject = 200

// subject is the value of the header: the heading in plain ASCII on the first
// line, where every reader and filter sees it, and the title after it.
func subject(heading, title string) string {
	heading, title = notify.ASCII(oneLine(heading)), strings.ReplaceAll(oneLine(title), "=?", "= ?") // no encoded word of others
	title = notify.Clip(title, maxSubject)
	if title == "" {
		return heading
	}
	if notify.ASCII(title) == title {
		return fold(heading + ": " + title)
	}
	encoded := mime.QEncoding.Encode("utf-8", title)
	if b := mime.BEncoding.Encode("utf-8", title); len(b) < len(encoded) {
		encoded = b
	}
	return heading + ":\r\n " + strings.ReplaceAll(encoded, "?= =?", "?=\r\n =?")
}

// fold breaks a line of words so that none is over 76 bytes where a blank lets it.
func fold(text string) string {
	var b strings.Builder
	room := 76 - len("Subject: ")
	for i, word := range strings.Split(text, " ") {
		switch {
		case i > 0 && len(word)+1 > room:
			b.WriteString("\r\n ")
			room = 75
		case i > 0:
			b.WriteByte(' ')
			room--
		}
		b.WriteString(word)
		room -= len(word)
	}
	return b.String()
}

// oneLine is a text without line breaks and other control characters.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' || r == '\u0085' }), " ")
}

// textOf is the plain part: the blocks of the HTML one, in their order.
func textOf(m *notify.Message) string {
	var b strings.Builder
	paragraph := func(text string) {
		if text != "" {
			b.WriteString(text + "\n\n")
		}
	}
	l := m.Letter
	for _, line := range l.Lead {
		paragraph(lineOf(line))
	}
	if len(l.Entries) != 1 {
		paragraph(lineOf(l.Title))
	}
	for _, e := range l.Entries {
		paragraph(oneLine(e.Heading))
		paragraph(lineOf(e.Title))
		for _, block := range e.Blocks {
			if len(block.Lines) == 0 {
				continue
			}
			if block.Label != "" {
				b.WriteString(oneLine(block.Label) + "\n")
			}
			for _, line := range block.Lines {
				b.WriteString(lineOf(line) + "\n")
			}
			b.WriteByte('\n')
		}
		if e.Link != "" {
			paragraph(oneLine(e.LinkLabel) + "\n" + e.Link)
		}
	}
	for _, line := range l.Footer {
		paragraph(lineOf(line))
	}
	if m.Endpoint.Unsubscribe != "" {
		paragraph(oneLine(l.UnsubscribeLabel) + "\n" + m.Endpoint.Unsubscribe)
	}
	return strings.TrimSpace(b.String()) + "\n"
}

func lineOf(line notify.Line) string {
	text := oneLine(line.Text)
	if line.Origin != "" {
		text += " (" + oneLine(line.Origin) + ")"
	}
	return text
}

//go:embed mail.html
var pageText string

var page = sync.OnceValue(func() *template.Template { //nolint:gochecknoglobals // parsed once
	return template.Must(template.New("mail").Funcs(template.FuncMap{"line": oneLine, "colour": colourOf}).Parse(pageText))
})

// pageOf is the HTML part.
func pageOf(m *notify.Message) (string, error) {
	var b bytes.Buffer
	if err := page().Execute(&b, m); err != nil {
		return "", fmt.Errorf("write page: %w", err)
	}
	return b.String(), nil
}

// colourOf is the colour of the edge beside an entry; its heading says the same in
// words.
func colourOf(s tocsin.Severity) template.CSS {
	return map[notify.Tone]template.CSS{notify.ToneBad: "#b3261e", notify.ToneGood: "#1b7f3b", notify.ToneWarning: "#b25e00", notify.ToneNeutral: "#5f6b7a"}[notify.ToneOf(s)]
}
