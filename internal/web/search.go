package web

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/plain"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/section"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// searchPage is what was found for some words in the whole archive of a tenant,
// by kind.
type searchPage struct {
	frame
	Services []serviceHit
	Kinds    []hitList
	N        int // what is shown
	More     bool
	Problem  string // why nothing was looked for
	Empty    *emptyView
	Ways     []crumb
}

type serviceHit struct {
	look
	Name template.HTML
	Href string
}

// hitList is what was found of one kind: the first ones, or one page of all.
type hitList struct {
	Kind, Name string
	Rows       []hit
	All        string // address of all of them, "" where the list is whole or paged
	Pager      pager
}

// hit is one issue or message with the place where the words stand in it.
type hit struct {
	look
	ID, Href, Class, ClassWords, Service string
	Title, Passage                       template.HTML
	At                                   *moment
}

// Limits of a search.
const (
	firstHits  = 10  // of each kind before one is chosen
	maxPages   = 200 // of one kind
	maxQuery   = 200 // characters
	maxWords   = 8
	searchTime = 5 * time.Second // of the database
)

// search serves /search?q=&kind=&page=. An id that is known leads straight to
// its page, in whichever of the visitor's tenants it is.
func (p *Pages) search(v *visit) error {
	query := strings.TrimSpace(v.r.URL.Query().Get("q"))
	page := searchPage{frame: v.frame(crumb{Name: v.text("search.title")})}
	page.Query = tocsin.Clip(query, maxQuery)
	words := strings.Fields(plain.Fold(query))
	switch {
	case len(words) == 0:
		page.Empty = &emptyView{Title: v.text("search.ask"), Text: v.text("search.ask.text")}
		return v.render(http.StatusOK, "search", page)
	case utf8.RuneCountInString(query) > maxQuery:
		page.Problem = v.text("search.long", "n", maxQuery)
	}
	if page.Problem == "" {
		if target, err := v.byID(query); err != nil || target != "" {
			if err != nil {
				return err
			}
			return v.redirect(target)
		}
		if slices.Sort(words); len(slices.Compact(slices.Clone(words))) > maxWords {
			page.Problem = v.text("search.words", "n", maxWords)
		}
	}
	if page.Problem != "" {
		page.Title = v.text("problem", "title", page.Title)
		return v.render(http.StatusBadRequest, "search", page)
	}
	page.Title = v.text("search.for", "q", query)
	if err := page.find(v, slices.Compact(words)); err != nil {
		return err
	}
	if page.N == 0 {
		page.nothing(v, words)
	}
	return v.render(http.StatusOK, "search", page)
}

// byID is the page of what has the id that a query is, or names among other
// words as a pasted title does; "" for none, and for several.
func (v *visit) byID(query string) (string, error) {
	candidates := []string{query}
	if strings.ContainsFunc(query, unicode.IsSpace) {
		candidates = idsIn(query)
	}
	found := ""
	for _, id := range candidates {
		href, err := v.hrefOf(id)
		if err != nil {
			return "", err
		}
		if href == "" || href == found {
			continue
		}
		if found != "" {
			return "", nil
		}
		found = href
	}
	return found, nil
}

// idsIn are the words of a text that look like ids: letters, then digits.
func idsIn(text string) []string {
	var ids []string
	apart := func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	for word := range strings.FieldsFuncSeq(text, apart) {
		digits := strings.TrimLeftFunc(word, unicode.IsLetter)
		if len(digits) >= 3 && len(digits) < len(word) && strings.TrimFunc(digits, unicode.IsDigit) == "" {
			ids = append(ids, word)
		}
	}
	return ids
}

// hrefOf is the page of an id in the present tenant, or else in another.
func (v *visit) hrefOf(id string) (string, error) {
	if href := v.hrefIn(v.snapshot, id, v.href); href != "" {
		return href, nil
	}
	for _, t := range v.tenants {
		s, err := v.snapshotOf(t.ID)
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

// find looks for words, which are folded, in what the visitor may read.
func (page *searchPage) find(v *visit, words []string) error {
	kinds := []tocsin.Kind{tocsin.KindIssue}
	if v.reads(access.ReadMessages) {
		kinds = append(kinds, tocsin.KindMessage)
	}
	chosen := on(v.r.URL.Query(), "kind", "issues", "messages")
	if chosen == "" {
		open, err := v.openLines()
		if err != nil {
			return err
		}
		page.Services = v.serviceHits(words, open)
		page.N = len(page.Services)
	}
	ctx, cancel := context.WithTimeout(v.r.Context(), searchTime)
	defer cancel()
	for _, kind := range kinds {
		list := hitList{Kind: string(kind) + "s", Name: v.text("nav." + string(kind) + "s")}
		if chosen != "" && chosen != list.Kind {
			continue
		}
		err := list.read(ctx, v, kind, words, chosen != "")
		if ctx.Err() != nil && v.r.Context().Err() == nil {
			return &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "The search takes too long. Look for a longer word.", Cause: err}
		}
		if err != nil {
			return err
		}
		page.N += len(list.Rows)
		page.More = page.More || list.All != "" || list.Pager.Later != ""
		if len(list.Rows) > 0 {
			page.Kinds = append(page.Kinds, list)
		}
	}
	return nil
}

func (v *visit) serviceHits(words []string, open openLines) []serviceHit {
	var hits []serviceHit
	for i := range open.report.Services {
		s := &open.report.Services[i]
		text := plain.Fold(s.Name + " " + s.ID)
		if slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) }) {
			continue
		}
		hits = append(hits, serviceHit{v.judged(s), marked(s.Name, words), v.serviceHref(s.ID)})
	}
	return hits
}

// read asks for one more than is shown, to know whether there are more.
func (list *hitList) read(ctx context.Context, v *visit, kind tocsin.Kind, words []string, paged bool) error {
	q := store.SearchQuery{Terms: words, Kinds: []tocsin.Kind{kind}, Private: v.reads(access.ReadPrivacy), Limit: firstHits + 1}
	number := 1
	if paged {
		if n, err := strconv.Atoi(v.r.URL.Query().Get("page")); err == nil && n > 1 {
			number = min(n, maxPages)
		}
		q.Limit, q.Offset = pageSize+1, (number-1)*pageSize
	}
	items, err := v.pages.config.Archive.Search(ctx, v.snapshot.Tenant.ID, q)
	if err != nil {
		return err
	}
	more := len(items) == q.Limit
	items = items[:min(len(items), q.Limit-1)]
	switch {
	case !paged && more:
		list.All = v.with("kind", list.Kind)
	case paged && (more || number > 1):
		list.Pager = v.pageLinks(number, more && number < maxPages, v.text("search.page", "from", q.Offset+1, "to", q.Offset+len(items)))
	}
	for _, item := range items {
		one, err := v.hit(item, words)
		if err != nil {
			return err
		}
		list.Rows = append(list.Rows, one)
	}
	return nil
}

// hit shows an item that the store found. What the page's own view of the
// tenant does not hold yet comes without its text.
func (v *visit) hit(item store.Item, words []string) (hit, error) {
	one := hit{
		ID: item.ID, Class: item.Class, Title: marked(strings.TrimSpace(item.Title), words), Service: v.join(strings.Split(item.Service, "\n")),
		At: v.moment(item.ModifiedAt),
	}
	var texts []string
	if item.Kind == tocsin.KindMessage {
		one.Href, one.Class, one.ClassWords = v.messageHref(item.ID), "", v.category(item.Class)
		if row, ok := v.snapshot.Message(item.ID); ok {
			message, err := v.pages.config.Model.Message(v.r.Context(), row)
			if err != nil {
				return one, err
			}
			texts = append(texts, section.Text(message.Content, message.ContentType))
		}
	} else {
		one.look, one.Href, one.ClassWords = v.lookOf(item.Class, item.Status), v.issueHref(item.ID), v.class(item.Class)
		if row, ok := v.snapshot.Issue(item.ID); ok {
			issue, err := v.pages.config.Model.Issue(v.r.Context(), row)
			if err != nil {
				return one, err
			}
			texts = append(texts, issue.Impact)
			for _, post := range slices.Backward(issue.Posts) {
				texts = append(texts, section.Text(post.Content, post.ContentType))
			}
		}
	}
	if one.Title == "" {
		one.Title = marked(item.ID, nil)
	}
	for _, text := range texts {
		if one.Passage = passage(text, words); one.Passage != "" {
			break
		}
	}
	return one, nil
}

// nothing says what was looked through, and offers ways on.
func (page *searchPage) nothing(v *visit, words []string) {
	query := page.Query
	what := []string{v.text("search.in.services", "n", len(v.snapshot.Services)), v.text("search.in.issues", "n", len(v.snapshot.Issues))}
	if v.reads(access.ReadMessages) {
		what = append(what, v.text("search.in.messages", "n", len(v.snapshot.Messages)))
	}
	page.Empty = &emptyView{Title: v.text("search.none", "q", query), Text: v.text("search.none.in", "what", v.join(what), "tenant", v.snapshot.Tenant.Title()) + string(v.between()) + v.text("search.none.text")}
	if longest := slices.MaxFunc(words, func(a, b string) int { return len(a) - len(b) }); len(words) > 1 {
		page.Ways = append(page.Ways, crumb{v.text("search.only", "q", longest), v.href("/search?" + url.Values{"q": {longest}}.Encode())})
	}
	if v.r.URL.Query().Get("kind") != "" {
		page.Ways = append(page.Ways, crumb{v.text("search.everything"), v.with("kind", "")})
	}
	page.Ways = append(page.Ways, crumb{v.text("nav.issues"), v.href("/issues")})
	if v.reads(access.ReadMessages) {
		page.Ways = append(page.Ways, crumb{v.text("nav.messages"), v.href("/messages?v=all")})
	}
	for _, t := range v.tenants[:min(len(v.tenants), shownTenants)] {
		if t.ID != v.snapshot.Tenant.ID {
			page.Ways = append(page.Ways, crumb{v.text("search.elsewhere", "tenant", t.Title()), addressOf(v.code, "/search?"+url.Values{"q": {query}}.Encode(), t.Name)})
		}
	}
}

// shownTenants is how many tenants are offered to look in instead.
const shownTenants = 6
