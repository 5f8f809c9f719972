package status

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/plaintext"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/synonym"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// searchPage is what was found for some words in the whole archive of a tenant,
// by kind.
type searchPage struct {
	web.Frame
	IDs      []idHit // those typed, where there are several
	Heading  string  // of the services
	Services []serviceHit
	Kinds    []hitList
	N        int // what is shown
	More     bool
	Also     []web.Definition // words that were looked for as well
	LeftOut  string           // words for which nothing was looked for
	Exactly  string           // address of the search for nothing but what was typed, "" where it is this one
	Problem  string           // why nothing was looked for
	Empty    *web.EmptyView
	Ways     []web.Crumb
	Asked    *knowledge.Question // why an issue may not be here
}

// serviceHit is a service that was meant, and how it is now.
type serviceHit struct {
	part.ServiceLine
	Marked template.HTML // its name
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
	Open                                 bool
	Now                                  string // whether it goes on, "" where that is not asked
}

// Limits of a search.
const (
	firstHits  = 10  // of each kind before one is chosen
	maxPages   = 200 // of one kind
	maxQuery   = 200 // characters
	maxWords   = 8
	searchTime = 5 * time.Second // of the database
)

// issueID is the id of an issue of the provider, as people type it.
var issueID = regexp.MustCompile(`^(?i)[A-Z]{2}[0-9]{5,9}$`)

// search serves /search?q=&kind=&page=. An id that is known leads straight to
// its page, in whichever of the visitor's tenants it is.
func (p *Pages) search(v *view) error {
	query := strings.TrimSpace(v.R.URL.Query().Get("q"))
	page := searchPage{Frame: v.Frame(web.Crumb{Name: v.Text("search.title")})}
	page.Query = tocsin.Clip(query, maxQuery)
	asked := synonym.Read(query)
	switch {
	case len(asked.Terms) == 0:
		page.Empty = &web.EmptyView{Title: v.Text("search.ask"), Text: v.Text("search.ask.text")}
		if err := page.propose(v); err != nil {
			return err
		}
		return v.Render(http.StatusOK, "search", page)
	case utf8.RuneCountInString(query) > maxQuery:
		page.Problem = v.Text("search.long", "n", maxQuery)
	}
	if page.Problem == "" {
		var err error
		if page.IDs, err = v.byID(query); err != nil {
			return err
		}
		if len(page.IDs) == 1 {
			return v.Redirect(page.IDs[0].Href)
		}
		if len(asked.Terms) > maxWords {
			page.Problem = v.Text("search.words", "n", maxWords)
		}
	}
	if page.Problem != "" {
		page.Title = v.Text("problem", "title", page.Title)
		return v.Render(http.StatusBadRequest, "search", page)
	}
	page.Title = v.Text("search.for", "q", query)
	page.explain(v, asked)
	if err := page.find(v, asked); err != nil {
		return err
	}
	if page.N += len(page.IDs); page.N == 0 {
		page.nothing(v, asked)
		if issueID.MatchString(query) {
			var err error
			if page.Asked, err = v.Asked("unlisted", strings.ToUpper(query)); err != nil {
				return err
			}
		}
	}
	return v.Render(http.StatusOK, "search", page)
}

// propose lists the services that are not well, for whoever has typed nothing yet.
func (page *searchPage) propose(v *view) error {
	open, err := v.OpenLines()
	if err != nil {
		return err
	}
	page.Heading = v.Text("search.now")
	for i := range open.Report.Services {
		if s := &open.Report.Services[i]; !s.Severity.Well() && !s.Silent {
			page.Services = append(page.Services, serviceHit{v.ServiceLine(s, part.Month{}, open), template.HTML(template.HTMLEscapeString(s.Name))}) //nolint:gosec // escaped
		}
	}
	page.worstFirst()
	return nil
}

func (page *searchPage) worstFirst() {
	slices.SortStableFunc(page.Services, func(a, b serviceHit) int { return part.WorstFirst(a.ServiceLine, b.ServiceLine) })
}

// explain says what is looked for beside what was typed, and what is not.
func (page *searchPage) explain(v *view, asked synonym.Query) {
	seen := map[string]bool{}
	for _, term := range asked.Terms {
		alike := slices.DeleteFunc(slices.Clone(term.Alike), func(word string) bool { return v.Code != "ja" && synonym.Japanese(word) })
		if said := v.Join(alike[:min(len(alike), shownAlike)]); len(alike) > 0 && !seen[said] {
			seen[said] = true
			page.Also = append(page.Also, web.Definition{Name: term.Typed, Value: said})
		}
	}
	page.LeftOut = v.Join(asked.LeftOut)
	if len(page.Also) > 0 || page.LeftOut != "" {
		exact := `"` + strings.ReplaceAll(page.Query, `"`, " ") + `"`
		page.Exactly = v.Href("/search?" + url.Values{"q": {exact}}.Encode())
	}
}

// shownAlike is how many words that mean the same are named, those in the
// reader's script.
const shownAlike = 6

// idHit is what has an id that was typed.
type idHit struct {
	web.Look // of an issue
	ID, Href string
}

// byID is what has the id that a query is, or ids that stand in it, as in a title
// or an address that somebody pasted.
func (v *view) byID(query string) ([]idHit, error) {
	var found []idHit
	for _, id := range append([]string{query}, idsIn(query)...) {
		one, err := v.hitOf(id)
		if err != nil {
			return nil, err
		}
		if one.Href != "" && !slices.ContainsFunc(found, func(other idHit) bool { return other.Href == one.Href }) {
			found = append(found, one)
		}
	}
	return found[:min(len(found), maxWords)], nil
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

// hitOf is what has an id in the present tenant, or else in another.
func (v *view) hitOf(id string) (idHit, error) {
	if one := v.hitIn(v.Snapshot, id, v.Href); one.Href != "" {
		return one, nil
	}
	for _, t := range v.Tenants {
		s, err := v.SnapshotOf(t.ID)
		if err != nil {
			return idHit{}, err
		}
		if one := v.hitIn(s, id, func(path string) string { return web.AddressOf(v.Code, path, t.Name) }); one.Href != "" {
			return one, nil
		}
	}
	return idHit{}, nil
}

func (v *view) hitIn(s *readmodel.Snapshot, id string, href func(string) string) idHit {
	if row, ok := s.Issue(id); ok {
		return idHit{v.LookWhen(row.Course(), v.Now), row.ID, href("/issues/" + web.EscapeID(row.ID))}
	}
	if row, ok := s.Message(id); ok && access.VisitorOf(v.R.Context()).May(access.ReadMessages, s.Tenant.ID) {
		return idHit{ID: row.ID, Href: href("/messages/" + web.EscapeID(row.ID))}
	}
	return idHit{}
}

// find looks for what was asked in what the visitor may read.
func (page *searchPage) find(v *view, asked synonym.Query) error {
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
		page.Heading, page.Services = v.Text("nav.services"), v.serviceHits(asked, open)
		page.worstFirst()
		page.N = len(page.Services)
	}
	ctx, cancel := context.WithTimeout(v.R.Context(), searchTime)
	defer cancel()
	for _, kind := range kinds {
		list := hitList{Kind: string(kind) + "s", Name: v.Text("nav." + string(kind) + "s")}
		if chosen != "" && chosen != list.Kind {
			continue
		}
		err := list.read(ctx, v, kind, asked, chosen != "")
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

// serviceHits are the services that most of the terms name.
func (v *view) serviceHits(asked synonym.Query, open part.OpenLines) []serviceHit {
	var named []*health.Service
	most := 1
	for i := range open.Report.Services {
		s := &open.Report.Services[i]
		text, n := plaintext.Fold(s.Name+" "+s.ID), 0
		for _, term := range asked.Terms {
			if term.Names(s.ID) || slices.ContainsFunc(term.Words, func(word plaintext.Term) bool { return word.At(text, 0) >= 0 }) {
				n++
			}
		}
		if n > most {
			named, most = nil, n
		}
		if n == most {
			named = append(named, s)
		}
	}
	words := slices.Concat(asked.Words()...)
	hits := make([]serviceHit, len(named))
	for i, s := range named {
		hits[i] = serviceHit{v.ServiceLine(s, part.Month{}, open), marked(s.Name, words)}
	}
	return hits
}

// read asks for one more than is shown, to know whether there are more.
func (list *hitList) read(ctx context.Context, v *view, kind tocsin.Kind, asked synonym.Query, paged bool) error {
	q := archive.SearchQuery{Terms: asked.Words(), Kinds: []tocsin.Kind{kind}, Private: v.Reads(access.ReadPrivacy), Limit: firstHits + 1}
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
	words := slices.Concat(asked.Words()...)
	for _, item := range items {
		one, err := v.hit(item, words)
		if err != nil {
			return err
		}
		list.Rows = append(list.Rows, one)
	}
	if !paged { // what goes on comes first
		slices.SortStableFunc(list.Rows, func(a, b hit) int { return strings.Compare(strconv.FormatBool(b.Open), strconv.FormatBool(a.Open)) })
	}
	return nil
}

// hit shows an item that the store found, and leads to the post that has the
// words. What the page's own view of the tenant does not hold yet comes without
// its text.
func (v *view) hit(item archive.Item, words []plaintext.Term) (hit, error) {
	one := hit{
		ID: item.ID, Class: item.Class, Title: marked(strings.TrimSpace(item.Title), words), Service: v.Join(strings.Split(item.Service, "\n")),
		At: v.Moment(item.ModifiedAt),
	}
	if one.Title == "" {
		one.Title = marked(item.ID, nil)
	}
	if item.Kind != tocsin.KindMessage {
		return v.issueHit(one, item, words)
	}
	one.Href, one.Class, one.ClassWords = v.MessageHref(item.ID), "", v.CategoryWord(item.Class)
	if row, ok := v.Snapshot.Message(item.ID); ok {
		message, err := v.pages.config.Model.Message(v.R.Context(), row)
		if err != nil {
			return one, err
		}
		one.Passage = passage(post.Text(message.Content, message.ContentType), words)
	}
	return one, nil
}

func (v *view) issueHit(one hit, item archive.Item, words []plaintext.Term) (hit, error) {
	one.Look, one.Href, one.ClassWords = v.LookWhen(item.Course(), v.Now), v.IssueHref(item.ID), v.ClassWord(item.Class)
	row, ok := v.Snapshot.Issue(item.ID)
	if !ok {
		return one, nil
	}
	switch one.Open = health.Open(row, v.Now); {
	case one.Open:
		one.Now = v.Text("search.open")
	case !health.Planned(row, v.Now):
		one.Now = v.Text("search.over")
	}
	issue, err := v.pages.config.Model.Issue(v.R.Context(), row)
	if err != nil {
		return one, err
	}
	if one.Passage = passage(issue.Impact, words); one.Passage != "" {
		return one, nil
	}
	places := part.PlacesOf(issue.Posts)
	for i, said := range slices.Backward(issue.Posts) {
		if one.Passage = passage(post.Text(said.Content, said.ContentType), words); one.Passage != "" {
			one.Href += "#" + places[i]
			break
		}
	}
	return one, nil
}

// nothing says what was looked through, and offers ways on.
func (page *searchPage) nothing(v *view, asked synonym.Query) {
	query := page.Query
	what := []string{v.Text("search.in.services", "n", len(v.Snapshot.Services)), v.Text("search.in.issues", "n", len(v.Snapshot.Issues))}
	if v.Reads(access.ReadMessages) {
		what = append(what, v.Text("search.in.messages", "n", len(v.Snapshot.Messages)))
	}
	page.Empty = &web.EmptyView{Title: v.Text("search.none", "q", query), Text: v.Text("search.none.in", "what", v.Join(what), "tenant", v.Snapshot.Tenant.Title()) + v.Space() + v.Text("search.none.text")}
	if longest := slices.MaxFunc(asked.Terms, func(a, b synonym.Term) int { return len(a.Typed) - len(b.Typed) }).Typed; len(asked.Terms) > 1 {
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
