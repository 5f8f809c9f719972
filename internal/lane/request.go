package lane

import (
	"bytes"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
)

// A sender is what is remembered of the header that a connection sent last,
// since most send the same one each time. Nothing of it changes once it is
// made: handlers may hold on to it.
type sender struct {
	block  []byte // as it was sent
	header http.Header
	host   string
	closes bool // the connection is to end after the answer
}

// read understands the lines of a header; nil if the lane does not take them.
func read(block []byte) *sender {
	var room [maxFields]field
	list, ok := fields(block, room[:0])
	if !ok {
		return nil
	}
	s := &sender{block: bytes.Clone(block), header: make(http.Header, len(list))}
	values := make([]string, 0, len(list))
	hosts := 0
	for _, f := range list {
		name, value := textproto.CanonicalMIMEHeaderKey(string(f.name)), string(f.value)
		if name == "Host" {
			s.host = value
			hosts++
			continue
		}
		if !s.takes(name, value) {
			return nil
		}
		if had := s.header[name]; had != nil {
			s.header[name] = append(had, value)
			continue
		}
		values = append(values, value)
		s.header[name] = values[len(values)-1 : len(values) : len(values)]
	}
	if hosts != 1 || !validHost(s.host) {
		return nil
	}
	if p := s.header["Pragma"]; len(p) > 0 && p[0] == "no-cache" && s.header["Cache-Control"] == nil {
		s.header["Cache-Control"] = []string{"no-cache"} // as the library does, RFC 9111, 5.4
	}
	return s
}

// takes reports whether a field leaves the request to the lane.
func (s *sender) takes(name, value string) bool {
	switch name {
	case "Authorization", "Cookie":
		return s.header[name] == nil
	case "Connection":
		s.closes = strings.EqualFold(value, "close")
		return s.header[name] == nil && (s.closes || strings.EqualFold(value, "keep-alive"))
	case "Content-Length", "Transfer-Encoding", "Te", "Trailer", "Upgrade", "Expect", "Http2-Settings", "Proxy-Connection", "Content-Encoding":
		return false
	}
	return true
}

func validHost(host string) bool {
	for i := range len(host) {
		if kinds[host[i]]&inHost == 0 {
			return false
		}
	}
	return host != ""
}

// url is the address that a head asks for; nil for one that the library should
// look at.
func (h *head) url() (address *url.URL, target string) {
	target = string(h.target)
	if h.escaped {
		address, err := url.ParseRequestURI(target)
		if err != nil {
			return nil, ""
		}
		return address, target
	}
	address = &url.URL{Path: target[:len(h.path)]}
	if h.marked {
		address.RawPath = address.Path
	}
	if h.asked {
		address.RawQuery, address.ForceQuery = target[len(h.path)+1:], len(h.query) == 0
	}
	return address, target
}

// methodOf is the method of a head that scan took.
func (h *head) methodOf() string {
	if len(h.method) == len(http.MethodGet) {
		return http.MethodGet
	}
	return http.MethodHead
}
