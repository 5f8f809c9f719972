package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/dns/dnsmessage"

	"example.org/tocsin/internal/tocsin"
)

// Bounds of one question to a resolver.
const (
	dnsLimit   = 3 * time.Second
	dnsAgain   = time.Second // after which a question over UDP is asked once more
	dnsSize    = 1232        // bytes of an answer over UDP, as DNS flag day 2020 has it
	maxRecords = 100
	optionEDE  = 15 // RFC 8914
	noExtended = -1
)

// An answer is what a resolver said of one name and type.
type answer struct {
	code      dnsmessage.RCode
	extended  int    // info code of an extended error, or noExtended
	extra     string // its text
	addresses []netip.Addr
	alias     string // the last name that the name leads to, "" for none
	cut       bool   // asks to be asked over TCP
}

// errAnswer is returned for an answer that is none of the question's.
var errAnswer = errors.New("the answer cannot be read")

// ask asks a resolver for the addresses of a name, over UDP and, where the answer
// is cut, over TCP. It takes until dnsLimit at most.
func ask(ctx context.Context, resolver netip.AddrPort, name string, kind dnsmessage.Type) (answer, error) {
	ctx, stop := context.WithTimeout(ctx, dnsLimit)
	defer stop()
	id := uint16(rand.N(1 << 16)) //nolint:gosec // a port is random as well, and the answer is only looked at
	question, err := pack(id, name, kind)
	if err != nil {
		return answer{}, err
	}
	a, err := askUDP(ctx, resolver, question, id, name, kind)
	if err == nil && a.cut {
		return askTCP(ctx, resolver, question, id, name, kind)
	}
	return a, err
}

// pack writes a question that understands extended errors.
func pack(id uint16, name string, kind dnsmessage.Type) ([]byte, error) {
	full, err := dnsmessage.NewName(name + ".")
	if err != nil {
		return nil, fmt.Errorf("name %s: %w", name, err)
	}
	b := dnsmessage.NewBuilder(make([]byte, 0, 128), dnsmessage.Header{ID: id, RecursionDesired: true})
	b.EnableCompression()
	var opt dnsmessage.ResourceHeader
	return finish(&b,
		b.StartQuestions(),
		b.Question(dnsmessage.Question{Name: full, Type: kind, Class: dnsmessage.ClassINET}),
		b.StartAdditionals(),
		opt.SetEDNS0(dnsSize, dnsmessage.RCodeSuccess, false),
		b.OPTResource(opt, dnsmessage.OPTResource{}))
}

func finish(b *dnsmessage.Builder, errs ...error) ([]byte, error) {
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return b.Finish()
}

func askUDP(ctx context.Context, resolver netip.AddrPort, question []byte, id uint16, name string, kind dnsmessage.Type) (answer, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "udp", resolver.String())
	if err != nil {
		return answer{}, err
	}
	defer conn.Close()
	defer endedBy(ctx, conn)()
	buffer := make([]byte, 4096)
	again := time.Now().Add(dnsAgain)
	for try := 0; ; try++ {
		if _, err := conn.Write(question); err != nil {
			return answer{}, err
		}
		if try == 0 {
			_ = conn.SetReadDeadline(again)
		} else {
			deadline, _ := ctx.Deadline()
			_ = conn.SetReadDeadline(deadline)
		}
		for {
			n, err := conn.Read(buffer)
			if timedOut(err) && try == 0 && ctx.Err() == nil {
				break
			}
			if err != nil {
				return answer{}, err
			}
			if a, err := parseAnswer(buffer[:n], id, name, kind); err == nil || !errors.Is(err, errStranger) {
				return a, err
			}
		}
	}
}

func askTCP(ctx context.Context, resolver netip.AddrPort, question []byte, id uint16, name string, kind dnsmessage.Type) (answer, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", resolver.String())
	if err != nil {
		return answer{}, err
	}
	defer conn.Close()
	defer endedBy(ctx, conn)()
	if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(question))), question...)); err != nil { //nolint:gosec // some 50 bytes
		return answer{}, err
	}
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return answer{}, err
	}
	body := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(conn, body); err != nil {
		return answer{}, err
	}
	a, err := parseAnswer(body, id, name, kind)
	if errors.Is(err, errStranger) {
		err = errAnswer
	}
	a.cut = false
	return a, err
}

// errStranger is returned for a message that answers another question; it is
// waited on.
var errStranger = errors.New("the message answers another question")

// parseAnswer reads a message of a resolver. Addresses count that stand at the
// name or where its aliases lead.
func parseAnswer(message []byte, id uint16, name string, kind dnsmessage.Type) (answer, error) {
	a := answer{extended: noExtended}
	var p dnsmessage.Parser
	header, err := p.Start(message)
	if err != nil || header.ID != id || !header.Response {
		return a, errStranger
	}
	question, err := p.Question()
	if err != nil && header.RCode == dnsmessage.RCodeSuccess {
		return a, errStranger
	}
	if err == nil && (question.Type != kind || !strings.EqualFold(question.Name.String(), name+".")) {
		return a, errStranger
	}
	a.code, a.cut = header.RCode, header.Truncated
	if err != nil { // a refusal that does not repeat the question
		return a, nil
	}
	if err := p.SkipAllQuestions(); err != nil {
		return a, errAnswer
	}
	if err := a.readAnswers(&p, question.Name.String()); err != nil {
		return a, err
	}
	if p.SkipAllAuthorities() == nil {
		a.readExtended(&p)
	}
	return a, nil
}

// readAnswers follows the aliases in the order in which they stand, as stub
// resolvers do.
func (a *answer) readAnswers(p *dnsmessage.Parser, name string) error {
	owner := name
	for range maxRecords {
		h, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return nil
		}
		if err != nil {
			return a.unlessCut()
		}
		mine := strings.EqualFold(h.Name.String(), owner)
		switch {
		case mine && h.Type == dnsmessage.TypeCNAME:
			r, err := p.CNAMEResource()
			if err != nil {
				return a.unlessCut()
			}
			owner = r.CNAME.String()
			a.alias = printable(strings.TrimSuffix(owner, "."))
		case mine && h.Type == dnsmessage.TypeA:
			r, err := p.AResource()
			if err != nil {
				return a.unlessCut()
			}
			a.addresses = append(a.addresses, netip.AddrFrom4(r.A))
		case mine && h.Type == dnsmessage.TypeAAAA:
			r, err := p.AAAAResource()
			if err != nil {
				return a.unlessCut()
			}
			a.addresses = append(a.addresses, netip.AddrFrom16(r.AAAA).Unmap())
		default:
			if p.SkipAnswer() != nil {
				return a.unlessCut()
			}
		}
	}
	return errAnswer
}

// unlessCut takes what is there of an answer that says of itself that it is cut.
func (a *answer) unlessCut() error {
	if a.cut {
		return nil
	}
	return errAnswer
}

// readExtended reads the extended code (RFC 6891) and the first extended error
// (RFC 8914), where there are any.
func (a *answer) readExtended(p *dnsmessage.Parser) {
	for range maxRecords {
		h, err := p.AdditionalHeader()
		if err != nil {
			return
		}
		if h.Type != dnsmessage.TypeOPT {
			if p.SkipAdditional() != nil {
				return
			}
			continue
		}
		a.code = h.ExtendedRCode(a.code)
		opt, err := p.OPTResource()
		if err != nil {
			return
		}
		for _, o := range opt.Options {
			if o.Code == optionEDE && len(o.Data) >= 2 {
				a.extended = int(binary.BigEndian.Uint16(o.Data))
				a.extra = printable(string(o.Data[2:]))
				return
			}
		}
	}
}

// printable is a text of a stranger on one line, at most 100 characters.
func printable(text string) string { return tocsin.Clip(oneLine(text), 100) }

// oneLine leaves out what a terminal would obey and what turns the direction of
// writing.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

// codeName returns the name of a response code as IANA registers it.
func codeName(code dnsmessage.RCode) string {
	names := []string{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"}
	if int(code) < len(names) {
		return names[code]
	}
	return "RCODE " + strconv.Itoa(int(code))
}

// extendedName returns an extended error as people search for it, such as
// "EDE 15 (Blocked)". The names are those of IANA's registry.
func (a *answer) extendedName() string {
	names := map[int]string{
		0: "Other", 1: "Unsupported DNSKEY Algorithm", 3: "Stale Answer", 4: "Forged Answer", 5: "DNSSEC Indeterminate", 6: "DNSSEC Bogus",
		7: "Signature Expired", 8: "Signature Not Yet Valid", 9: "DNSKEY Missing", 10: "RRSIGs Missing", 13: "Cached Error", 14: "Not Ready",
		15: "Blocked", 16: "Censored", 17: "Filtered", 18: "Prohibited", 19: "Stale NXDOMAIN Answer", 20: "Not Authoritative", 21: "Not Supported",
		22: "No Reachable Authority", 23: "Network Error", 24: "Invalid Data",
	}
	text := "EDE " + strconv.Itoa(a.extended)
	if name := names[a.extended]; name != "" {
		text += " (" + name + ")"
	}
	if a.extra != "" {
		text += ": " + a.extra
	}
	return text
}
