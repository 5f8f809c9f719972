// Package health judges how the services of a tenant are. It is the only place
// that does: pages, commands, metrics, APIs and exports ask it, so that two
// outputs never disagree about whether a service works.
//
// # Open
//
// An issue is open while it has not ended by the clock and its status does not
// say that it is over; maintenance is open only while it is felt. See [Open].
//
// # The severity of a service
//
// It is the worst of three: what the latest overview says, what the open issues
// about the service say, and what is not known.
//
//   - An overview that calls the service degraded while only advisories are
//     open about it, and no incident elsewhere names it, is an advisory.
//   - An incident counts with its status, an advisory as an advisory whatever
//     its status. An advisory without news for [QuietAfter] no longer spoils a
//     service that its overview calls well.
//   - A service whose source is silent, that no source ever spoke of, or whose
//     status is no verdict, is at least unknown: never well, recovering or an
//     advisory. What is known to be broken stays broken.
//
// Incidents of other services whose posts name this one explain its state, but
// do not make it: posts also name what keeps working.
//
// # Since when
//
// A service is not well since the first of what is so still: the declared
// starts of the open issues about it and of the one that explains it, and the
// first of the unbroken run of overviews that call it not well. An outage that
// worsens, or an issue that takes over from another, is no new beginning; a
// start that nobody can read, or that is still to come, is none. Advisories do
// not make a worse state older, nor do the degradations that they account for;
// [Service.Unwell] counts them.
//
// # The severity of a tenant
//
// It is that of its worst service, of open issues about services that no list
// names, and unknown at least where a source is silent or nothing was ever
// read.
package health
