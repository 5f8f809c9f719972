package probe

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/tocsin"
)

func TestShippedList(t *testing.T) {
	t.Parallel()
	list, err := ReadList(strings.NewReader(Shipped()))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"https://outlook.office365.com:443", "https://teams.microsoft.com:443", "udp://teams.microsoft.com:3478"} {
		if !slices.ContainsFunc(list.Endpoints, func(e Endpoint) bool { return e.Target() == want }) {
			t.Errorf("the list lacks %s", want)
		}
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	list, err := ReadList(strings.NewReader("endpoints: [{service: Portal, host: BÜRO.Example.com., protocol: https, path: '/health?a=b'}, {host: '[2001:db8::1]', protocol: tls, port: 636}]"))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := list.Endpoints[0].web().String(), list.Endpoints[1].Target(); a != "https://xn--bro-hoa.example.com/health?a=b" || b != "tls://[2001:db8::1]:636" {
		t.Errorf("%s, %s", a, b)
	}
	for text, holds := range map[string]string{
		"": "read", "endpoints: []": "0 endpoints", "endpoints: [{host: a.b, protocol: https, colour: red}]": "colour",
		"endpoints: [{host: '*.office.com', protocol: https}]":                                 "endpoint 1",
		"endpoints: [{host: a.b, protocol: https}, {host: a.b, protocol: icmp}]":               "endpoint 2",
		"endpoints: [{host: a.b, protocol: tcp}]":                                              "no port",
		"endpoints: [{host: a.b, protocol: https, port: 70000}]":                               "no port",
		"endpoints: [{host: 'a b', protocol: https}]":                                          "no host",
		"endpoints: [{host: 'a..b', protocol: https}]":                                         "no host",
		"endpoints: [{host: a.b, protocol: tcp, port: 1, path: /x}]":                           "no path",
		"endpoints: [{host: a.b, protocol: https, service: \"a\\nb\"}]":                        "service",
		"endpoints: [" + strings.Repeat("{host: a.b, protocol: https},", maxEndpoints+1) + "]": "501",
		strings.Repeat(" ", maxList+1):                                                         "larger",
	} {
		if _, err := ReadList(strings.NewReader(text)); !errors.Is(err, tocsin.ErrInvalid) || !strings.Contains(err.Error(), holds) {
			t.Errorf("%.60s: %v", text, err)
		}
	}
}

const older = `[{"id":1,"serviceArea":"Exchange","urls":["outlook.office365.com","*.outlook.office.com"],"ips":["52.96.0.0/14"],"tcpPorts":"80,443","required":true},
 {"id":11,"serviceArea":"Skype","urls":["teams.microsoft.com"],"udpPorts":"3478-3479"}]`

func TestProviderLists(t *testing.T) {
	t.Parallel()
	old, unread, err := ReadProviderList(strings.NewReader(older))
	if err != nil || unread != nil || len(old) != 8 {
		t.Fatalf("%d entries, %q, %v", len(old), unread, err)
	}
	newer, unread, err := ReadProviderList(strings.NewReader(strings.Replace(older, `"80,443"`, `"443"`, 1)[:len(older)-4] + `,
		{"id":"x"}, {"serviceArea":"Exchange","urls":["a b","smtp.office365.com"],"tcpPorts":"587"}, {"serviceArea":"Exchange","urls":["x.office.com"],"tcpPorts":"9-1"}]`))
	if err != nil || len(unread) != 3 {
		t.Fatalf("%q, %v", unread, err)
	}
	var got []string
	for _, d := range Compare(old, newer) {
		got = append(got, d.Change+" "+d.key())
	}
	want := []string{
		"added Exchange smtp.office365.com tcp 00587",
		"removed Exchange *.outlook.office.com tcp 00080", "removed Exchange 52.96.0.0/14 tcp 00080", "removed Exchange outlook.office365.com tcp 00080",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	list, left := Import(old, "2026-11-01")
	if left != 4 || len(list.Endpoints) != 4 {
		t.Fatalf("%d left out of %+v", left, list)
	}
	var file bytes.Buffer
	if err := list.Write(&file); err != nil {
		t.Fatal(err)
	}
	again, err := ReadList(&file)
	if diff := cmp.Diff(list, again); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	for _, bad := range []string{"", "{}", "<html>", strings.Repeat("[", 1000)} {
		if _, _, err := ReadProviderList(strings.NewReader(bad)); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%.20s: %v", bad, err)
		}
	}
}

func FuzzProviderList(f *testing.F) {
	f.Add([]byte(older))
	f.Fuzz(func(t *testing.T, body []byte) {
		entries, _, err := ReadProviderList(bytes.NewReader(body))
		if err != nil && !errors.Is(err, tocsin.ErrInvalid) {
			t.Error(err)
		}
		list, _ := Import(entries, "x")
		for i := range list.Endpoints {
			if err := list.Endpoints[i].normalise(); err != nil {
				t.Error(err)
			}
		}
	})
}

func FuzzList(f *testing.F) {
	f.Add([]byte(Shipped()))
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, err := ReadList(bytes.NewReader(body)); err != nil && !errors.Is(err, tocsin.ErrInvalid) {
			t.Error(err)
		}
	})
}
