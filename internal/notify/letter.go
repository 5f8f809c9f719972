package notify

import (
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A Letter is the words of a message in one language and in no form: what a mail,
// a card or a line of a chat says. It is made once for all endpoints that are
// told the same in the same language. It is shared: do not change it.
type Letter struct {
	Language string
	// Heading is of plain ASCII, such as "[serviceDegradation] EX123456", or the
	// number of items for several: it survives every gateway.
	Heading string
	// Title is the title of the item, or one line for several.
	Title Line
	// Lead are lines above all entries: that the message is late, a repetition or
	// a test. Usually there is none.
	Lead []Line
	// Entries are the items, what matters most first; a test has none.
	Entries []Entry
	// Repeated stands before the heading of a message that may have arrived before,
	// such as "(repeat)", where the other side does not know messages by their ids.
	Repeated string
	// Footer are lines below all entries, such as why the reader gets the message.
	// They are the first that a letter loses which does not fit.
	Footer []Line
	// UnsubscribeLabel names the address that ends a subscription.
	UnsubscribeLabel string
	// Shortened is the line at the end of a letter that did not fit.
	Shortened string
}

// An Entry is what a letter says about one item.
type Entry struct {
	Heading  string // as that of a letter
	Title    Line
	Severity tocsin.Severity // chooses a colour
	At       time.Time       // of the newest change that is told
	// Blocks are in the order in which they are to be shown; what does not fit is
	// cut from the end, never the first.
	Blocks []Block
	Link   string // the page about the item, absolute; "" without one
	// LinkLabel names the link, such as "Open EX123456".
	LinkLabel string
}

// A Block is one part of an entry.
type Block struct {
	Kind  BlockKind
	Label string // in the letter's language; "" for none
	Lines []Line
}

// A BlockKind says what a block is about.
type BlockKind string

// The kinds of blocks, in their order.
const (
	BlockChanged    BlockKind = "changed" // what changed
	BlockImpact     BlockKind = "impact"
	BlockWorkaround BlockKind = "workaround"
	BlockNext       BlockKind = "next" // when the provider will say more
	BlockServices   BlockKind = "services"
	BlockTenants    BlockKind = "tenants"
)

// A Line is one paragraph of plain text without line breaks. It is not escaped in
// any way: it may hold whatever the provider wrote.
type Line struct {
	Text string
	// Language is that of the text: the letter's, or en for what was not
	// translated.
	Language string
	// Origin says in the letter's language who made the text where it is not the
	// provider's own or the desk's, such as "machine translation"; "" else.
	Origin string
}
