// Package notify is how the right people are told, once, through the channel that
// they use, what a change of the archive means.
//
// Package dispatch below it decides who hears of a change and sends: it gathers
// the deliveries of an endpoint that are due into a batch, a [Message] with an id
// of its own, has it worded once for each language as a [Letter], hands it to a
// [Channel] outside of any transaction, and records what came of it. What a batch
// holds is fixed before its first attempt and is the same at each repetition,
// whoever makes it.
//
// Channels are children of this package: each renders a letter in its own form
// and says, as a [Failure] with a [Reason] of a closed list, why the other side
// did not take it. They neither wait nor retry. Package wire has what those over
// HTTP share. Begin reading at [Channel].
package notify
