package config_test

import (
	"slices"
	"strings"
	"testing"

	"example.org/tocsin/internal/config"
)

// The addresses of a desk come in one form.
func TestAddresses(t *testing.T) {
	t.Parallel()
	s := config.Server{Base: "HTTPS://Health.Contoso.com.:443/", Names: []string{"desk.intra", "Desk.intra.:8443", "https://[FD00::1]", "[fd00::1]:9000", "https://santé.example", "xn--bcher-kva.example", "desk_1:80"}}
	names, err := s.Addresses()
	want := []string{
		"https://health.contoso.com", "https://desk.intra", "https://desk.intra:8443", "https://[fd00::1]", "https://[fd00::1]:9000", "https://xn--sant-epa.example", "https://xn--bcher-kva.example", "https://desk_1:80",
	}
	if err != nil || !slices.Equal(names.All(), want) {
		t.Errorf("%q, %v", names.All(), err)
	}
}

// A host alone has the scheme and port of the base; one with a scheme or a port
// says itself what it is.
func TestHostsAlone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ base, name, want string }{
		{"http://127.0.0.1:18902", "desk.intra", "http://desk.intra:18902"},
		{"http://127.0.0.1:18902", "desk.intra/", "http://desk.intra:18902"},
		{"http://127.0.0.1:18902", "[fd00::1]", "http://[fd00::1]:18902"},
		{"http://127.0.0.1:18902", "10.0.0.7", "http://10.0.0.7:18902"},
		{"http://127.0.0.1:18902", "desk.intra:80", "http://desk.intra"},
		{"http://127.0.0.1:18902", "desk.intra:8080", "http://desk.intra:8080"},
		{"http://127.0.0.1:18902", "http://desk.intra", "http://desk.intra"},
		{"https://health.contoso.com:8443", "desk.intra", "https://desk.intra:8443"},
		{"https://health.contoso.com", "desk.intra", "https://desk.intra"},
	} {
		names, err := config.Server{Base: tt.base, Names: []string{tt.name}}.Addresses()
		if err != nil || !slices.Equal(names.All(), []string{tt.base, tt.want}) {
			t.Errorf("%s beside %s: %q, %v, want %s", tt.name, tt.base, names.All(), err, tt.want)
		}
	}
}

// What would be ignored or half honoured is refused, with the key.
func TestBadAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"base: 'https://contoso.com/desk'":                                      "server.base: It has the path /desk",
		"base: 'https://contoso.com/?x=1'":                                      "server.base: It is no address",
		"base: 'https://contoso.com/?'":                                         "server.base: It is no address",
		"base: 'https://contoso.com/#x'":                                        "server.base: It is no address",
		"base: 'https://u@contoso.com'":                                         "server.base: It is no address",
		"base: 'https://contoso.com:0'":                                         "server.base: 0 is no port",
		"base: 'https://contoso.com:70000'":                                     "server.base: 70000 is no port",
		"base: 'https://con toso.com'":                                          "server.base: It is no address",
		"base: 'https://*.contoso.com'":                                         "server.base: \"*.contoso.com\" is no host name",
		"base: 'https://contoso..com'":                                          "is no host name",
		"base: contoso.com":                                                     "server.base: It is no address",
		"names: [desk.intra]":                                                   "server.base: Set it as well",
		"base: 'https://contoso.com', names: ['http://desk.intra']":             "server.names[0]: It must start with https://",
		"base: 'https://contoso.com', names: [a.example, 'https://A.example/']": "server.names[1]: It is there already, as server.names[0]",
		"base: 'https://contoso.com', names: ['contoso.com:443']":               "server.names[0]: It is there already, as server.base",
		"base: 'https://contoso.com', names: ['desk.intra/x', 'a b']":           "server.names[1]",
		"base: 'https://contoso.com', names: ['']":                              "server.names[0]",
	} {
		c, err := load(t, "server: {"+text+"}", nil)
		if err == nil {
			err = c.Validate()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
