package web

import (
	"net/http"
	"net/url"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/lang"
)

// keptBytes bounds the pages that are kept by name in one of two generations,
// with their packed forms.
const keptBytes = 16 << 20

// alike reads a request for a page that is the same for everybody.
func (p *Pages) alike(w http.ResponseWriter, r *http.Request, code, content string) *Request {
	v := p.stranger(w, r, code)
	v.Zone, v.Theme, v.Content, v.Absolute, v.alike = p.config.Zone, "", content, true, true
	return v
}

// Speaking returns the same request with content in another language of
// publications, in the frame of that language or else of the first one.
func (v *Request) Speaking(content string) *Request {
	other := *v
	other.Content = content
	l, ok := v.pages.locales[content]
	if !ok {
		l = v.pages.locales[lang.Languages()[0]]
	}
	other.Clock.Locale = l.Clock.Locale
	return &other
}

// Asking returns the same request with another query: with what a page understands
// of it, so that what it does not understand makes no other page.
func (v *Request) Asking(query url.Values) *Request {
	other, r, address := *v, *v.R, *v.R.URL
	address.RawQuery = query.Encode()
	r.URL, other.R = &address, &r
	return &other
}

// Packed returns an answer with its tag and its packed form, to be kept.
func (v *Request) Packed(kind string, body []byte) Content {
	return Content{kind, TagOf(body), body, v.pages.cache.packer.Pack(body), true}
}

// LookAt has a page that is the same for everybody look at a tenant, of which it
// knows what strangers may. Whether the visitor may know it is for the page to
// ask.
func (v *Request) LookAt(tenantID string) (err error) {
	v.Snapshot, err = v.pages.config.Model.Snapshot(v.R.Context(), tenantID)
	return err
}

// Kept returns the page that was made under a key before, or makes it. It is for
// pages that depend on nothing but their key, which any comparable value can be;
// a page that is no longer asked for is forgotten.
func (v *Request) Kept(key any, work func() ([]byte, error)) (Content, error) {
	if page, ok := v.pages.kept.Get(key); ok {
		return page, nil
	}
	body, err := work()
	if err != nil {
		return Content{}, err
	}
	page := Content{pageKind, TagOf(body), body, v.pages.cache.packer.Pack(body), true}
	v.pages.kept.Put(key, page, len(page.Body)+len(page.packed))
	return page, nil
}

func newKept() *cache.Cache[any, Content] {
	return cache.New[any, Content](cache.Bounds{Bytes: keptBytes})
}
