// Package access decides who may do what. It verifies the bearer tokens that
// the desk itself issues, holds the table of permissions that routes name, and
// keeps the desk's own secrets: the master key that seals what the store keeps
// and the secrets of API clients.
//
// [Verifier] turns a request into an [Identity] or says why it cannot, in one
// of four ways that callers tell apart with [errors.Is]: [ErrNoCredentials],
// [ErrInvalidToken], [ErrGivenTwice] and [ErrInsufficientScope]. The rules for
// tokens are those of RFC 8725: one algorithm, keys by id from our own set
// only, nothing believed that the header says about keys, strict JSON.
//
// Tenants are not looked up here: that the tenant of a path is the one of the
// [Identity], exists and is not disabled is for the API to check.
package access
