package web

import (
	"cmp"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/section"
	"example.org/tocsin/internal/tocsin"
)

// searchPage is what was found for some words, by kind.
type searchPage struct {
	frame
	Services []serviceHit
	Issues   []hit
	Messages []hit
	N        int
	Cut      bool // there is more than is shown
	Empty    *emptyView
}

type serviceHit struct {
	look
	Name, Href string
}

// hit is one issue or message with the place where the words stand in it.
type hit struct {
	look
	ID, Href, Title, Class, ClassWords, Service string
	Snippet                                     template.HTML
	At                                          *moment
}

// Limits of a search: hits of one kind that are shown, and texts that are read
// for one question.
const (
	maxHits     = 40
	maxSearched = 5000
	maxQuery    = 200
)

// search serves /search?q=. An id that is known leads straight to its page, in
// whichever of the visitor's tenants it is.
func (p *Pages) search(v *visit) error {
	query := strings.TrimSpace(tocsin.Clip(v.r.URL.Query().Get("q"), maxQuery))
	if target, err := v.byID(query); err != nil || target != "" {
		if err != nil {
			return err
		}
		return v.redirect(target)
	}
	page := searchPage{frame: v.frame(crumb{Name: v.text("search.title")})}
	page.Query = query
	if query == "" {
		page.Empty = &emptyView{Title: v.text("search.ask"), Text: v.text("search.ask.text")}
		return v.render(http.StatusOK, "search", page)
	}
	page.Title = v.text("search.for", "q", query)
	if err := page.find(v, words(query)); err != nil {
		return err
	}
	if page.N = len(page.Services) + len(page.Issues) + len(page.Messages); page.N == 0 {
		page.Empty = &emptyView{Title: v.text("search.none", "q", query), Text: v.text("search.none.text")}
	}
	return v.render(http.StatusOK, "search", page)
}

// byID is the page of what has exactly that id, "" for none.
func (v *visit) byID(id string) (string, error) {
	if id == "" || strings.ContainsAny(id, " \t") {
		return "", nil
	}
	if href := v.hrefIn(v.snapshot, id, v.href); href != "" {
		return href, nil
	}
	for _, t := range v.tenants {
		s, err := v.pages.snapshot(v.r.Context(), t.ID)
		if err != nil {
			return "", err
		}
		if href := v.hrefIn(s, id, func(path string) string { return addressOf(v.code, path, t.Name) }); href != "" {
			return href, nil
		}
	}
	return "", nil
}

func (v *visit) hrefIn(s *readmodel.Snapshot, id string, href func(string) string) string {
	if row, ok := s.Issue(id); ok {
		return href("/issues/" + escapeID(row.ID))
	}
	if row, ok := s.Message(id); ok && access.VisitorOf(v.r.Context()).May(access.ReadMessages, s.Tenant.ID) {
		return href("/messages/" + escapeID(row.ID))
	}
	return ""
}

// words are what a query asks for: each must be there, in any case and width.
func words(query string) []string { return strings.Fields(fold(query)) }

// fold makes texts comparable: full-width letters and half-width kana count as
// the usual ones, capitals as small letters.
func fold(s string) string { return strings.ToLower(norm.NFKC.String(s)) }

func containsAll(text string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

func (page *searchPage) find(v *visit, words []string) error {
	for i := range v.snapshot.Services {
		s := &v.snapshot.Services[i]
		if !containsAll(fold(s.Name+" "+s.ID), words) {
			continue
		}
		one := serviceHit{v.short(s.Overview.Status), s.Name, v.serviceHref(s.ID)}
		if s.Stale && s.Overview.Status.Healthy() || len(s.Transitions) == 0 {
			one.look = v.unknown(v.text("family.neutral"))
		}
		page.Services = append(page.Services, one)
	}
	issues, cut, err := searchRows(v.snapshot.Issues, func(row *readmodel.Row) (hit, bool, error) { return v.issueHit(row, words) })
	if err != nil {
		return err
	}
	page.Issues, page.Cut = issues, cut
	if !v.reads(access.ReadMessages) {
		return nil
	}
	messages, cutToo, err := searchRows(v.snapshot.Messages, func(row *readmodel.Row) (hit, bool, error) { return v.messageHit(row, words) })
	page.Messages, page.Cut = messages, cut || cutToo
	return err
}

// searchRows asks about the newest rows until enough are found.
func searchRows(rows []*readmodel.Row, ask func(*readmodel.Row) (hit, bool, error)) (hits []hit, cut bool, err error) {
	sorted := slices.Clone(rows)
	slices.SortFunc(sorted, func(a, b *readmodel.Row) int {
		return cmp.Or(cmp.Compare(b.ModifiedAt, a.ModifiedAt), cmp.Compare(a.ID, b.ID))
	})
	for i, row := range sorted {
		if i == maxSearched || len(hits) == maxHits {
			return hits, true, nil
		}
		one, found, err := ask(row)
		if err != nil {
			return nil, false, err
		}
		if found {
			hits = append(hits, one)
		}
	}
	return hits, false, nil
}

func (v *visit) issueHit(row *readmodel.Row, words []string) (hit, bool, error) {
	issue, err := v.pages.config.Model.Issue(v.r.Context(), row)
	if err != nil {
		return hit{}, false, err
	}
	texts := []string{issue.Impact}
	for i := len(issue.Posts) - 1; i >= 0; i-- {
		texts = append(texts, section.Text(issue.Posts[i].Content, issue.Posts[i].ContentType))
	}
	one := hit{
		look: v.look(row.Status), ID: row.ID, Href: v.issueHref(row.ID), Title: issue.Title, Class: row.Class, ClassWords: v.class(row.Class),
		Service: row.Service, At: v.moment(row.ModifiedAt.Time()),
	}
	return one.match(words, texts)
}

func (v *visit) messageHit(row *readmodel.Row, words []string) (hit, bool, error) {
	message, err := v.pages.config.Model.Message(v.r.Context(), row)
	if err != nil {
		return hit{}, false, err
	}
	one := hit{
		ID: row.ID, Href: v.messageHref(row.ID), Title: message.Title, ClassWords: v.category(message.Category),
		Service: v.join(message.Services), At: v.moment(row.ModifiedAt.Time()),
	}
	return one.match(words, []string{section.Text(message.Content, message.ContentType)})
}

// match reports whether all words stand in the item, and keeps the place of
// the first one in its texts.
func (h hit) match(words, texts []string) (hit, bool, error) {
	all := fold(strings.Join(append([]string{h.ID, h.Title, h.Service}, texts...), "\n"))
	if !containsAll(all, words) {
		return h, false, nil
	}
	for _, text := range texts {
		if h.Snippet = snippet(text, words); h.Snippet != "" {
			break
		}
	}
	return h, true, nil
}

// snippetSide is how much text stands on either side of a hit, in bytes.
const snippetSide = 90

// snippet is the text around the first of the words that stands in it, marked;
// "" when none does.
func snippet(text string, words []string) template.HTML {
	text = strings.Join(strings.Fields(norm.NFKC.String(text)), " ")
	low := strings.ToLower(text)
	if len(low) != len(text) {
		return "" // a letter whose small form has another length
	}
	at, length := -1, 0
	for _, word := range words {
		if i := strings.Index(low, word); i >= 0 && (at < 0 || i < at) {
			at, length = i, len(word)
		}
	}
	if at < 0 {
		return ""
	}
	from, to := at-snippetSide, at+length+snippetSide
	for from > 0 && !utf8.RuneStart(text[from]) {
		from--
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	before, after := "", ""
	if from > 0 {
		before = "…"
	}
	if to < len(text) {
		after = "…"
	}
	from, to = max(0, from), min(len(text), to)
	esc := template.HTMLEscapeString
	return template.HTML(before + esc(text[from:at]) + "<mark>" + esc(text[at:at+length]) + "</mark>" + esc(text[at+length:to]) + after) //nolint:gosec // escaped
}
