package probe

import (
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"example.org/tocsin/internal/tocsin"
)

// The provider publishes its endpoints as a JSON file, which people download:
// https://endpoints.office.com/endpoints/worldwide, as Microsoft's page "Managing
// Office 365 endpoints" describes it. Nothing is fetched here.

const maxProviderList = 8 << 20 // bytes

// A ProviderEntry is one host or network of the provider's list with one port.
type ProviderEntry struct {
	Service  string `json:"service"`  // serviceArea of the provider
	Host     string `json:"host"`     // a name, one with an asterisk, or a network such as 52.96.0.0/14
	Protocol string `json:"protocol"` // tcp or udp
	Port     int    `json:"port"`
	Required bool   `json:"required"`
}

// endpointSet is one element of the provider's list.
type endpointSet struct {
	ID       int      `json:"id"`
	Area     string   `json:"serviceArea"`
	URLs     []string `json:"urls"`
	IPs      []string `json:"ips"`
	TCP      string   `json:"tcpPorts"`
	UDP      string   `json:"udpPorts"`
	Required bool     `json:"required"`
}

// ReadProviderList reads the provider's list. It returns what it cannot read of
// it, an element each, in unread; that costs the others nothing.
func ReadProviderList(r io.Reader) (entries []ProviderEntry, unread []string, err error) {
	body, err := io.ReadAll(io.LimitReader(r, maxProviderList+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read the provider's list: %w", err)
	}
	if len(body) > maxProviderList {
		return nil, nil, tocsin.Invalidf("list", "The list is larger than %d bytes.", maxProviderList)
	}
	var elements []json.RawMessage
	if err := json.Unmarshal(body, &elements); err != nil {
		return nil, nil, tocsin.Invalidf("list", "This is no list of the provider's endpoints: a JSON array, as endpoints.office.com answers it.")
	}
	for i, element := range elements {
		var set endpointSet
		if err := json.Unmarshal(element, &set); err != nil {
			unread = append(unread, fmt.Sprintf("element %d", i+1))
			continue
		}
		found, bad := set.entries()
		entries = append(entries, found...)
		if bad != "" {
			unread = append(unread, fmt.Sprintf("element %d: %s", i+1, bad))
		}
	}
	slices.SortFunc(entries, func(a, b ProviderEntry) int { return strings.Compare(a.key(), b.key()) })
	return slices.CompactFunc(entries, func(a, b ProviderEntry) bool { return a.key() == b.key() }), unread, nil
}

func (e *ProviderEntry) key() string {
	return fmt.Sprintf("%s %s %s %05d", e.Service, e.Host, e.Protocol, e.Port)
}

// entries are the combinations of hosts and ports of an element, and its first
// part that cannot be read.
func (s *endpointSet) entries() (list []ProviderEntry, bad string) {
	var hosts []string
	for _, one := range append(slices.Clone(s.URLs), s.IPs...) {
		host := strings.ToLower(strings.TrimSpace(one))
		if !providerHost(host) {
			bad = printable(one)
			continue
		}
		hosts = append(hosts, host)
	}
	for _, protocol := range []string{"tcp", "udp"} {
		text := map[string]string{"tcp": s.TCP, "udp": s.UDP}[protocol]
		ports, ok := readPorts(text)
		if !ok {
			bad = printable(text)
		}
		for _, host := range hosts {
			for _, port := range ports {
				list = append(list, ProviderEntry{printable(s.Area), host, protocol, port, s.Required})
			}
		}
	}
	return list, bad
}

// providerHost reports whether a text is a name, a pattern or a network.
func providerHost(host string) bool {
	if _, err := netip.ParsePrefix(host); err == nil {
		return true
	}
	_, err := normalHost(strings.ReplaceAll(host, "*", "x"))
	return err == nil
}

// readPorts reads ports such as "80,443" or "3478-3481", at most 100 of them.
func readPorts(text string) (list []int, ok bool) {
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		from, to, span := strings.Cut(part, "-")
		first, err := strconv.Atoi(from)
		last := first
		if span && err == nil {
			last, err = strconv.Atoi(to)
		}
		if err != nil || first < 1 || last > 65535 || last < first || len(list)+last-first >= 100 {
			return list, false
		}
		for port := first; port <= last; port++ {
			list = append(list, port)
		}
	}
	return list, true
}

// A Difference is an entry that one of two lists lacks.
type Difference struct {
	Change string `json:"change"` // added or removed
	ProviderEntry
}

// Compare returns what a newer list has more and less than an older one, both
// sorted as [ReadProviderList] returns them.
func Compare(older, newer []ProviderEntry) (list []Difference) {
	missing := func(change string, of, in []ProviderEntry) {
		has := map[string]bool{}
		for i := range in {
			has[in[i].key()] = true
		}
		for i := range of {
			if !has[of[i].key()] {
				list = append(list, Difference{change, of[i]})
			}
		}
	}
	missing("added", newer, older)
	missing("removed", older, newer)
	return list
}

// Import makes a list to probe of the provider's: names without an asterisk, at
// most 500. It returns how many entries cannot be probed: patterns, networks, and
// what is beyond the bound.
func Import(entries []ProviderEntry, version string) (list List, left int) {
	services := map[string]string{"Skype": "microsoftteams"}
	list.Version = version
	for i := range entries {
		p := &entries[i]
		e := Endpoint{Service: p.Service, Host: p.Host, Protocol: p.Protocol, Port: p.Port}
		if id := services[p.Service]; id != "" {
			e.Service = id
		}
		switch {
		case e.Protocol == "tcp" && e.Port == 443:
			e.Protocol = "https"
		case e.Protocol == "tcp" && e.Port == 80:
			e.Protocol = "http"
		}
		if strings.ContainsAny(e.Host, "*/") || e.normalise() != nil || len(list.Endpoints) == maxEndpoints {
			left++
			continue
		}
		list.Endpoints = append(list.Endpoints, e)
	}
	return list, left
}

// Write writes a list as a file to edit.
func (l *List) Write(w io.Writer) error {
	encoder := yaml.NewEncoder(w)
	encoder.SetIndent(2)
	if err := encoder.Encode(l); err != nil {
		return fmt.Errorf("write the list of endpoints: %w", err)
	}
	return encoder.Close()
}
