// Package peers has other people's programs take what the desk sends: mailpit, a
// mail server that parses and judges, and the verifiers of Standard Webhooks for Go
// and npm. A program that is not there is skipped; TOCSIN_TEST_REQUIRE names those
// that must be: mailpit, which is looked for in the PATH and built by
//
//	go build -C test/peers/mailpit -o DIR github.com/axllent/mailpit
//
// and standardwebhooks, which fetches both verifiers.
package peers
