// Package sink is the other side of the demonstration's channels: a server that
// takes mails, addresses that take cards and signed webhooks, and pages on this
// machine alone that show what came, the newest first. What it is sent is shown as
// anything from outside is: as text, and the HTML of mails in a frame that can do
// nothing.
//
// Begin at sink.go for how it runs, at mail.go and post.go for what it takes, at
// pages.go for what it shows.
package sink
