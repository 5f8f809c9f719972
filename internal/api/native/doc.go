// Package native serves the desk's own API under /api/tocsin/v1: what the two
// APIs of the provider have no words for. Tenants and their sources, polls,
// every version of an issue or message and what differs between two, the
// changes in their order for whoever follows them, the check of the archive,
// and authoring: services, issues, maintenance and messages of one's own.
//
// Each noun is a file; each operation is registered with huma, which reads and
// checks what comes in and describes it in OpenAPI 3.1. What huma is too
// lenient about is checked before it sees a request, in this order: token,
// tenant, permission, route, media types, query, body. Errors are problems in
// the form of RFC 9457.
package native
