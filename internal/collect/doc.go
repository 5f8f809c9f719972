// Package collect brings notices in: it decides when a source is due, keeps
// the request budget, compares what a poll brought with what is stored, and
// hands the store the new versions and their changes to write in one
// transaction.
//
// A poll is compared bytes first, then meaning. A list whose compressed bytes
// are those of the poll before is not even inflated. An item whose bytes are
// known is not decoded. Only what is left is decoded, and becomes a version if
// its meaning differs.
//
// What real data taught: a missing item is not deleted (it expired, or the
// poll was short); what a list lacks that loses an implausible share is unknown until
// three polls agree; one element of a shape that nobody foresaw must cost
// nothing else; the first poll of a source is silent; posts arrive out of order; unknown enum
// values are kept.
package collect
