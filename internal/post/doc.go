// Package post reads the posts of a provider. A post is a text of labelled
// parts, such as "User impact: …" and "Next update by: …", whose line breaks,
// entities and dates cannot be relied on; a message is HTML under headings, such
// as "What and Why". The package finds the parts ([Read]) and in them paragraphs,
// lists, tables and links ([Section.Blocks]),
// the dates as written and whether they can be right ([Date]), what the
// provider promised and whether it kept its word ([Promises]), and what differs
// between two states: part by part ([Compare]), word by word ([Words]) and
// member by member ([Members]).
//
// Everything here comes from outside. Texts are bounded, work is linear in
// their length or stops at a limit, and nothing that is returned is markup:
// whoever shows it must escape it like any other text.
package post
