package messages

import (
	"cmp"
	"slices"
	"strings"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// order sorts messages as the query asks, and makes the heads of the columns.
// What is overdue stays on top, whatever they are sorted by.
func (page *messagesPage) order(v *view, rows []messageRow) {
	sorted, descending := v.SortBy("due", "title", "category", "service", "owner", "news")
	slices.SortStableFunc(rows, byDue)
	text := func(of func(messageRow) string) func(a, b messageRow) int {
		return func(a, b messageRow) int { return cmp.Compare(strings.ToLower(of(a)), strings.ToLower(of(b))) }
	}
	by := map[string]func(a, b messageRow) int{
		"title":    text(func(m messageRow) string { return m.Title }),
		"category": text(func(m messageRow) string { return m.Category }),
		"service":  text(func(m messageRow) string { return m.Services }),
		"owner":    text(func(m messageRow) string { return cmp.Or(m.Handled.OwnerName, "\U0010FFFF") }), // nobody at last
		"news":     func(a, b messageRow) int { return cmp.Compare(b.row.ModifiedAt, a.row.ModifiedAt) },
	}[sorted]
	if by == nil {
		by = byDue
	}
	slices.SortStableFunc(rows, func(a, b messageRow) int {
		if a.Late != b.Late {
			return web.CompareBool(!a.Late, !b.Late)
		}
		if descending {
			return by(b, a)
		}
		return by(a, b)
	})
	heads := [][2]string{{"due", "col.due"}, {"title", "col.message"}, {"category", "col.category"}, {"service", "col.service"}}
	if page.Team {
		heads = append(heads, [2]string{"owner", "handling.col"})
	}
	for _, h := range append(heads, [2]string{"news", "col.news"}) {
		page.Columns = append(page.Columns, v.Column(h[0], v.Text(h[1]), sorted, descending))
	}
}

// byDue puts what is due first in front, so what is late leads; behind it what
// has no date, the newest first, and at last what is done with.
func byDue(a, b messageRow) int {
	switch {
	case a.Handled.Settled() != b.Handled.Settled():
		if a.Handled.Settled() {
			return 1
		}
		return -1
	case a.Due != nil && b.Due != nil:
		return cmp.Or(a.Due.When.Compare(b.Due.When), cmp.Compare(a.ID, b.ID))
	case a.Due != nil:
		return -1
	case b.Due != nil:
		return 1
	}
	return cmp.Or(cmp.Compare(b.row.ModifiedAt, a.row.ModifiedAt), cmp.Compare(a.ID, b.ID))
}

// maxShownRings is how many of those whom a change reaches stand beside its date.
const maxShownRings = 2

// rings are those whom a change reaches, as the provider writes it; "" where it
// has no date or names nobody.
func (v *view) rings(m *messageRow) string {
	if m.Due == nil {
		return ""
	}
	list, ok := v.pages.rings.Get(m.row.Document)
	if !ok {
		list = post.Rings(tocsin.Post{Content: m.message.Content, ContentType: m.message.ContentType})
		v.pages.rings.Put(m.row.Document, list, 0)
	}
	if n := len(list) - maxShownRings; n > 0 {
		return v.Text("rings.more", "rings", v.Join(list[:maxShownRings]), "n", n)
	}
	return v.Join(list)
}
