// Package history tells how services were on days gone by: their worst status
// on each day, how long they were down, and how long the provider took to say
// so. Everything is put together from what the archive holds: overviews with
// the times at which they changed, issues with the times at which their status
// changed, and the dates in posts.
//
// # What is not known
//
// Silence is no proof that a service worked. The time before the first word
// about a service, after its status was last confirmed, and while its source
// was not polled completely for more than two intervals counts as unknown,
// never as up; a day that lies in it has no status unless an issue is known to
// have lasted into it.
//
// # Days
//
// Days are those of UTC. The overviews that held during a day decide it, the
// worst first, and an incident of the service that said worse meanwhile. Where
// there are none, the issues do that lasted into the day,
// with the status that was last written until its end. An issue of which only
// versions are known that were written after it was over counts as a
// degradation while it lasted, an advisory only where no incident says more.
//
// # Availability
//
// Incidents count and what overviews say, advisories and false positives never
// do. An overview counts while it calls the service degraded or interrupted,
// but for a degradation of which only advisories of the service speak. An
// incident of the whole suite counts for a service that its posts name and
// whose overviews were broken meanwhile: from its start until they call the
// service well. An incident counts from its start to its end: as an
// interruption while its status was that, as a degradation otherwise, also
// while it was investigated or recovered from. The dates are those of its
// posts when one states them soundly, otherwise those that the provider
// declared. Where incidents overlap, the worst counts once. Availability is
// 1 − (interrupted + weight × degraded) ÷ known time; there is none while less
// than a day is known.
package history
