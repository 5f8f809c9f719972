package probe

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A result travels as text between two lines, which mail, chats and forms leave
// alone: compressed JSON in base64, with a checksum.
const (
	textBegin = "-----BEGIN TOCSIN PROBE-----"
	textEnd   = "-----END TOCSIN PROBE-----"
)

// Bounds of a result that comes from elsewhere.
const (
	MaxText   = 256 << 10 // bytes of a text or of JSON
	maxResult = 1 << 20   // bytes of what a text holds
	maxChecks = 2000
	maxArgs   = 10
	maxWord   = 300 // characters of a text in a check
	maxLabel  = 60  // characters of the names of seats and networks
)

// Text writes a result as text to paste.
func (r *Result) Text() (string, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("write the result: %w", err)
	}
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression) // a level that exists
	if _, err := z.Write(body); err != nil {
		return "", fmt.Errorf("write the result: %w", err)
	}
	if err := z.Close(); err != nil {
		return "", fmt.Errorf("write the result: %w", err)
	}
	var text strings.Builder
	text.WriteString(textBegin + "\n")
	for line := range slices.Chunk([]byte(base64.StdEncoding.EncodeToString(packed.Bytes())), 72) {
		text.Write(line)
		text.WriteByte('\n')
	}
	text.WriteString(textEnd + "\n")
	return text.String(), nil
}

// ReadText reads a result from a text in which it stands somewhere, also quoted
// or folded by a mail program. It has passed [Result.Check].
func ReadText(text string) (Result, error) {
	bad := func() (Result, error) {
		return Result{}, tocsin.Invalidf("text", "The text holds no whole result of tocsin probe: paste everything from %s to %s.", textBegin, textEnd)
	}
	if len(text) > MaxText {
		return Result{}, tocsin.Invalidf("text", "The text is larger than %s.", tocsin.Count(MaxText, "byte", "bytes"))
	}
	_, rest, begins := strings.Cut(text, textBegin)
	inner, _, ends := strings.Cut(rest, textEnd)
	if !begins || !ends {
		return bad()
	}
	packed, err := base64.StdEncoding.DecodeString(strings.Map(onlyBase64, inner))
	if err != nil {
		return bad()
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return bad()
	}
	body, err := io.ReadAll(io.LimitReader(z, maxResult+1))
	if err != nil || len(body) > maxResult {
		return bad()
	}
	return ReadJSON(body)
}

// onlyBase64 leaves out spaces, line ends and marks of quotation.
func onlyBase64(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '+', r == '/', r == '=':
		return r
	}
	return -1
}

// ReadJSON reads a result as a seat sends it. It has passed [Result.Check].
func ReadJSON(body []byte) (Result, error) {
	var r Result
	if err := json.Unmarshal(body, &r); err != nil {
		return Result{}, tocsin.Invalidf("result", "This is no result of tocsin probe.")
	}
	if err := r.Check(); err != nil {
		return Result{}, err
	}
	return r, nil
}

// Kept returns a result as the desk keeps it, under a new id. Whose it is and how it
// came is for the caller to add.
func (r *Result) Kept(receivedAt time.Time) (tocsin.Probe, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return tocsin.Probe{}, fmt.Errorf("write the result: %w", err)
	}
	return tocsin.Probe{ID: tocsin.NewGUID(), At: r.At, ReceivedAt: receivedAt, Seat: r.Seat, Network: r.Network, Cause: r.Cause, Result: body}, nil
}

// Check holds a result that comes from elsewhere to what a probe writes: codes of
// the closed list, bounded texts on one line. The cause is worked out anew.
func (r *Result) Check() error {
	if len(r.Checks) == 0 || len(r.Checks) > maxChecks {
		return tocsin.Invalidf("checks", "A result has 1 to %d checks, not %d.", maxChecks, len(r.Checks))
	}
	r.At = r.At.UTC().Truncate(time.Microsecond)
	if r.At.Year() < 1970 || r.At.Year() > 9999 {
		return tocsin.Invalidf("at", "The time of the probe is missing or no time.")
	}
	r.Seat, r.Network, r.System = Label(r.Seat), Label(r.Network), Label(r.System)
	r.Milliseconds = bound(r.Milliseconds)
	for i := range r.Checks {
		if err := r.Checks[i].check(); err != nil {
			return err
		}
	}
	r.Cause = causeOf(r.Checks)
	return nil
}

// Label returns the name of a seat or network on one line, in at most 60
// characters.
func Label(text string) string { return clipped(text, maxLabel) }

func clipped(text string, n int) string {
	return tocsin.Clip(strings.Join(strings.Fields(oneLine(text)), " "), n)
}

// bound is a number of milliseconds of at most a day.
func bound(ms int64) int64 { return max(0, min(ms, 86_400_000)) }

func (c *Check) check() error {
	switch {
	case !known(c.Code):
		return tocsin.Invalidf("code", "%q is no code of a check; a newer program may have written it.", tocsin.Clip(c.Code, 40))
	case !slices.Contains(Kinds(), c.Kind):
		return tocsin.Invalidf("kind", "%q is no kind of check.", tocsin.Clip(string(c.Kind), 40))
	case c.Outcome != Pass && c.Outcome != Fail && c.Outcome != Unknown:
		return tocsin.Invalidf("outcome", "%q is none of pass, fail, unknown.", tocsin.Clip(string(c.Outcome), 40))
	case len(c.Args) > maxArgs:
		return tocsin.Invalidf("args", "A check has at most %d arguments.", maxArgs)
	}
	c.Service, c.Target, c.Milliseconds = Label(c.Service), clipped(c.Target, maxWord), bound(c.Milliseconds)
	args := map[string]string{}
	for name, value := range c.Args {
		if name == "" || len(name) > 20 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") != "" {
			return tocsin.Invalidf("args", "%q is no name of an argument.", tocsin.Clip(name, 40))
		}
		args[name] = clipped(value, maxWord)
	}
	if len(args) == 0 {
		args = nil
	}
	c.Args = args
	return nil
}
