package probe

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/dns/dnsmessage"
)

// message is an answer of a resolver.
type message struct {
	id       uint16
	name     string // of the question
	kind     dnsmessage.Type
	code     dnsmessage.RCode
	cut      bool
	alias    [][2]string
	records  map[string]string // addresses by the name that they stand at
	extended []byte            // of an EDE option
}

func (m message) pack(t testing.TB) []byte {
	t.Helper()
	name := dnsmessage.MustNewName
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: m.id, Response: true, RCode: m.code, Truncated: m.cut})
	b.EnableCompression()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(b.StartQuestions())
	must(b.Question(dnsmessage.Question{Name: name(m.name), Type: m.kind, Class: dnsmessage.ClassINET}))
	must(b.StartAnswers())
	for _, a := range m.alias {
		must(b.CNAMEResource(dnsmessage.ResourceHeader{Name: name(a[0]), Class: dnsmessage.ClassINET}, dnsmessage.CNAMEResource{CNAME: name(a[1])}))
	}
	for at, text := range m.records {
		h := dnsmessage.ResourceHeader{Name: name(at), Class: dnsmessage.ClassINET}
		if address := netip.MustParseAddr(text); address.Is4() {
			must(b.AResource(h, dnsmessage.AResource{A: address.As4()}))
		} else {
			must(b.AAAAResource(h, dnsmessage.AAAAResource{AAAA: address.As16()}))
		}
	}
	must(b.StartAdditionals())
	if m.extended != nil {
		var h dnsmessage.ResourceHeader
		must(h.SetEDNS0(1232, m.code, false))
		must(b.OPTResource(h, dnsmessage.OPTResource{Options: []dnsmessage.Option{{Code: 3, Data: []byte("nsid")}, {Code: optionEDE, Data: m.extended}}}))
	}
	body, err := b.Finish()
	must(err)
	return body
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	const name = "outlook.office365.com"
	plain := message{id: 7, name: name + ".", kind: dnsmessage.TypeA}
	with := func(change func(*message)) message {
		m := plain
		change(&m)
		return m
	}
	tests := []struct {
		name     string
		message  message
		want     string // addresses
		alias    string
		code     string
		extended string
		err      error
	}{
		{name: "address", message: with(func(m *message) { m.records = map[string]string{name + ".": "52.96.0.1"} }), want: "52.96.0.1", code: "NOERROR"},
		{name: "letters", message: with(func(m *message) {
			m.name = "OUTLOOK.office365.com."
			m.records = map[string]string{"outlook.OFFICE365.com.": "52.96.0.1"}
		}), want: "52.96.0.1", code: "NOERROR"},
		{name: "behind aliases", message: with(func(m *message) {
			m.alias = [][2]string{{name + ".", "a.office.com."}, {"a.office.com.", "b.office.com."}}
			m.records = map[string]string{"b.office.com.": "52.96.0.1"}
		}), want: "52.96.0.1", alias: "b.office.com", code: "NOERROR"},
		{name: "of another name", message: with(func(m *message) { m.records = map[string]string{"evil.example.": "192.0.2.1"} }), code: "NOERROR"},
		{name: "alias alone", message: with(func(m *message) { m.alias = [][2]string{{name + ".", "a.office.com."}} }), alias: "a.office.com", code: "NOERROR"},
		{name: "blocked", message: with(func(m *message) { m.extended = []byte("\x00\x0frebind\x1b[1m") }), code: "NOERROR", extended: "EDE 15 (Blocked): rebind[1m"},
		{name: "refused", message: with(func(m *message) { m.code = dnsmessage.RCodeRefused }), code: "REFUSED"},
		{name: "bad version", message: with(func(m *message) { m.code, m.extended = 16, []byte{0, 99} }), code: "RCODE 16", extended: "EDE 99"},
		{name: "another question's", message: with(func(m *message) { m.id = 8 }), err: errStranger},
		{name: "another name's", message: with(func(m *message) { m.name = "other." }), err: errStranger},
		{name: "another type's", message: with(func(m *message) { m.kind = dnsmessage.TypeAAAA }), err: errStranger},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body := tt.message.pack(t)
			if tt.message.code == 16 {
				body[3] &^= 0xf // its low bits; the high ones stand in OPT
			}
			got, err := parseAnswer(body, 7, name, dnsmessage.TypeA)
			if err != tt.err { //nolint:errorlint // itself
				t.Fatal(err)
			}
			if err != nil {
				return
			}
			extended := ""
			if got.extended != noExtended {
				extended = got.extendedName()
			}
			if diff := cmp.Diff([]string{tt.want, tt.alias, tt.code, tt.extended}, []string{list(got.addresses), got.alias, codeName(got.code), extended}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Every beginning of an answer is an answer, none, or cannot be read: nothing of
// it is taken for whole.
func TestCutAnswers(t *testing.T) {
	t.Parallel()
	body := message{id: 7, name: "a.b.", kind: dnsmessage.TypeA, alias: [][2]string{{"a.b.", "c.d."}}, records: map[string]string{"c.d.": "52.96.0.1"}}.pack(t)
	for n := range body {
		if got, err := parseAnswer(body[:n], 7, "a.b", dnsmessage.TypeA); err == nil && len(got.addresses) == 0 {
			t.Errorf("%d bytes of %d are an answer without addresses", n, len(body))
		}
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add(message{id: 7, name: "a.b.", kind: dnsmessage.TypeA, alias: [][2]string{{"a.b.", "c.d."}}, records: map[string]string{"c.d.": "52.96.0.1"}, extended: []byte{0, 15}}.pack(f))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := parseAnswer(body, 7, "a.b", dnsmessage.TypeA)
		if err == nil && len(a.addresses) > maxRecords {
			t.Error("too many addresses")
		}
		_ = a.extendedName()
	})
}

func TestFilesOfTheSystem(t *testing.T) {
	t.Parallel()
	got := readResolvConf("# c\nnameserver 10.0.0.1\nnameserver  fe80::1%eth0\nsearch x\nnameserver bad\nnameserver 10.0.0.2\nnameserver 10.0.0.3\n")
	want := []netip.AddrPort{netip.MustParseAddrPort("10.0.0.1:53"), netip.MustParseAddrPort("[fe80::1%eth0]:53"), netip.MustParseAddrPort("10.0.0.2:53")}
	if len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("%v", got)
	}
	hosts := "127.0.0.1 localhost # outlook.office365.com\n192.0.2.7\tx Outlook.office365.com. y\nbad outlook.office365.com\n::1 outlook.office365.com"
	if got := list(readHosts(hosts, "outlook.office365.com")); got != "192.0.2.7, ::1" {
		t.Errorf("%s", got)
	}
	for text, ok := range map[string]bool{"9.9.9.9": true, "9.9.9.9:5353": true, "[2620:fe::fe]:53": true, "2620:fe::fe": true, "dns.quad9.net": false, "9.9.9.9:0": false, "": false} {
		if _, err := ReadResolver(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}
