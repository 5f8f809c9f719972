// Package dispatch decides who hears of a change, and sends it.
//
// [Consumer] reacts to the changes of the archive: by the routes of the settings
// it writes a delivery for each endpoint that is to hear of one. [Dispatcher]
// sends what is due: it claims endpoints, fixes what goes out together as a
// message, has it worded, hands it to the channel and records what came of it. A
// [Setup] is what the settings say; another one may take its place at any time.
// The two meet in the store, so that any number of processes may run both.
package dispatch
