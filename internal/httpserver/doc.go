// Package httpserver holds the routes of the program as data, carries requests
// to them and is the one place where an error becomes a response.
//
// A [Route] is a pattern, the permission it needs and a [HandlerFunc] that
// serves the request or returns why it could not. Pages and operations are
// routes of the standard library's multiplexer. An API is a [Subtree]: it gets
// every path under its prefix as it came over the wire, before the multiplexer
// could answer "//" or "/../" with a redirect to an HTML page. Each part of the
// program explains errors in its own form through an [ErrorWriter].
//
// Around both lies one chain, in this order: request id, metrics, access log,
// panic recovery, size of headers and address, host, form and size of the body,
// permission, handler. New fails for a route that says no permission, so that
// none can be forgotten.
package httpserver
