// Package discovery keeps the keys of another party that issues tokens: found
// through OpenID Connect discovery, fetched when needed, and kept while that
// party cannot be reached.
//
// Tokens choose when keys are fetched, and anybody can send tokens. So an
// unknown key id leads to at most one fetch in [UnknownEvery]; all who wait for
// it share it. Keys are also fetched every [RefreshEvery], so that one that was
// withdrawn is not believed for long. When a fetch fails, or brings nothing that
// can be used, the keys before it stay for [KeptFor] and [State] says so.
//
// Only the origin that the operator configured is asked: redirects are off, and
// a document that places the keys elsewhere is refused.
package discovery
