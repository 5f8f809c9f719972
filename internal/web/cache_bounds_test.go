package web

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"example.org/tocsin/internal/httpserver"
)

func TestCachedPagesAreBounded(t *testing.T) {
	t.Parallel()
	k := pageCache{packer: httpserver.NewPacker(quickly)}
	ask := func(n, size int, second int64) {
		key := cacheKey{seen: int64(n), second: second}
		page, err := k.get(t.Context(), key, func() ([]byte, error) { return make([]byte, size), nil })
		if err != nil || len(page.Body) != size {
			t.Fatalf("page %d: %d bytes, %v", n, len(page.Body), err)
		}
	}
	for n := range 2 * maxCached {
		ask(n, 1, 1)
	}
	if len(k.pages) != maxCached {
		t.Errorf("%d pages are kept, want %d", len(k.pages), maxCached)
	}
	for n := range 40 {
		ask(n, 1<<20, 2)
	}
	if k.size > cachedBytes+2<<20 || len(k.pages) >= 40 {
		t.Errorf("%d pages of %d bytes are kept", len(k.pages), k.size)
	}
	ask(0, 1, 1) // of a request that began in the last second
	if k.second != 2 {
		t.Error("a late request drops the pages of the present second")
	}
}

// A crowd waits for one rendering; one that fails is nobody else's.
func TestCachedPagesAreMadeOnce(t *testing.T) {
	t.Parallel()
	k := pageCache{packer: httpserver.NewPacker(quickly)}
	var made atomic.Int32
	begun, proceed := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	ask := func() {
		page, err := k.get(context.Background(), cacheKey{second: 1}, func() ([]byte, error) {
			if made.Add(1) == 1 {
				close(begun)
				<-proceed
			}
			return []byte("page"), nil
		})
		if err != nil || string(page.Body) != "page" {
			t.Errorf("%q, %v", page.Body, err)
		}
	}
	wg.Go(ask)
	<-begun
	for range 10 {
		wg.Go(ask)
	}
	close(proceed)
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("made %d times", made.Load())
	}
	key, broken := cacheKey{second: 2}, errors.New("broken")
	if _, err := k.get(t.Context(), key, func() ([]byte, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if page, err := k.get(t.Context(), key, func() ([]byte, error) { return []byte("page"), nil }); err != nil || string(page.Body) != "page" {
		t.Errorf("after a failure: %v", err)
	}
}
