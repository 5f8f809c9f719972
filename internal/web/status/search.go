package status

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
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/plaintext"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// searchPage is what was found for some words in the whole archive of a tenant,
// by kind.
type searchPage struct {
	web.Frame
	Services []serviceHit
	Kinds    []hitList
	N        int // what is shown
	More     bool
	Problem  string // why nothing was looked for
	Empty    *web.EmptyView
	Ways     []web.Crumb
}

type serviceHit struct {
	web.Look
	Name template.HTML
	Href string
}

// hitList is what was found of one kind: the first ones, or one page of all.
type hitList struct {
	Kind, Name string
	Rows       []hit
	All        string // address of all of them, "" where the list is whole or paged
	Pager      web.Pager
}

// hit is one issue or message with the place where the words stand in it.
type hit struct {
	web.Look
	ID, Href, Class, ClassWords, Service string
	Title, Passage                       template.HTML
	At                                   *lang.Moment
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
func (p *Pages) search(v *view) error {
	query := strings.TrimSpace(v.R.URL.Query().Get("q"))
	page := searchPage{Frame: v.Frame(web.Crumb{Name: v.Text("search.title")})}
	page.Query = tocsin.Clip(query, maxQuery)
	words := strings.Fields(plaintext.Fold(query))
	switch {
	case len(words) == 0:
		page.Empty = &web.EmptyView{Title: v.Text("search.ask"), Text: v.Text("search.ask.text")}
		return v.Render(http.StatusOK, "search", page)
	case utf8.RuneCountInString(query) > maxQuery:
		page.Problem = v.Text("search.long", "n", maxQuery)
	}
	if page.Problem == "" {
		if target, err := v.byID(query); err != nil || target != "" {
			if err != nil {
				return err
			}
			return v.Redirect(target)
		}
		if slices.Sort(words); len(slices.Compact(slices.Clone(words))) > maxWords {
			page.Problem = v.Text("search.words", "n", maxWords)
		}
	}
	if page.Problem != "" {
		page.Title = v.Text("problem", "title", page.Title)
		return v.Render(http.StatusBadRequest, "search", page)
	}
	page.Title = v.Text("search.for", "q", query)
	if err := page.find(v, slices.Compact(words)); err != nil {
		return err
	}
	if page.N == 0 {
		page.nothing(v, words)
	}
	return v.Render(http.StatusOK, "search", page)
}

// byID is the page of what has the id that a query is, or names among other
// words as a pasted title does; "" for none, and for several.
func (v *view) byID(query string) (string, error) {
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
func (v *view) hrefOf(id string) (string, error) {
	if href := v.hrefIn(v.Snapshot, id, v.Href); href != "" {
		return href, nil
	}
	for _, t := range v.Tenants {
		s, err := v.SnapshotOf(t.ID)
		if err != nil {
			return "", err
		}
		if href := v.hrefIn(s, id, func(path string) string { return web.AddressOf(v.Code, path, t.Name) }); href != "" {
			return href, nil
		}
	}
	return "", nil
}

func (v *view) hrefIn(s *readmodel.Snapshot, id string, href func(string) string) string {
	if row, ok := s.Issue(id); ok {
		return href("/issues/" + web.EscapeID(row.ID))
	}
	if row, ok := s.Message(id); ok && access.VisitorOf(v.R.Context()).May(access.ReadMessages, s.Tenant.ID) {
		return href("/messages/" + web.EscapeID(row.ID))
	}
	return ""
}

// find looks for words, which are folded, in what the visitor may read.
func (page *searchPage) find(v *view, words []string) error {
	kinds := []tocsin.Kind{tocsin.KindIssue}
	if v.Reads(access.ReadMessages) {
		kinds = append(kinds, tocsin.KindMessage)
	}
	chosen := web.OneOf(v.R.URL.Query(), "kind", "issues", "messages")
	if chosen == "" {
		open, err := v.OpenLines()
		if err != nil {
			return err
		}
		page.Services = v.serviceHits(words, open)
		page.N = len(page.Services)
	}
	ctx, cancel := context.WithTimeout(v.R.Context(), searchTime)
	defer cancel()
	for _, kind := range kinds {
		list := hitList{Kind: string(kind) + "s", Name: v.Text("nav." + string(kind) + "s")}
		if chosen != "" && chosen != list.Kind {
			continue
		}
		err := list.read(ctx, v, kind, words, chosen != "")
		if ctx.Err() != nil && v.R.Context().Err() == nil {
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

func (v *view) serviceHits(words []string, open part.OpenLines) []serviceHit {
	var hits []serviceHit
	for i := range open.Report.Services {
		s := &open.Report.Services[i]
		text := plaintext.Fold(s.Name + " " + s.ID)
		if slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) }) {
			continue
		}
		hits = append(hits, serviceHit{v.Judged(s), marked(s.Name, words), v.ServiceHref(s.ID)})
	}
	return hits
}

// read asks for one more than is shown, to know whether there are more.
func (list *hitList) read(ctx context.Context, v *view, kind tocsin.Kind, words []string, paged bool) error {
	q := archive.SearchQuery{Terms: words, Kinds: []tocsin.Kind{kind}, Private: v.Reads(access.ReadPrivacy), Limit: firstHits + 1}
	number := 1
	if paged {
		if n, err := strconv.Atoi(v.R.URL.Query().Get("page")); err == nil && n > 1 {
			number = min(n, maxPages)
		}
		q.Limit, q.Offset = web.PageSize+1, (number-1)*web.PageSize
	}
	items, err := v.pages.config.Archive.Search(ctx, v.Snapshot.Tenant.ID, q)
	if err != nil {
		return err
	}
	more := len(items) == q.Limit
	items = items[:min(len(items), q.Limit-1)]
	switch {
	case !paged && more:
		list.All = v.With("kind", list.Kind)
	case paged && (more || number > 1):
		list.Pager = v.PageLinks(number, more && number < maxPages, v.Text("search.page", "from", q.Offset+1, "to", q.Offset+len(items)))
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
func (v *view) hit(item archive.Item, words []string) (hit, error) {
	one := hit{
		ID: item.ID, Class: item.Class, Title: marked(strings.TrimSpace(item.Title), words), Service: v.Join(strings.Split(item.Service, "\n")),
		At: v.Moment(item.ModifiedAt),
	}
	var texts []string
	if item.Kind == tocsin.KindMessage {
		one.Href, one.Class, one.ClassWords = v.MessageHref(item.ID), "", v.CategoryWord(item.Class)
		if row, ok := v.Snapshot.Message(item.ID); ok {
			message, err := v.pages.config.Model.Message(v.R.Context(), row)
			if err != nil {
				return one, err
			}
			texts = append(texts, post.Text(message.Content, message.ContentType))
		}
	} else {
		one.Look, one.Href, one.ClassWords = v.LookWhen(item.Course(), v.Now), v.IssueHref(item.ID), v.ClassWord(item.Class)
		if row, ok := v.Snapshot.Issue(item.ID); ok {
			issue, err := v.pages.config.Model.Issue(v.R.Context(), row)
			if err != nil {
				return one, err
			}
			texts = append(texts, issue.Impact)
			for _, said := range slices.Backward(issue.Posts) {
				texts = append(texts, post.Text(said.Content, said.ContentType))
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
func (page *searchPage) nothing(v *view, words []string) {
	query := page.Query
	what := []string{v.Text("search.in.services", "n", len(v.Snapshot.Services)), v.Text("search.in.issues", "n", len(v.Snapshot.Issues))}
	if v.Reads(access.ReadMessages) {
		what = append(what, v.Text("search.in.messages", "n", len(v.Snapshot.Messages)))
	}
	page.Empty = &web.EmptyView{Title: v.Text("search.none", "q", query), Text: v.Text("search.none.in", "what", v.Join(what), "tenant", v.Snapshot.Tenant.Title()) + v.Space() + v.Text("search.none.text")}
	if longest := slices.MaxFunc(words, func(a, b string) int { return len(a) - len(b) }); len(words) > 1 {
		page.Ways = append(page.Ways, web.Crumb{Name: v.Text("search.only", "q", longest), Href: v.Href("/search?" + url.Values{"q": {longest}}.Encode())})
	}
	if v.R.URL.Query().Get("kind") != "" {
		page.Ways = append(page.Ways, web.Crumb{Name: v.Text("search.everything"), Href: v.With("kind", "")})
	}
	page.Ways = append(page.Ways, web.Crumb{Name: v.Text("nav.issues"), Href: v.Href("/issues")})
	if v.Reads(access.ReadMessages) {
		page.Ways = append(page.Ways, web.Crumb{Name: v.Text("nav.messages"), Href: v.Href("/messages?v=all")})
	}
	for _, t := range v.Tenants[:min(len(v.Tenants), shownTenants)] {
		if t.ID != v.Snapshot.Tenant.ID {
			page.Ways = append(page.Ways, web.Crumb{Name: v.Text("search.elsewhere", "tenant", t.Title()), Href: web.AddressOf(v.Code, "/search?"+url.Values{"q": {query}}.Encode(), t.Name)})
		}
	}
}

// shownTenants is how many tenants are offered to look in instead.
const shownTenants = 6
