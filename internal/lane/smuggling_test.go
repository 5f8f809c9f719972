package lane_test

import (
	"errors"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"
)

// A trick is something that servers and what stands before them are known to
// read in two ways.
type trick struct {
	name, said string
	// told are the statuses that a client gets for it and for the request behind
	// it, as far as the connection lives.
	told string
}

// smuggled is the request behind each trick: whoever takes it for a body does
// not answer it.
const smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

// fielded is a request with more fields.
func fielded(method string, lines ...string) string {
	return method + " /t HTTP/1.1\r\nHost: a\r\n" + strings.Join(append(lines, ""), "\r\n") + "\r\n"
}

// lined is one with another request line.
func lined(line string) string { return line + "\r\nHost: a\r\n\r\n" }

func tricks() (list []trick) {
	for _, some := range [][]trick{lengths(), codings(), chunks(), lines(), targets(), hosts(), fieldsAndBytes(), lives()} {
		list = append(list, some...)
	}
	return list
}

// lengths are about Content-Length.
func lengths() []trick {
	return []trick{
		{"length twice, the same", fielded("POST", "Content-Length: 5", "Content-Length: 5") + "hello", "200 200"},
		{"length twice, another", fielded("POST", "Content-Length: 5", "Content-Length: 0") + "hello", "400"},
		{"length twice in one line", fielded("POST", "Content-Length: 5, 5") + "hello", "400"},
		{"length of GET", fielded("GET", "Content-Length: 5") + "hello", "200 200"},
		{"length of HEAD", fielded("HEAD", "Content-Length: 5") + "hello", "200 200"},
		{"length of none", fielded("GET", "Content-Length: 0"), "200 200"},
		{"length with a plus", fielded("POST", "Content-Length: +5") + "hello", "400"},
		{"length below none", fielded("POST", "Content-Length: -1") + "hello", "400"},
		{"length in hexadecimal", fielded("POST", "Content-Length: 0x5") + "hello", "400"},
		{"length with a leading zero", fielded("POST", "Content-Length: 05") + "hello", "200 200"},
		{"length with an underscore", fielded("POST", "Content-Length: 1_0") + "hellohello", "400"},
		{"length with a blank inside", fielded("POST", "Content-Length: 1 0") + "hellohello", "400"},
		{"length with a point", fielded("POST", "Content-Length: 5.0") + "hello", "400"},
		{"length of nothing", fielded("POST", "Content-Length:") + "hello", "400"},
		{"length beyond 64 bits", fielded("POST", "Content-Length: 18446744073709551621") + "hello", "400"},
		{"length with a blank before its colon", fielded("POST", "Content-Length : 5") + "hello", "400"},
		{"length with a tab before its colon", fielded("POST", "Content-Length\t: 5") + "hello", "400"},
		{"length with an underscore in its name", fielded("GET", "Content_Length: 5"), "200 200"},
		{"length named by Connection", fielded("POST", "Connection: Content-Length", "Content-Length: 5") + "hello", "200 200"},
		{"length folded", fielded("POST", "Content-Length:", " 5") + "hello", "200 200"},
	}
}

// codings are about Transfer-Encoding, beside a length and without.
func codings() []trick {
	const none = "0\r\n\r\n"
	return []trick{
		{"chunked GET", fielded("GET", "Transfer-Encoding: chunked") + none, "200 200"},
		{"chunked, with the length of all", fielded("POST", "Content-Length: 5", "Transfer-Encoding: chunked") + none, "200 200"},
		{"chunked, with too short a length", fielded("POST", "Content-Length: 3", "Transfer-Encoding: chunked") + none, "200 200"},
		{"chunked, with a length behind it", fielded("POST", "Transfer-Encoding: chunked", "Content-Length: 40") + none, "200 200"},
		{"coding twice", fielded("POST", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked") + none, "501"},
		{"coding twice, another", fielded("POST", "Transfer-Encoding: chunked", "Transfer-Encoding: identity") + none, "501"},
		{"codings in one line", fielded("POST", "Transfer-Encoding: gzip, chunked") + none, "501"},
		{"chunked is not last", fielded("POST", "Transfer-Encoding: chunked, gzip") + none, "501"},
		{"chunked twice in one line", fielded("POST", "Transfer-Encoding: chunked, chunked") + none, "501"},
		{"coding identity", fielded("GET", "Transfer-Encoding: identity"), "501"},
		{"coding of nobody", fielded("POST", "Transfer-Encoding: xchunked") + none, "501"},
		{"coding in capitals", fielded("POST", "Transfer-Encoding: CHUNKED") + none, "200 200"},
		{"coding in quotes", fielded("POST", "Transfer-Encoding: \"chunked\"") + none, "501"},
		{"coding with a parameter", fielded("POST", "Transfer-Encoding: chunked;q=1") + none, "501"},
		{"coding with a comma", fielded("POST", "Transfer-Encoding: ,chunked") + none, "501"},
		{"coding of nothing", fielded("GET", "Transfer-Encoding:"), "501"},
		{"coding behind a tab", fielded("POST", "Transfer-Encoding:\tchunked") + none, "200 200"},
		{"coding behind a vertical tab", fielded("POST", "Transfer-Encoding:\x0bchunked") + none, "400"},
		{"coding behind a form feed", fielded("POST", "Transfer-Encoding:\x0cchunked") + none, "400"},
		{"coding behind a hard blank", fielded("POST", "Transfer-Encoding:\xa0chunked") + none, "501"},
		{"coding before a NUL", fielded("POST", "Transfer-Encoding: chunked\x00") + none, "400"},
		{"coding with a blank before its colon", fielded("POST", "Transfer-Encoding : chunked") + none, "400"},
		{"coding behind a blank", fielded("POST", " Transfer-Encoding: chunked") + none, "400"},
		{"coding behind a line feed", fielded("POST", "X: b\nTransfer-Encoding: chunked") + none, "200 200"},
		{"coding behind a carriage return", fielded("POST", "X: b\rTransfer-Encoding: chunked") + none, "400"},
		{"coding folded", fielded("POST", "Transfer-Encoding:", " chunked") + none, "200 200"},
		{"coding in a folded line", fielded("GET", "X: b", "\tTransfer-Encoding: chunked"), "200 200"},
		{"coding with its colon in the next line", fielded("POST", "Transfer-Encoding", ": chunked") + none, "400"},
		{"coding with an underscore in its name", fielded("GET", "Transfer_Encoding: chunked"), "200 200"},
		{"coding over HTTP/1.0", "POST /t HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + none, "200 400"},
		{"TE and no coding", fielded("GET", "TE: trailers, chunked"), "200 200"},
	}
}

// chunks are about what stands in chunked bodies.
func chunks() []trick {
	sent := func(body string) string { return fielded("POST", "Transfer-Encoding: chunked") + body }
	return []trick{
		{"chunk with an extension", sent("5;a=b\r\nhello\r\n0\r\n\r\n"), "200 200"},
		{"chunk with an extension in quotes", sent("5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n"), "200"},
		{"chunk with an extension of a line feed", sent("5;\nhello\r\n0\r\n\r\n"), "200"},
		{"chunk with a long extension", sent("5;" + strings.Repeat("x", 9000) + "\r\nhello\r\n0\r\n\r\n"), "200"},
		{"chunk size behind a zero", sent("005\r\nhello\r\n0\r\n\r\n"), "200 200"},
		{"chunk size with 0x", sent("0x5\r\nhello\r\n0\r\n\r\n"), "200"},
		{"chunk size with a plus", sent("+5\r\nhello\r\n0\r\n\r\n"), "200"},
		{"chunk size below none", sent("-1\r\nhello\r\n0\r\n\r\n"), "200"},
		{"chunk size behind a blank", sent(" 5\r\nhello\r\n0\r\n\r\n"), "200"},
		{"chunk size before a blank", sent("5 \r\nhello\r\n0\r\n\r\n"), "200 200"},
		{"chunk size beyond 64 bits", sent("fffffffffffffffff\r\nhello\r\n0\r\n\r\n"), "200"},
		{"chunk size that is none", sent("five\r\nhello\r\n0\r\n\r\n"), "200"},
		{"chunk longer than its size", sent("3\r\nhello\r\n0\r\n\r\n"), "200"},
		{"chunk that ends with a line feed", sent("5\r\nhello\n0\r\n\r\n"), "200"},
		{"chunk size that ends with a line feed", sent("5\nhello\r\n0\r\n\r\n"), "200"},
		{"chunk size that ends with a carriage return", sent("5\rhello\r\n0\r\n\r\n"), "200"},
		{"chunks that end with a line feed", sent("5\r\nhello\r\n0\r\n\n"), "200 200"},
		{"trailer with a length", sent("5\r\nhello\r\n0\r\nContent-Length: 50\r\n\r\n"), "200 200"},
		{"trailer with a coding", sent("5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"), "200 200"},
		{"trailer that is folded", sent("5\r\nhello\r\n0\r\nX: a\r\n b\r\n\r\n"), "200 200"},
	}
}

// lines are about the request line.
func lines() []trick {
	return []trick{
		{"HTTP/0.9", "GET /t\r\n", "400"},
		{"HTTP/0.9 with a field", "GET /t\r\nHost: a\r\n\r\n", "400"},
		{"HTTP/1.0", lined("GET /t HTTP/1.0"), "200"},
		{"HTTP/1.0, kept", "GET /t HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", "200 200"},
		{"HTTP/1.2", lined("GET /t HTTP/1.2"), "200 200"},
		{"HTTP/2.0", lined("GET /t HTTP/2.0"), "505"},
		{"HTTP/1.10", lined("GET /t HTTP/1.10"), "400"},
		{"HTTP/01.1", lined("GET /t HTTP/01.1"), "400"},
		{"HTTP/1", lined("GET /t HTTP/1"), "400"},
		{"HTTP/1,1", lined("GET /t HTTP/1,1"), "400"},
		{"http/1.1", lined("GET /t http/1.1"), "400"},
		{"HTTPS/1.1", lined("GET /t HTTPS/1.1"), "400"},
		{"version before a blank", lined("GET /t HTTP/1.1 "), "400"},
		{"two versions", lined("GET /t HTTP/1.1 HTTP/1.0"), "400"},
		{"two blanks", lined("GET  /t HTTP/1.1"), "400"},
		{"two blanks before the version", lined("GET /t  HTTP/1.1"), "400"},
		{"tabs for blanks", lined("GET\t/t\tHTTP/1.1"), "400"},
		{"a blank in the path", lined("GET /t /u HTTP/1.1"), "400"},
		{"a blank before the method", lined(" GET /t HTTP/1.1"), "400"},
		{"an empty line before it", lined("\r\nGET /t HTTP/1.1"), "400"},
		{"two empty lines before it", lined("\r\n\r\nGET /t HTTP/1.1"), "400"},
		{"method in small letters", lined("get /t HTTP/1.1"), "200 200"},
		{"method that is longer", lined("GETS /t HTTP/1.1"), "200 200"},
		{"method with a colon", lined("GET: /t HTTP/1.1"), "400"},
		{"no method", lined("/t HTTP/1.1"), "400"},
		{"line feeds", "GET /t HTTP/1.1\nHost: a\n\n", "200 200"},
		{"line feed behind the request line", "GET /t HTTP/1.1\nHost: a\r\n\r\n", "200 200"},
		{"line feed at the end", "GET /t HTTP/1.1\r\nHost: a\r\n\n", "200 200"},
		{"carriage returns", "GET /t HTTP/1.1\rHost: a\r\r", "400"},
		{"two carriage returns", "GET /t HTTP/1.1\r\r\nHost: a\r\n\r\n", "400"},
		{"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "200"},
		{"a handshake of TLS", "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", "400"},
	}
}

// targets are about what is asked for.
func targets() []trick {
	return []trick{
		{"absolute", lined("GET http://a/t HTTP/1.1"), "200 200"},
		{"absolute, of another host", lined("GET http://b/t HTTP/1.1"), "200 200"},
		{"absolute, with a user", lined("GET http://u@a/t HTTP/1.1"), "200 200"},
		{"absolute, of another scheme", lined("GET gopher://a/t HTTP/1.1"), "200 200"},
		{"absolute, of a tenant of capitals", lined("GET HTTP://A/t HTTP/1.1"), "200 200"},
		{"absolute, without a host", lined("GET http:///t HTTP/1.1"), "200 200"},
		{"authority", lined("CONNECT a:443 HTTP/1.1"), "200 200"},
		{"authority of GET", lined("GET a:443 HTTP/1.1"), "200 200"},
		{"path of CONNECT", lined("CONNECT /t HTTP/1.1"), "200 200"},
		{"asterisk", lined("OPTIONS * HTTP/1.1"), "200 200"},
		{"asterisk of GET", lined("GET * HTTP/1.1"), "200 200"},
		{"no path", lined("GET ?t HTTP/1.1"), "400"},
		{"nothing", lined("GET  HTTP/1.1"), "400"},
		{"relative", lined("GET t HTTP/1.1"), "400"},
		{"two slashes", lined("GET //b/t HTTP/1.1"), "200 200"},
		{"a backslash", lined("GET /\\b/t HTTP/1.1"), "200 200"},
		{"dot segments", lined("GET /t/../u/./v HTTP/1.1"), "200 200"},
		{"dot segments, escaped", lined("GET /t/%2e%2e/u/%2E/v HTTP/1.1"), "200 200"},
		{"above the root", lined("GET /../../etc/passwd HTTP/1.1"), "200 200"},
		{"slash, escaped", lined("GET /t%2fu%2Fv HTTP/1.1"), "200 200"},
		{"percent, escaped", lined("GET /t%252fu HTTP/1.1"), "200 200"},
		{"line end, escaped", lined("GET /t%0d%0aX:%20b HTTP/1.1"), "200 200"},
		{"NUL, escaped", lined("GET /t%00 HTTP/1.1"), "200 200"},
		{"UTF-8 that is too long, escaped", lined("GET /t%c0%af HTTP/1.1"), "200 200"},
		{"half an escape", lined("GET /t%2 HTTP/1.1"), "400"},
		{"escape of nothing", lined("GET /t%zz HTTP/1.1"), "400"},
		{"fragment", lined("GET /t#u HTTP/1.1"), "200 200"},
		{"NUL", lined("GET /t\x00u HTTP/1.1"), "400"},
		{"bytes above ASCII in a path", lined("GET /t\xc3\xa9 HTTP/1.1"), "200 200"},
		{"delete", lined("GET /t\x7f HTTP/1.1"), "400"},
		{"odd bytes of a query", lined("GET /t?<>\"{}|\\^`[] HTTP/1.1"), "200 200"},
		{"semicolons", lined("GET /t;a=b;c?d;e HTTP/1.1"), "200 200"},
		{"a long path", lined("GET /" + strings.Repeat("t", 9000) + " HTTP/1.1"), "200 200"},
		{"a path beyond all bounds", lined("GET /" + strings.Repeat("t", 2<<20) + " HTTP/1.1"), "431"},
	}
}

// hosts are about who is asked.
func hosts() []trick {
	asked := func(lines ...string) string {
		return "GET /t HTTP/1.1\r\n" + strings.Join(append(lines, ""), "\r\n") + "\r\n"
	}
	return []trick{
		{"no host", asked("X: b"), "400"},
		{"host twice", asked("Host: a", "Host: b"), "400"},
		{"host twice, the same", asked("Host: a", "host: a"), "400"},
		{"host of nothing", asked("Host:"), "200 200"},
		{"host with a user", asked("Host: u@a"), "400"},
		{"host with a path", asked("Host: a/b"), "400"},
		{"host with a comma", asked("Host: a, b"), "400"},
		{"host with a blank", asked("Host: a b"), "400"},
		{"host with a question mark", asked("Host: a?b"), "400"},
		{"host with an odd port", asked("Host: a:b"), "200 200"},
		{"host in brackets", asked("Host: [::1]:80"), "200 200"},
		{"host with half a bracket", asked("Host: [::1"), "200 200"},
		{"host with a zone", asked("Host: [fe80::1%25lo]"), "200 200"},
		{"host of high bytes", asked("Host: \xc3\xa9"), "400"},
		{"host with a scheme", asked("Host: http://a"), "400"},
		{"host folded", asked("Host: a", " b"), "400"},
		{"host behind a blank", asked(" Host: a"), "400"},
		{"host with a blank before its colon", asked("Host : a"), "400"},
		{"hosts beside it", asked("Host: a", "X-Forwarded-Host: b", "Forwarded: host=c"), "200 200"},
	}
}

// fieldsAndBytes are about all other fields.
func fieldsAndBytes() []trick {
	return []trick{
		{"a field that goes on", fielded("GET", "X: a", " b"), "200 200"},
		{"a field that goes on behind a tab", fielded("GET", "X: a", "\tb"), "200 200"},
		{"the first line goes on", "GET /t HTTP/1.1\r\n X: a\r\nHost: a\r\n\r\n", "400"},
		{"a name of nothing", fielded("GET", ": a"), "400"},
		{"a name with a blank", fielded("GET", "X Y: a"), "400"},
		{"a name with a high byte", fielded("GET", "X\xe9: a"), "400"},
		{"a name with a NUL", fielded("GET", "X\x00: a"), "400"},
		{"a line without a colon", fielded("GET", "X"), "400"},
		{"a NUL", fielded("GET", "X: a\x00b"), "400"},
		{"a control character", fielded("GET", "X: a\x01b"), "400"},
		{"a carriage return", fielded("GET", "X: a\rb"), "400"},
		{"a line feed", fielded("GET", "X: a\nY: b"), "200 200"},
		{"bytes above ASCII in a field", fielded("GET", "X: caf\xc3\xa9 \xff"), "200 200"},
		{"a long field", fielded("GET", "X: "+strings.Repeat("x", 9000)), "200 200"},
		{"a field beyond all bounds", fielded("GET", "X: "+strings.Repeat("x", 2<<20)), "431"},
		{"many fields", fielded("GET", strings.Split(strings.Repeat("X: a,", 99)+"X: a", ",")...), "200 200"},
		{"fields beyond all bounds", fielded("GET", strings.Split(strings.Repeat("X: a,", 400_000)+"X: a", ",")...), "431"},
		{"two authorizations", fielded("GET", "Authorization: Bearer a", "Authorization: Bearer b"), "200 200"},
		{"two cookies", fielded("GET", "Cookie: a=b", "Cookie: c=d"), "200 200"},
		{"a method in a field", fielded("GET", "X-HTTP-Method-Override: DELETE"), "200 200"},
	}
}

// lives are about what becomes of the connection.
func lives() []trick {
	return []trick{
		{"nothing before it", "", "200"},
		{"three requests", strings.Repeat(fielded("GET", "X: b"), 3), "200 200 200 200"},
		{"other fields in each", fielded("GET", "X: b") + fielded("GET", "Authorization: Bearer a") + fielded("GET"), "200 200 200 200"},
		{"a body among them", fielded("GET") + fielded("POST", "Content-Length: 5") + "hello" + fielded("GET"), "200 200 200 200"},
		{"a bad one among them", fielded("GET") + fielded("GET", "Content-Length: x") + fielded("GET"), "200 400"},
		{"half of one behind them", fielded("GET") + "GET /t HTT", "200 400"},
		{"a line end behind them", fielded("GET") + "\r\n", "200 400"},
		{"fifty", strings.Repeat(fielded("GET"), 50), strings.TrimSpace(strings.Repeat("200 ", 51))},
		{"close", fielded("GET", "Connection: close"), "200"},
		{"close, with line feeds", "GET /t HTTP/1.1\nHost: a\nConnection: close\n\n", "200"},
		{"close among others", fielded("GET", "Connection: x, close, y"), "200"},
		{"close and keep-alive", fielded("GET", "Connection: close", "Connection: keep-alive"), "200"},
		{"keep-alive", fielded("GET", "Connection: Keep-Alive", "Keep-Alive: timeout=5"), "200 200"},
		{"connection of a proxy", fielded("GET", "Proxy-Connection: close"), "200 200"},
		{"Host named by Connection", fielded("GET", "Connection: Host"), "200 200"},
		{"expects to go on", fielded("POST", "Expect: 100-continue", "Content-Length: 5") + "hello", "100 200 200"},
		{"expects to go on without a body", fielded("GET", "Expect: 100-continue"), "200 200"},
		{"expects something else", fielded("GET", "Expect: 200-ok"), "417"},
		{"upgrade to h2c", fielded("GET", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"), "200 200"},
		{"upgrade to a socket", fielded("GET", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"), "200 200"},
		{"upgrade that nobody named", fielded("GET", "Upgrade: h2c"), "200 200"},
		{"trace", fielded("TRACE", "Max-Forwards: 0"), "200 200"},
		{"a range", fielded("GET", "Range: bytes=0-1,0-1,0-1"), "200 200"},
	}
}

var statusOf = regexp.MustCompile(`"\d (\d{3}) `)

// TestTricks plays each trick, with a request behind it and alone, whole and
// in pieces, to a server with the lane and to one without: both are told the
// same requests, and tell the same.
func TestTricks(t *testing.T) {
	t.Parallel()
	with, without := newStage(t, true), newStage(t, false)
	for _, one := range tricks() {
		for _, said := range []string{one.said + smuggled, one.said, fielded("GET", "X: b") + one.said + smuggled} {
			for _, piece := range []int{1 << 22, 1000, 7, 1} {
				if len(said)/piece > 10_000 {
					continue
				}
				if err := contrast(with, without, []byte(said), piece); err != nil {
					t.Errorf("%s: %.3000v", one.name, err)
				}
			}
		}
		_, told := with.play([]byte(one.said+smuggled), 1<<22)
		var statuses []string
		for _, found := range statusOf.FindAllStringSubmatch(told, -1) {
			statuses = append(statuses, found[1])
		}
		if got := strings.Join(statuses, " "); got != one.told {
			t.Errorf("%s: told %q, want %q", one.name, got, one.told)
		}
	}
	if with.repeated.Load() == 0 {
		t.Error("nothing was answered again without the handler")
	}
}

// TestTricksEnd sends those that end the connection by themselves to real
// sockets, and nothing behind them: with the lane it ends as well, and no later.
func TestTricksEnd(t *testing.T) {
	t.Parallel()
	with, without := start(t, handlers(), true), start(t, handlers(), false)
	for _, one := range tricks() {
		if strings.Contains(one.told, " ") || len(one.said) > 1<<20 || !strings.Contains(one.said, "\n") {
			continue // it goes on, is cut off before all is sent, or may still become a line
		}
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			var answers [2]string
			for i, address := range []string{with.address, without.address} {
				conn := dial(t, address)
				if _, err := io.WriteString(conn, one.said); err != nil {
					t.Fatal(err)
				}
				answers[i] = seenUntil(t, conn)
			}
			if answers[0] != answers[1] {
				t.Errorf("lane    %s\nlibrary %s", answers[0], answers[1])
			}
		})
	}
}

// seenUntil is what a client is told until the server ends the connection.
func seenUntil(t *testing.T, conn net.Conn) string {
	t.Helper()
	told, err := io.ReadAll(conn)
	if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
		return sorted(string(told)) + " and the connection is open"
	}
	return sorted(string(told))
}
