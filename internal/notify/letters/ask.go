package letters

import (
	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/tocsin"
)

// AskSubscriber returns what an address is asked that somebody gave to be told of
// a tenant: whether it wants that. The link is that of its page, which only the
// message to it has.
func (w *Writer) AskSubscriber(language string, tenant tocsin.Tenant) (*notify.Content, error) {
	l := &letter{Writer: w, tongue: w.tongue(language)}
	name := tenant.Title()
	heading, title := "[ask] "+notify.ASCII(tenant.Name), l.own(l.text("askTitle", "tenant", name))
	return notify.NewContent(notify.KindAsk, &notify.Letter{
		Language: l.Code, Heading: heading, Title: title, Repeated: l.text("repeated"), Shortened: l.text("shortened"),
		Entries: []notify.Entry{{
			Heading: heading, Title: title, LinkLabel: l.text("askOpen"),
			Blocks: []notify.Block{{Kind: notify.BlockChanged, Label: name, Lines: []notify.Line{l.own(l.text("askText", "tenant", name))}}},
		}},
		Footer: []notify.Line{l.own(l.text("askFooter"))},
	}, nil)
}

// AskContact returns what the people of the emergency list are asked each quarter:
// whether mail and telephone are still right. The link is that of their page, which
// only the message to them has.
func (w *Writer) AskContact(language string) (*notify.Content, error) {
	l := &letter{Writer: w, tongue: w.tongue(language)}
	const heading = "[emergency list]"
	title := l.own(l.text("listTitle"))
	return notify.NewContent(notify.KindAsk, &notify.Letter{
		Language: l.Code, Heading: heading, Title: title, Repeated: l.text("repeated"), Shortened: l.text("shortened"),
		Entries: []notify.Entry{{
			Heading: heading, Title: title, LinkLabel: l.text("listOpen"),
			Blocks: []notify.Block{{Kind: notify.BlockChanged, Label: l.text("listLabel"), Lines: []notify.Line{l.own(l.text("listText"))}}},
		}},
		Footer: []notify.Line{l.own(l.text("listFooter"))},
	}, nil)
}
