package web

import (
	"context"
	"encoding/base64"
	"sync"
	"weak"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// Bounds of the pages that are kept, all readers together. What does not fit
// is made each time.
const (
	maxCached   = 512
	cachedBytes = 16 << 20
	maxAsked    = 1 << 10 // of the address, in bytes
)

// pageCache are whole pages of the present second, so that a crowd that asks
// for the same costs one rendering a second. Pages say how long ago the desk
// looked; no page is older than that.
type pageCache struct {
	mu     sync.Mutex
	second int64
	size   int
	pages  map[cacheKey]*cachedPage
	packer *httpserver.Packer
}

// A keptKey is all that a page depends on: who asks for what, and how they read.
// Who may see what has been decided by then; the key only keeps different
// decisions apart. A snapshot is named by its pointer, so that a change is seen
// at once; the pointer is weak, so that nothing here keeps an old one in memory.
type cacheKey struct {
	path, query       string
	code, theme, zone string
	user, display     string
	seen              int64
	visibility        *visibility // stands for the grants and all tenants that they open
	snapshot          weak.Pointer[readmodel.Snapshot]
	second            int64
}

type cachedPage struct {
	made    chan struct{} // closed when the page is made, or cannot be
	Content               // without a body when it could not be made
}

func (v *Request) cacheKey() cacheKey {
	who := access.VisitorOf(v.R.Context())
	if v.alike {
		who = access.Visitor{}
	}
	return cacheKey{
		path: v.R.URL.Path, query: v.R.URL.RawQuery, code: v.Code, theme: v.Theme, zone: v.Zone.String(), user: who.User.ID, display: who.User.Display,
		seen: v.SeenAt().Unix(), visibility: v.visibility, snapshot: weak.Make(v.Snapshot), second: v.Now.Unix(),
	}
}

// Shared returns a page from a template and the model that fill makes, or the
// same page as it was made for somebody else in this second. It is for pages
// that depend on nothing but what [Request.cacheKey] names.
func (v *Request) Shared(name string, fill func() (any, error)) (Content, error) {
	work := func() ([]byte, error) {
		model, err := fill()
		if err != nil {
			return nil, err
		}
		return v.Execute(name, model)
	}
	if len(v.R.URL.Path)+len(v.R.URL.RawQuery) > maxAsked {
		page, err := makePage(work)
		return page.Content, err
	}
	page, err := v.pages.cache.get(v.R.Context(), v.cacheKey(), work)
	if err != nil {
		return Content{}, err
	}
	return page.Content, nil
}

// makePage is a page that nobody else gets.
func makePage(work func() ([]byte, error)) (*cachedPage, error) {
	body, err := work()
	return &cachedPage{Content: Content{Kind: pageKind, Body: body, Tag: TagOf(body)}}, err
}

// TagOf returns the entity tag of a page: that of what it says, so that a
// browser that comes back while nothing is new gets no second copy.
func TagOf(body []byte) string {
	hash := tocsin.HashOf(body)
	return base64.RawURLEncoding.EncodeToString(hash[:15])
}

// get is the page of a key. The first one who asks makes it, the others wait;
// when it fails, each makes their own, since the reason may be theirs.
func (k *pageCache) get(ctx context.Context, key cacheKey, work func() ([]byte, error)) (*cachedPage, error) {
	page, mine := k.claim(key)
	if mine {
		return page, k.fill(key, page, work)
	}
	if page != nil {
		select {
		case <-page.made:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if page.Body != nil {
			return page, nil
		}
	}
	return makePage(work)
}

// claim finds the page of a key, which is the caller's to make when mine is
// set. It is nil where no page is kept: there is no more room, or the second
// is over.
func (k *pageCache) claim(key cacheKey) (page *cachedPage, mine bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if key.second == k.second-1 {
		return nil, false
	}
	if key.second != k.second {
		k.second, k.size, k.pages = key.second, 0, map[cacheKey]*cachedPage{}
	}
	if page, ok := k.pages[key]; ok {
		return page, false
	}
	if len(k.pages) >= maxCached || k.size >= cachedBytes {
		return nil, false
	}
	page = &cachedPage{made: make(chan struct{})}
	k.pages[key] = page
	return page, true
}

// fill makes a page and lets those go who wait for it, whatever happens.
func (k *pageCache) fill(key cacheKey, page *cachedPage, work func() ([]byte, error)) error {
	defer func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		switch {
		case k.pages[key] != page: // the second is over
		case page.Body == nil:
			delete(k.pages, key)
		default:
			k.size += len(page.Body) + len(page.packed)
		}
		close(page.made)
	}()
	body, err := work()
	if err != nil {
		return err
	}
	page.Content = Content{pageKind, TagOf(body), body, k.packer.Pack(body), true}
	return nil
}
