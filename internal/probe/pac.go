package probe

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// Configuration scripts are JavaScript. Most are a function that compares the
// host with names and returns a proxy: that much is read here, and everything
// else is said to be unread rather than guessed. Nothing in a script is run that
// asks the network.

// Bounds of a script.
const (
	maxScript = 1 << 20 // bytes
	maxSteps  = 100_000
	maxNested = 100
)

// errScript begins what a script has that is not read.
var errScript = errors.New("the script cannot be read")

func unread(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errScript, fmt.Sprintf(format, args...))
}

// evaluatePAC returns what FindProxyForURL of a script returns.
func evaluatePAC(script, address, host string) (string, error) {
	if len(script) > maxScript {
		return "", unread("it is larger than %d bytes", maxScript)
	}
	tokens, err := scanPAC(script)
	if err != nil {
		return "", err
	}
	s := &pac{tokens: tokens}
	first, second, err := s.find()
	if err != nil {
		return "", err
	}
	s.vars = map[string]any{first: address, second: host}
	value, returned, err := s.block(true)
	if err != nil {
		return "", err
	}
	text, ok := value.(string)
	if !returned || !ok {
		return "", unread("it returns no text")
	}
	return text, nil
}

// firstOfPAC reads the first entry of a script's answer; nil is direct.
func firstOfPAC(answer string) (*url.URL, error) {
	first, _, _ := strings.Cut(answer, ";")
	fields := strings.Fields(first)
	switch {
	case len(fields) == 1 && strings.EqualFold(fields[0], "DIRECT"):
		return nil, nil
	case len(fields) == 2 && (strings.EqualFold(fields[0], "PROXY") || strings.EqualFold(fields[0], "HTTP")):
		return pacProxy("http", fields[1])
	case len(fields) == 2 && strings.EqualFold(fields[0], "HTTPS"):
		return pacProxy("https", fields[1])
	}
	return nil, unread("it answers %q", printable(answer))
}

func pacProxy(scheme, address string) (*url.URL, error) {
	if host, _, err := net.SplitHostPort(address); err != nil || host == "" {
		return nil, unread("%q is no host and port", printable(address))
	}
	return &url.URL{Scheme: scheme, Host: address}, nil
}

// A token is one word of a script.
type token struct {
	kind byte // n name, s text, d number, o sign, e the end
	text string
}

// pac is a script while it is read: it is evaluated as it is parsed.
type pac struct {
	tokens []token
	at     int
	vars   map[string]any
	steps  int
	deep   int
	skip   bool // the branch is not taken: nothing is worked out
}

func (s *pac) peek() token {
	if s.at < len(s.tokens) {
		return s.tokens[s.at]
	}
	return token{kind: 'e'}
}

func (s *pac) next() token {
	t := s.peek()
	s.at++
	return t
}

func (s *pac) accept(text string) bool {
	if t := s.peek(); t.text == text && (t.kind == 'o' || t.kind == 'n') {
		s.at++
		return true
	}
	return false
}

func (s *pac) expect(text string) error {
	if !s.accept(text) {
		return unread("%q in place of %q", printable(s.peek().text), text)
	}
	return nil
}

// step bounds the work that a script can cause.
func (s *pac) step() error {
	if s.steps++; s.steps > maxSteps || s.deep > maxNested {
		return unread("it goes on for too long")
	}
	return nil
}

// find goes to the statements of FindProxyForURL and returns the names of its
// parameters. What stands outside of it may be anything, as long as the function
// does not ask for it.
func (s *pac) find() (first, second string, err error) {
	for ; s.at < len(s.tokens); s.at++ {
		if s.peek().text != "function" || s.peek().kind != 'n' {
			continue
		}
		s.at++
		if !s.accept("FindProxyForURL") {
			continue
		}
		if err := s.expect("("); err != nil {
			return "", "", err
		}
		first = s.next().text
		if err := s.expect(","); err != nil {
			return "", "", err
		}
		second = s.next().text
		return first, second, s.expect(")")
	}
	return "", "", unread("it has no FindProxyForURL")
}

// pacCall works out the functions that ask nothing of the network.
func pacCall(name string, args []any) (any, error) {
	text := make([]string, len(args))
	for i, a := range args {
		t, ok := a.(string)
		if !ok {
			return nil, unread("%s of no text", name)
		}
		text[i] = t
	}
	switch {
	case name == "isPlainHostName" && len(text) == 1:
		return !strings.ContainsAny(text[0], ".:"), nil
	case name == "dnsDomainIs" && len(text) == 2:
		return strings.HasSuffix(strings.ToLower(text[0]), strings.ToLower(text[1])), nil
	case name == "localHostOrDomainIs" && len(text) == 2:
		return text[0] == text[1] || !strings.Contains(text[0], ".") && strings.HasPrefix(text[1], text[0]+"."), nil
	case name == "shExpMatch" && len(text) == 2:
		return wildcard(text[1], text[0]), nil
	case name == "dnsDomainLevels" && len(text) == 1:
		return float64(strings.Count(text[0], ".")), nil
	case name == "isInNet" && len(text) == 3:
		return inNet(text[0], text[1], text[2])
	}
	return nil, unread("%s", name)
}

// inNet works out isInNet of an address; a name would have to be resolved.
func inNet(host, pattern, mask string) (any, error) {
	address, err := netip.ParseAddr(host)
	if err != nil {
		return nil, unread("isInNet of a name")
	}
	network, err := netip.ParseAddr(pattern)
	bits, errMask := netip.ParseAddr(mask)
	if err != nil || errMask != nil || !network.Is4() || !bits.Is4() {
		return nil, unread("isInNet of %s, %s", printable(pattern), printable(mask))
	}
	if !address.Is4() {
		return false, nil
	}
	a, n, m := address.As4(), network.As4(), bits.As4()
	for i := range a {
		if a[i]&m[i] != n[i]&m[i] {
			return false, nil
		}
	}
	return true, nil
}

// pacMethod works out methods of texts.
func pacMethod(text, name string, args []any) (any, error) {
	number := func(i int) int {
		if i >= len(args) {
			return len(text)
		}
		n, _ := args[i].(float64)
		return max(0, min(int(n), len(text)))
	}
	switch {
	case name == "toLowerCase" && len(args) == 0:
		return strings.ToLower(text), nil
	case name == "toUpperCase" && len(args) == 0:
		return strings.ToUpper(text), nil
	case name == "substring" && (len(args) == 1 || len(args) == 2):
		from, to := number(0), number(1)
		return text[min(from, to):max(from, to)], nil
	case len(args) == 1:
		part, ok := args[0].(string)
		if !ok {
			break
		}
		switch name {
		case "indexOf":
			return float64(strings.Index(text, part)), nil
		case "endsWith":
			return strings.HasSuffix(text, part), nil
		case "startsWith":
			return strings.HasPrefix(text, part), nil
		case "includes":
			return strings.Contains(text, part), nil
		}
	}
	return nil, unread(".%s", name)
}
