package probe

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
	"gopkg.in/yaml.v3"

	"example.org/tocsin/internal/tocsin"
)

//go:embed endpoints.yaml
var shipped string

// Shipped returns the list that is used where no other is named: a YAML file to
// copy and edit.
func Shipped() string { return shipped }

// Bounds of a list.
const (
	maxList      = 1 << 20 // bytes of a file
	maxEndpoints = 500
)

// A List is which endpoints are probed.
type List struct {
	Version   string     `yaml:"version"` // of the list, as its editor likes
	Endpoints []Endpoint `yaml:"endpoints"`
}

// An Endpoint is one host and port of a service.
type Endpoint struct {
	Service  string `yaml:"service" json:"service"`   // id of the service, such as Exchange
	Host     string `yaml:"host" json:"host"`         // name or address
	Protocol string `yaml:"protocol" json:"protocol"` // https, http, tls, tcp or udp
	Port     int    `yaml:"port" json:"port"`
	Path     string `yaml:"path,omitempty" json:"path,omitempty"` // of http and https; / when empty
	// Own says that the endpoint belongs to one's own network: an address inside
	// the network, a certificate that no public log has, and HTTP/1.1 are no faults.
	Own bool `yaml:"own,omitempty" json:"own,omitempty"`
}

// protocols are those of endpoints with their usual ports.
func protocols() map[string]int {
	return map[string]int{"https": 443, "http": 80, "tls": 443, "tcp": 0, "udp": 0}
}

// address is the host and port to dial.
func (e *Endpoint) address() string { return net.JoinHostPort(e.Host, strconv.Itoa(e.Port)) }

// Target returns how checks name the endpoint, such as https://host:443.
func (e *Endpoint) Target() string { return e.Protocol + "://" + e.address() }

// web is the address that is asked for over HTTP.
func (e *Endpoint) web() *url.URL {
	host := e.address()
	if e.Port == protocols()[e.Protocol] {
		host = strings.TrimSuffix(host, ":"+strconv.Itoa(e.Port))
	}
	path, query, _ := strings.Cut(e.Path, "?")
	if path == "" {
		path = "/"
	}
	return &url.URL{Scheme: e.Protocol, Host: host, Path: path, RawQuery: query}
}

// OpenList reads a file of endpoints as [ReadList] does, or the list that is
// shipped where it has no name.
func OpenList(name string) (List, error) {
	if name == "" {
		return ReadList(strings.NewReader(shipped))
	}
	file, err := os.Open(name)
	if err != nil {
		return List{}, fmt.Errorf("read the list of endpoints: %w", err)
	}
	defer file.Close()
	return ReadList(file)
}

// ReadList reads a list of endpoints. Everything that is wrong with it is said at
// once, each with its line's number in the list; a list has 1 to 500 endpoints.
func ReadList(r io.Reader) (List, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxList+1))
	if err != nil {
		return List{}, fmt.Errorf("read the list of endpoints: %w", err)
	}
	if len(body) > maxList {
		return List{}, tocsin.Invalidf("endpoints", "The list is larger than %d bytes.", maxList)
	}
	var list List
	decoder := yaml.NewDecoder(bytes.NewReader(body))
	decoder.KnownFields(true)
	if err := decoder.Decode(&list); err != nil {
		return List{}, tocsin.Invalidf("endpoints", "The list cannot be read: %s", tocsin.Clip(err.Error(), 300))
	}
	if len(list.Endpoints) == 0 || len(list.Endpoints) > maxEndpoints {
		return List{}, tocsin.Invalidf("endpoints", "The list has %d endpoints, not 1 to %d.", len(list.Endpoints), maxEndpoints)
	}
	var problems []error
	for i := range list.Endpoints {
		if err := list.Endpoints[i].normalise(); err != nil {
			problems = append(problems, fmt.Errorf("endpoint %d: %w", i+1, err))
		}
	}
	return list, errors.Join(problems...)
}

// normalise checks an endpoint and writes its host as everything later compares
// it: in lower case, ASCII, without the final dot. A name with a dot at its end
// escapes rules for proxies.
func (e *Endpoint) normalise() error {
	usual, ok := protocols()[e.Protocol]
	if !ok {
		return tocsin.Invalidf("protocol", "%q is none of https, http, tls, tcp, udp.", tocsin.Clip(e.Protocol, 40))
	}
	if e.Port == 0 {
		e.Port = usual
	}
	if e.Port < 1 || e.Port > 65535 {
		return tocsin.Invalidf("port", "%d is no port.", e.Port)
	}
	if len(e.Service) > 100 || strings.ContainsFunc(e.Service, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return tocsin.Invalidf("service", "A service is named by at most 100 characters.")
	}
	if e.Path != "" && (e.Protocol != "https" && e.Protocol != "http" || !strings.HasPrefix(e.Path, "/") || len(e.Path) > 500) {
		return tocsin.Invalidf("path", "%q is no path of https or http such as /health.", tocsin.Clip(e.Path, 60))
	}
	host, err := normalHost(e.Host)
	if err != nil {
		return err
	}
	e.Host = host
	return nil
}

// normalHost returns a host as it is compared and asked for.
func normalHost(host string) (string, error) {
	if address, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return address.Unmap().WithZone("").String(), nil
	}
	name, err := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil || name == "" || len(name) > 253 || strings.Contains(name, "*") || slices.Contains(strings.Split(name, "."), "") {
		return "", tocsin.Invalidf("host", "%q is no host such as outlook.office365.com.", tocsin.Clip(host, 100))
	}
	return strings.ToLower(name), nil
}
