// Package graph serves the archive in the form of Microsoft Graph's
// admin/serviceAnnouncement, below /v1.0/ and /beta/, so that existing scripts
// and SDKs work by changing a base address.
//
// The tenant is that of the token. Every request is checked in one order:
// token, tenant, permission, route and method, versions and media type, query,
// data. Without a token every path below the two roots answers 401, except
// $metadata, which is for everybody.
//
// What differs from the real service, each time on purpose:
//
//   - there is no 30-day limit: lists hold everything that the archive knows;
//   - healthOverviews/{key}/issues, which is in Microsoft's metadata but
//     answers 404 there, is served; the key is any name the service ever had,
//     or its id;
//   - `$top` limits the result as OData says, and a next link leads on as long
//     as the result is longer than the page. Next links carry a signed
//     `$skiptoken` that names the last row, so that no row is left out or
//     repeated when others come and go between two pages;
//   - every property has an address, with `$value` and `$count`; Graph serves
//     few of them, though its metadata declares all;
//   - `$search` looks for words in titles, names and ids;
//   - a value outside the published enums is an error in a filter: an empty
//     list after a typing mistake would read as an all-clear;
//   - answers from an archive whose source is silent carry
//     X-Tocsin-Stale-Since, an instant or "never";
//   - a review document that is held is given whatever the status is
//     now; files are sent for saving, never for showing.
//
// Lists are filtered on the columns of [readmodel.Row]; texts are read only
// when a filter asks for them. Each document is encoded once, and answers are
// joined from those bytes. Tenants may share a document, so nothing of a
// tenant is in the encoded form.
package graph
