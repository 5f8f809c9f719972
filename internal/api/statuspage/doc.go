// Package statuspage says how the services of a tenant are to programs that know
// no Microsoft 365: in the form that status pages have (/api/v2/summary.json and
// the documents beside it), as probe addresses that answer 200 or 503, as badges
// and as one small document for pages of others.
//
// It says what is published of a tenant, to whom package publish says; what may
// not be read is like what is not there. How services are, package health has
// judged: this package only has other words for it. What nobody knows is never
// called operational: a component is then degraded_performance and says since
// when in its name, for readers of that form drop what they do not know.
//
// Begin reading at [API.Routes]; state.go has the words.
package statuspage
