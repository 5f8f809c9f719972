package public

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

const (
	// siteRead is how many updates are read at once for files.
	siteRead = 500
	// siteUpdates bounds the updates that are written as files, the newest.
	siteUpdates = 10000
	// sitePerPage is how many of them one page of the index lists.
	sitePerPage = 200
)

// A Sink takes a file of a site: its path with slashes, and its content, which
// the sink may not keep. Several goroutines call it at once.
type Sink func(path string, body []byte) error

// Site writes what is published of a tenant as files for any web server, with
// what they need: the state of its services, the sheet for the day on which the
// desk is down, and a page for each of the newest 10,000 updates, in every
// language of publications. All times are absolute; nothing leads into the desk.
// A tenant that publishes nothing at the desk has its files all the same: who
// asks for them decides where they go. Continuity sheets stand on the sheet: none
// but those that are given. The shell must have the family of p.
func (p *Pages) Site(ctx context.Context, shell *web.Pages, tenant tocsin.Tenant, sheets []Continuity, to Sink) error {
	for name, body := range shell.Assets("app.css", "public.css", "icon.svg") {
		if err := to("static/"+name, body); err != nil {
			return err
		}
	}
	e, err := p.config.Press.Whole(ctx, tenant.ID)
	if err != nil {
		return err
	}
	updates, err := p.siteUpdates(ctx, e)
	if err != nil {
		return err
	}
	s := site{p, shell, e, updates, sheets, to}
	var languages []siteLanguage
	for _, one := range contents() {
		in, err := s.language(ctx, one.code)
		if err == nil {
			err = s.indexes(in)
		}
		if err != nil {
			return fmt.Errorf("write site: %w", err)
		}
		languages = append(languages, in)
	}
	if err := s.publications(ctx, languages); err != nil {
		return fmt.Errorf("write site: %w", err)
	}
	return nil
}

// siteUpdates are the updates that are written.
func (p *Pages) siteUpdates(ctx context.Context, e publish.Edition) (all []publish.Update, err error) {
	for q := (publish.Query{Limit: siteRead}); len(all) < siteUpdates; {
		list, next, err := p.config.Press.Updates(ctx, e, q)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
		if q.After = next; next == "" {
			break
		}
	}
	return all[:min(len(all), siteUpdates)], nil
}

// A site is what is written as files.
type site struct {
	*Pages
	shell   *web.Pages
	edition publish.Edition
	updates []publish.Update
	sheets  []Continuity
	to      Sink
}

// A siteLanguage is one language of publications.
type siteLanguage struct {
	content string
	request *web.Request
	around  *surrounding // of its updates
}

// language prepares for a language of publications.
func (s site) language(ctx context.Context, content string) (in siteLanguage, err error) {
	code := content
	if !slices.Contains(lang.Languages(), code) {
		code = lang.Languages()[0]
	}
	in.content = content
	if in.request, err = s.shell.Reading(ctx, code, s.edition.Tenant.ID); err != nil {
		return in, err
	}
	in.request.Content = content
	in.around, err = s.at(in, updateFile(content, placeholder, 0)).surrounding()
	return in, err
}

// at is a view of a file in a language.
func (s site) at(in siteLanguage, file string) *view {
	v := s.view(in.request)
	v.edition, v.places, v.around = s.edition, placesOf(in.request, file), in.around
	return v
}

// publications writes the updates, each read once for all languages and several
// at a time.
func (s site) publications(ctx context.Context, languages []siteLanguage) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var group sync.WaitGroup
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(s.updates)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				if err := s.publication(ctx, s.updates[i], languages); err != nil {
					stop(err) // the first one counts
				}
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

// publication writes an update in all languages.
func (s site) publication(ctx context.Context, u publish.Update, languages []siteLanguage) error {
	one, err := s.config.Press.Publication(ctx, s.edition, u.ID, u.N)
	if err != nil {
		return err
	}
	for _, in := range languages {
		file := updateFile(in.content, u.ID, u.N)
		body, err := s.at(in, file).writePublication(one)
		if err == nil {
			err = s.to(file, body)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// indexes writes the sheet, and the pages that list the updates; the first has
// the state.
func (s site) indexes(in siteLanguage) error {
	content := in.content
	v := s.at(in, sheetFile(content))
	sheet, err := v.newSheet()
	if err != nil {
		return err
	}
	for _, one := range s.sheets {
		sheet.Continuity = append(sheet.Continuity, v.continuity(one))
	}
	if err := s.file(v, sheetFile(content), "sheet", sheet); err != nil {
		return err
	}
	for n := 1; n == 1 || (n-1)*sitePerPage < len(s.updates); n++ {
		file := indexFile(content, n)
		v := s.at(in, file)
		root := v.places.(filePlaces).root //nolint:forcetypeassert // made by placesOf
		page := v.newIndex(func(code string) string { return root + indexFile(code, n) })
		page.First = n == 1
		page.add(v, s.updates[(n-1)*sitePerPage:min(len(s.updates), n*sitePerPage)])
		if len(s.updates) == 0 {
			page.Empty = v.noUpdates(false, false)
		}
		if n > 1 {
			page.Newer = root + indexFile(content, n-1)
		}
		if n*sitePerPage < len(s.updates) {
			page.Older = root + indexFile(content, n+1)
		}
		if err := page.state(v); err != nil {
			return err
		}
		if err := s.file(v, file, "index", page); err != nil {
			return err
		}
	}
	return nil
}

func (s site) file(v *view, file, template string, page any) error {
	body, err := v.Execute(template, page)
	if err != nil {
		return err
	}
	return s.to(file, body)
}
