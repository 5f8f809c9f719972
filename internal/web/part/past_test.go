package part

import (
	"testing"
	"time"

	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// A tenant whose past takes long holds up nobody but those who ask about it,
// and they get one answer between them.
func TestTenantsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	parts := New(Config{})
	ask := func(tenant string, work func() int) int {
		v := parts.View(&web.Request{Locale: web.Locale{Clock: lang.Clock{Now: time.Unix(1, 0)}}, Snapshot: &readmodel.Snapshot{Tenant: tocsin.Tenant{ID: tenant}}})
		n, err := Remembered(v, "figures", func(*history.Past) (int, error) { return work(), nil })
		if err != nil {
			t.Error(err)
		}
		return n
	}
	begun, release, crowd := make(chan struct{}), make(chan struct{}), make(chan int)
	calls := 0
	for range 3 {
		go func() {
			crowd <- ask("slow", func() int {
				calls++ // under the lock of the tenant
				close(begun)
				<-release
				return 1
			})
		}()
	}
	<-begun
	if got := ask("quick", func() int { return 2 }); got != 2 { // would wait for ever
		t.Errorf("the quick one got %d", got)
	}
	close(release)
	for range 3 {
		if got := <-crowd; got != 1 {
			t.Errorf("one of the crowd got %d", got)
		}
	}
	if calls != 1 {
		t.Errorf("it was worked out %d times", calls)
	}
}
