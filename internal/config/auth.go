package config

import (
	"example.org/tocsin/internal/tocsin"
)

// The ways in which an app proves to an upstream who it is.
const (
	AuthSecret      = "clientSecret"
	AuthCertificate = "certificate"
	AuthFederated   = "federatedIdentity"
)

// validateAuth reports what keeps a source from signing in, and addresses that
// its secrets must not be sent to.
func (s Source) validateAuth(at string) (problems []error) {
	add := func(name, format string, args ...any) {
		problems = append(problems, tocsin.Invalidf(at+"."+name, format, args...))
	}
	for _, one := range []struct{ name, address string }{{"tokenUrl", s.TokenURL}, {"baseUrl", s.BaseURL}} {
		if one.address == "" {
			continue
		}
		if problem := secretAddress(one.address); problem != "" {
			add(one.name, "%s", problem)
		}
	}
	switch s.Auth {
	case "", AuthSecret:
		if s.Secret == "" {
			add("secretEnv", "Name an environment variable, or with secretFile a file, that holds the client secret; %s.", emptyVariable(s.SecretEnv))
		}
	case AuthCertificate:
		if s.Certificate == "" {
			add("certificate", "Name the PEM file of the app's certificate.")
		}
	case AuthFederated:
		if s.TokenFile == "" {
			add("tokenFile", "Name the file in which the platform leaves the token.")
		}
	default:
		add("auth", "%q is none of clientSecret, certificate, federatedIdentity.", tocsin.Clip(s.Auth, 40))
	}
	if s.Secret != "" && s.Auth != "" && s.Auth != AuthSecret {
		add("auth", "There is a secret beside it: remove one of the two.")
	}
	switch s.Algorithm {
	case "", "PS256", "RS256", "ES256":
	default:
		add("algorithm", "%q is none of PS256, RS256, ES256.", tocsin.Clip(s.Algorithm, 16))
	}
	return problems
}
