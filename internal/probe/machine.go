package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// Here reads what this machine says of its network: resolvers, hosts file, and
// the rules for proxies in the environment and in the settings of the operating
// system. A configuration script that those name is fetched.
func Here(ctx context.Context, getenv func(string) string) Machine {
	m := readMachine()
	m.proxies.environment = readEnvironment(getenv)
	if s := &m.proxies.system; s.script != "" {
		s.pac, _ = readScript(ctx, s.script) // what could not be read cannot tell
	}
	return m
}

// WithScript returns the machine with a configuration script, a file or an
// address, in the place of environment and settings.
func (m Machine) WithScript(ctx context.Context, place string) (Machine, error) {
	text, err := readScript(ctx, place)
	if err != nil {
		return m, fmt.Errorf("read the configuration script %s: %w", tocsin.Clip(place, 100), err)
	}
	m.proxies = settings{system: system{known: true, script: place, pac: text}}
	return m, nil
}

// WithResolvers returns the machine with other resolvers than those of its
// system.
func (m Machine) WithResolvers(texts ...string) (Machine, error) {
	m.Resolvers = nil
	for _, text := range texts {
		resolver, err := ReadResolver(text)
		if err != nil {
			return m, err
		}
		m.Resolvers = append(m.Resolvers, resolver)
	}
	return m, nil
}

// scriptLimit bounds the time that fetching a configuration script takes.
const scriptLimit = 2 * time.Second

// readScript reads a configuration script from a file or an address.
func readScript(ctx context.Context, place string) (string, error) {
	address, err := url.Parse(place)
	if err == nil && (address.Scheme == "http" || address.Scheme == "https") {
		return fetchScript(ctx, address)
	}
	if err == nil && address.Scheme == "file" {
		place = strings.TrimPrefix(address.Path, "/")
		if os.PathSeparator == '/' {
			place = address.Path
		}
	}
	file, err := os.Open(place)
	if err != nil {
		return "", err
	}
	defer file.Close()
	return readWhole(file)
}

func fetchScript(ctx context.Context, address *url.URL) (string, error) {
	ctx, stop := context.WithTimeout(ctx, scriptLimit)
	defer stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("User-Agent", agent)
	transport := &http.Transport{MaxResponseHeaderBytes: maxHeader}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("status %d", response.StatusCode)
	}
	return readWhole(response.Body)
}

// readWhole reads a script whole, or not at all.
func readWhole(r io.Reader) (string, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxScript+1))
	if err == nil && len(body) > maxScript {
		err = errors.New("it is too large")
	}
	return string(body), err
}

// beginning is what a file begins with, "" where it cannot be read.
func beginning(name string) string {
	file, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer file.Close()
	text, _ := io.ReadAll(io.LimitReader(file, maxList)) // what is there
	return string(text)
}
