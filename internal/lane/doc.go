// Package lane answers small requests in front of net/http. Of a small answer,
// most of what [http.Server] costs is its own bookkeeping; the lane does
// without, for the requests that it understands to the last byte, and calls
// the very same handler for them.
//
// A [Server] owns the connections of a listener. Each request that is a GET or
// HEAD over HTTP/1.1 in the strictest form, without a body and without anything
// that changes the connection, is read, handled and answered by it. Whatever
// else a connection brings, be it the first bytes or the tenth request, the
// connection goes to the [http.Server] behind it together with the bytes that
// were read, and stays there. So the lane never refuses: what is wrong with a
// request is told by the library. HTTP/2 and what the handler answers without
// end are the library's from the beginning.
//
// It imports nothing of the product. Times are those of the machine, as those
// of the library are; bounds of time are the library's and at most a tenth
// longer.
package lane
