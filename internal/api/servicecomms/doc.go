// Package servicecomms serves the legacy Office 365 Service Communications API
// from the archive: /api/v1.0/{tenant}/ServiceComms/ and below it Services,
// CurrentStatus, HistoricalStatus, Messages and $metadata.
//
// The published reference and the real service disagree about names of fields;
// clients rely on both. An answer has the fields of both families, or of one,
// as the client's or the tenant's shape says; $select may name any. Rules
// where the reference is silent or harmful:
//
//   - Without a filter on a time or an id, Messages answers what was active in
//     the last seven days. Taken literally, the documented default "StartTime
//     ge now-7d" would hide an incident that began ten days ago and is still
//     open.
//   - Messages lists issues first, then message-center posts, each ascending
//     by id. Pages stay stable, and the hundreds of posts that a tenant has do
//     not push an incident off the first page. Recorded answers of the real
//     service have the same order. Where the default of 100 cuts an answer
//     short, a Link header leads to the rest, and so does @odata.nextLink
//     unless the client wants no metadata.
//   - "Workload eq 'Exchange'" is meant literally: message-center posts have
//     no Workload. "AffectedWorkloadNames/any(w: w eq 'Exchange')" finds them.
//   - The context of HistoricalStatus is that of CurrentStatus, and contexts
//     name $metadata right below the tenant, as on the real service. It is
//     served there and at its proper place.
//   - $metadata is for everybody, and the same for every tenant; all else
//     answers 401 to who sends no token.
//   - A day of HistoricalStatus shows the worst status that held during it.
//     Days about which no overview says anything are put together from the
//     issues; days of which nothing is known are left out.
//   - The time of a status is never later than the last time that the status
//     was confirmed.
//
// The content type names the character set: PowerShell 5 reads JSON without
// one as Latin-1, and posts are full of typographic quotes.
package servicecomms
