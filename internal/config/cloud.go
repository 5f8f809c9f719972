package config

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// Cloud is a place where tenants live, beside those of the provider that the
// program knows (docs/clouds.md). A source goes nowhere but to its cloud's
// addresses.
type Cloud struct {
	Name   string `yaml:"name"`   // as it stands in a list to choose from; none of the provider's own
	Login  string `yaml:"login"`  // where tokens come from, such as https://login.microsoftonline.com
	Graph  string `yaml:"graph"`  // with the version, such as https://graph.microsoft.com/v1.0
	Legacy string `yaml:"legacy"` // of the API of before, with the version, such as https://manage.office.com/api/v1.0; none when empty
	Portal string `yaml:"portal"` // what addresses of the admin centre start with, such as https://admin.cloud.microsoft/?#; none when empty
}

// An Endpoint is where a source asks, and where it signs in for that.
type Endpoint struct {
	API      string // with the version
	Token    string
	Resource string // that the token is for; empty for that of the global cloud
	Portal   string // of the cloud, empty where it is not known
}

// AllClouds lists the provider's clouds that have the service communications
// API, and then those of the settings.
func (c Config) AllClouds() []Cloud {
	var list []Cloud
	for _, known := range tocsin.Clouds() {
		if !known.NoHealth {
			list = append(list, cloudOf(known))
		}
	}
	return append(list, c.Clouds...)
}

// cloudOf is one of the provider's clouds as the settings write it.
func cloudOf(known tocsin.Cloud) Cloud {
	one := Cloud{Name: known.Name, Login: known.Login[0], Graph: known.Graph + "/v1.0", Portal: known.Portal}
	if known.Legacy != "" {
		one.Legacy = known.Legacy + "/api/v1.0"
	}
	return one
}

// Cloud finds a cloud by its name. It fails with [tocsin.ErrInvalid], and tells
// which there are, or why one has nothing to read.
func (c Config) Cloud(key, name string) (Cloud, error) {
	for _, one := range c.AllClouds() {
		if one.Name == name {
			return one, nil
		}
	}
	var names []string
	for _, known := range tocsin.Clouds() {
		if known.Name == name {
			return Cloud{}, noHealth(key, known)
		}
	}
	for _, one := range c.AllClouds() {
		names = append(names, one.Name)
	}
	return Cloud{}, tocsin.Invalidf(key, "%q is none of the clouds that the operator allows: %s.", tocsin.Clip(name, 40), strings.Join(names, ", "))
}

func noHealth(key string, known tocsin.Cloud) error {
	return tocsin.Invalidf(key, "%s has no service communications API: there is nothing to read.", known.Operator)
}

// Endpoint is where a source of a tenant asks: at its cloud's addresses, or at
// its own. Those of the provider tell which cloud is meant where none is named.
// It fails with [tocsin.ErrInvalid] when they do not belong together.
func (c Config) Endpoint(at, tenantID string, s Source) (Endpoint, error) {
	cloud, err := c.cloudFor(at, s)
	if err != nil {
		return Endpoint{}, err
	}
	e := Endpoint{API: cmp.Or(s.BaseURL, cloud.Graph), Token: s.TokenURL, Portal: cloud.Portal}
	root := strings.TrimSuffix(strings.TrimRight(cloud.Graph, "/"), "/v1.0")
	if s.Kind == "servicecomms" {
		e.API = cmp.Or(s.BaseURL, cloud.Legacy)
		root = strings.TrimSuffix(strings.TrimRight(cloud.Legacy, "/"), "/api/v1.0")
	}
	if e.Token == "" && cloud.Login != "" {
		e.Token = strings.TrimRight(cloud.Login, "/") + "/" + url.PathEscape(tenantID) + "/oauth2/v2.0/token"
	}
	if _, resource, ok := tocsin.APIOf(root); ok {
		root = resource
	}
	e.Resource = root
	switch {
	case e.API == "" && s.Cloud != "":
		return e, tocsin.Invalidf(at+".cloud", "%s has no API of before: use kind graph.", s.Cloud)
	case e.API == "":
		return e, tocsin.Invalidf(at+".baseUrl", "Name the address of the server, or a cloud.")
	case e.Token == "":
		return e, tocsin.Invalidf(at+".tokenUrl", "Name the token endpoint of the server, or a cloud.")
	}
	return e, nil
}

// cloudFor is the cloud that a source names, or that its addresses are of. It is
// empty for a source of another server, but that a source of kind graph without
// an address of its own is in the global cloud.
func (c Config) cloudFor(at string, s Source) (Cloud, error) {
	given := slices.DeleteFunc([]string{s.TokenURL, s.BaseURL}, func(address string) bool { return address == "" })
	if s.Cloud != "" {
		cloud, err := c.Cloud(at+".cloud", s.Cloud)
		for _, address := range given {
			if err == nil && !cloud.has(address) {
				err = tocsin.Invalidf(at+".cloud", "%s is no address of the cloud %s: remove one of the two.", tocsin.Clip(address, 200), s.Cloud)
			}
		}
		return cloud, err
	}
	known := slices.DeleteFunc(slices.Clone(given), func(address string) bool { _, ok := tocsin.CloudOf(address); return !ok })
	if len(known) == 0 {
		if s.BaseURL == "" && s.Kind == "graph" {
			return c.Cloud(at+".cloud", "global")
		}
		return Cloud{}, nil
	}
	fits := slices.DeleteFunc(tocsin.Clouds(), func(cloud tocsin.Cloud) bool {
		return slices.ContainsFunc(known, func(address string) bool { return !cloud.Has(address) })
	})
	switch {
	case len(fits) == 0:
		return Cloud{}, tocsin.Invalidf(at+".tokenUrl", "It is of another cloud than baseUrl: a tenant of one is unknown in the other.")
	case fits[0].NoHealth:
		return Cloud{}, noHealth(at+".baseUrl", fits[0])
	case s.BaseURL == "" && ambiguous(s.Kind, fits):
		return Cloud{}, tocsin.Invalidf(at+".cloud", "Several clouds sign in at tokenUrl: name one of %s.", namesOf(fits))
	}
	return cloudOf(fits[0]), nil
}

// ambiguous reports whether clouds that fit have different APIs.
func ambiguous(kind string, fits []tocsin.Cloud) bool {
	return slices.ContainsFunc(fits, func(c tocsin.Cloud) bool {
		return kind == "graph" && c.Graph != fits[0].Graph || kind == "servicecomms" && c.Legacy != fits[0].Legacy
	})
}

func namesOf(clouds []tocsin.Cloud) string {
	var names []string
	for _, c := range clouds {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}

// has reports whether an address is at one of the cloud's origins.
func (c Cloud) has(address string) bool {
	asked, err := url.Parse(address)
	if err != nil {
		return false
	}
	for _, known := range tocsin.Clouds() {
		if known.Name == c.Name {
			return known.Has(address)
		}
	}
	return slices.ContainsFunc([]string{c.Login, c.Graph, c.Legacy}, func(text string) bool {
		own, err := url.Parse(text)
		return err == nil && own.Host != "" && own.Scheme == asked.Scheme && strings.EqualFold(own.Host, asked.Host)
	})
}

// validateClouds reports what is wrong with the clouds of the settings.
func (c Config) validateClouds() (problems []error) {
	taken := map[string]bool{}
	for _, known := range tocsin.Clouds() {
		taken[known.Name] = true
	}
	for i, cloud := range c.Clouds {
		key := fmt.Sprintf("clouds[%d]", i)
		if !providerName.MatchString(cloud.Name) || taken[cloud.Name] {
			problems = append(problems, tocsin.Invalidf(key+".name", "%q is taken, or not made of lower-case letters, digits and dashes.", tocsin.Clip(cloud.Name, 40)))
		}
		taken[cloud.Name] = true
		for _, one := range []struct{ name, address string }{{"login", cloud.Login}, {"graph", cloud.Graph}, {"legacy", cloud.Legacy}} {
			if one.address == "" && one.name == "legacy" {
				continue
			}
			if problem := secretAddress(one.address); problem != "" {
				problems = append(problems, tocsin.Invalidf(key+"."+one.name, "%s", problem))
			}
		}
		if u, err := url.Parse(cloud.Portal); cloud.Portal != "" && (err != nil || u.Host == "" || u.Scheme != "https" || u.User != nil) {
			problems = append(problems, tocsin.Invalidf(key+".portal", "It is no address such as https://admin.cloud.microsoft/?#."))
		}
	}
	return problems
}
