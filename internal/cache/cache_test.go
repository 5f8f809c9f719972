package cache_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"example.org/tocsin/internal/cache"
)

// What is asked for stays, what nobody asks for goes once a generation of
// others was put.
func TestForgetsWhatNobodyAsksFor(t *testing.T) {
	t.Parallel()
	for name, bounds := range map[string]cache.Bounds{
		"entries":        {Entries: 10},
		"bytes":          {Bytes: 100},
		"both, by count": {Entries: 10, Bytes: 1000},
		"both, by bytes": {Entries: 1000, Bytes: 100},
	} {
		c := cache.New[string, int](bounds)
		c.Put("asked", 1, 10)
		c.Put("alone", 2, 10)
		for i := range 100 {
			if v, ok := c.Get("asked"); !ok || v != 1 {
				t.Fatalf("%s: asked for each time: %d, %v after %d others", name, v, ok, i)
			}
			c.Put(fmt.Sprint(i), i, 10)
			if n := c.Len(); n > 20 {
				t.Fatalf("%s: holds %d entries after %d, want at most 20", name, n, i)
			}
			if _, ok := c.Get(fmt.Sprint(i)); !ok {
				t.Fatalf("%s: the newest is not there after %d", name, i)
			}
		}
		if _, ok := c.Get("alone"); ok {
			t.Errorf("%s: what nobody asked for is still there", name)
		}
	}
}

// A value that is put again counts once, and with the size it has now.
func TestPutAgain(t *testing.T) {
	t.Parallel()
	c := cache.New[string, int](cache.Bounds{Bytes: 100})
	c.Put("other", 0, 40)
	for i := range 50 {
		c.Put("same", i, 10+i)
	}
	if _, ok := c.Get("other"); !ok {
		t.Error("one entry that was put often pushed out another, though both fit")
	}
	c.Put("more", 0, 20)
	if v, ok := c.Get("same"); !ok || v != 49 {
		t.Errorf("the last value put: %d, %v, want 49", v, ok)
	}
	c.Put("same", 50, 1) // in the young generation, while the old one holds 49
	if v, _ := c.Get("same"); v != 50 {
		t.Errorf("put over an older generation: %d, want 50", v)
	}
}

// A value that fits in no generation is not kept, nor what it replaces, and
// costs no other its place.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	for _, aged := range []bool{false, true} {
		c := cache.New[string, int](cache.Bounds{Bytes: 100})
		c.Put("large", 1, 60)
		if aged {
			c.Put("filler", 0, 60)
		}
		c.Put("small", 2, 10)
		c.Put("large", 3, 101)
		if v, ok := c.Get("large"); ok {
			t.Errorf("aged %v: a value of 101 bytes of 100: %d is found", aged, v)
		}
		if _, ok := c.Get("small"); !ok {
			t.Errorf("aged %v: the small value went", aged)
		}
	}
}

func TestClear(t *testing.T) {
	t.Parallel()
	c := cache.New[int, int](cache.Bounds{Bytes: 100})
	for i := range 15 {
		c.Put(i, i, 10)
	}
	c.Clear()
	if n := c.Len(); n != 0 {
		t.Fatalf("holds %d entries after Clear", n)
	}
	for i := range 10 {
		c.Put(i, i, 10)
	}
	if n := c.Len(); n != 10 {
		t.Errorf("holds %d of 10 entries that fit in one generation: the bytes from before count still", n)
	}
}

// Bounds hold and no key leads to the value of another, whatever is put and
// asked for at once.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	const keys, size = 300, 7
	c := cache.New[int, int](cache.Bounds{Entries: 64, Bytes: 50 * size})
	var all sync.WaitGroup
	for seed := range uint64(8) {
		all.Go(func() {
			random := rand.New(rand.NewPCG(seed, 1))
			for i := range 5000 {
				key := random.IntN(keys)
				switch random.IntN(20) {
				case 0:
					c.Put(key, key, size*100) // too large
				case 1:
					if n := c.Len(); n > 100 {
						t.Errorf("holds %d entries, want at most 2 × 50", n)
						return
					}
				case 2:
					if i%500 == 2 {
						c.Clear()
					}
				default:
					if v, ok := c.Get(key); ok && v != key {
						t.Errorf("key %d has the value %d", key, v)
						return
					}
					c.Put(key, key, size)
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkCache(b *testing.B) {
	b.Run("found", func(b *testing.B) {
		c := cache.New[int, int](cache.Bounds{Bytes: 1 << 20})
		for i := range 1000 {
			c.Put(i, i, 100)
		}
		for i := 0; b.Loop(); i++ {
			c.Get(i % 1000)
		}
	})
	b.Run("full", func(b *testing.B) {
		c := cache.New[int, int](cache.Bounds{Entries: 1000})
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			c.Put(i, i, 1)
		}
	})
}

// Whatever is put and asked for, no more is held than two generations, and what is
// said to be held is at least what is.
func TestUse(t *testing.T) {
	t.Parallel()
	c, random := cache.New[int, int](cache.Bounds{Bytes: 1000}), rand.New(rand.NewPCG(3, 4))
	sizes := map[int]int{}
	for range 20_000 {
		key := random.IntN(200)
		if random.IntN(2) == 0 {
			c.Get(key)
		} else {
			sizes[key] = random.IntN(1200)
			c.Put(key, key, sizes[key])
		}
		use, held := c.Use(), 0
		if use.Limit != 2000 || use.Bytes > use.Limit || use.Bytes < 0 {
			t.Fatalf("%+v", use)
		}
		for k := range 200 {
			if c.Holds(k) {
				held += sizes[k]
			}
		}
		if use.Bytes < held {
			t.Fatalf("%+v, and %d bytes are held", use, held)
		}
	}
	if c.Clear(); c.Use().Bytes != 0 {
		t.Errorf("%+v once all is forgotten", c.Use())
	}
}
