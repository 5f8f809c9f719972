// Package signin lets people in: with a local account that has a password or
// passkeys, or through an OpenID Connect provider. It keeps sessions as rows, so
// that any process of the desk knows them and ending one is deleting one, and
// it is the gate that every page is behind.
//
// # Rules
//
// A session is known by a random token of which the store holds the hash. It is
// renewed at sign-in and ends by itself after a time without use and after a
// time at all; a change of somebody's password, state or roles ends theirs.
// Within this process that holds for the next request; other processes ask after
// [recheck] whether any session has ended, and read theirs again if so.
//
// A person is a local account, or an issuer and a subject, never an e-mail
// address. Whoever guesses passwords is slowed down by name and by network,
// while a browser that its owner has signed in with before has an allowance of
// its own: nobody locks anybody out. Unknown, disabled and mistaken people get
// one answer in one time.
//
// Programs that cannot sign in read feeds at an address with a secret in it:
// [SignIn.FeedVisitor] has its person, with the roles of now.
package signin
