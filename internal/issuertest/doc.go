// Package issuertest plays two issuers of access tokens for tests: one in the
// form of Microsoft Entra, with both versions of its tokens, and one in the form
// of Keycloak. Both speak the real protocol over real HTTP on this machine:
// discovery, key sets, the client-credentials flow and the code flow with PKCE.
// Tests can change keys, break the key server, say who sits in front of the
// browser and sign whatever claims they like.
package issuertest
