package config

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"gopkg.in/yaml.v3"

	"example.org/tocsin/internal/tocsin"
)

// lookEvery is the time between two looks at the settings file.
const lookEvery = 2 * time.Second

// A Follower makes ready what follows from new settings, and returns what puts
// it in force. Until that is called nothing may have changed: when one of
// several fails, all keep the old settings. Put in force, it may fail as well,
// for example because the store does; it is then asked again.
type Follower func(ctx context.Context, next Config) (apply func(ctx context.Context) error, err error)

// A WatchConfig is what a watcher is made of.
type WatchConfig struct {
	Current Config
	Load    func() (Config, error) // the settings as they are now, whole and valid
	File    func() string          // path of the settings file; "" for none
	Now     func() time.Time
	Log     *slog.Logger
}

// A Watcher has the settings in force, and takes those keys of a changed file
// that may change while the desk runs; they are marked in docs/settings.md. What
// is wrong with a changed file changes nothing, and stands in [Watcher.State].
type Watcher struct {
	config    WatchConfig
	followers []Follower

	mu    sync.Mutex
	state tocsin.SettingsState
	seen  [sha256.Size]byte // by the last look
	tried [sha256.Size]byte // taken last, or refused
}

// Watch returns a watcher of settings that are in force. It looks at nothing
// before [Watcher.Run].
func Watch(c WatchConfig) *Watcher {
	w := &Watcher{config: c, state: tocsin.SettingsState{Since: c.Now()}}
	w.seen = w.fingerprint()
	w.tried = w.seen
	return w
}

// Follow has f asked whenever settings change. It is called before Run.
func (w *Watcher) Follow(f Follower) { w.followers = append(w.followers, f) }

// State says how the settings in force and the file stand to each other; it is
// the zero state of a nil watcher.
func (w *Watcher) State() tocsin.SettingsState {
	if w == nil {
		return tocsin.SettingsState{}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	state := w.state
	state.Restart = slices.Clone(state.Restart)
	return state
}

// Run looks at the file, and takes it at once on a signal, until ctx ends. A
// file that changes is taken when it has stayed the same between two looks: it
// may not be written to its end yet.
func (w *Watcher) Run(ctx context.Context, now <-chan os.Signal) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-now:
			w.Reload(ctx)
		case <-ticker.C:
			w.look(ctx)
		}
	}
}

// look takes the file if it has changed and is written to its end.
func (w *Watcher) look(ctx context.Context) {
	w.mu.Lock()
	before := w.seen
	w.seen = w.fingerprint()
	ready := w.seen == before && w.seen != w.tried
	w.mu.Unlock()
	if ready {
		w.Reload(ctx)
	}
}

// fingerprint is a hash of the settings file, and of the files that hold
// secrets.
func (w *Watcher) fingerprint() (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, path := range append([]string{w.config.File()}, w.config.Current.secretFiles()...) {
		content, err := os.ReadFile(path)
		fmt.Fprintf(h, "%q %d %v\n", path, len(content), err != nil)
		_, _ = h.Write(content) // a hash never fails
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// Reload takes the settings as they are now. What is wrong with them is logged
// once, and kept for [Watcher.State].
func (w *Watcher) Reload(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	sum := w.fingerprint()
	changed, restart, err := w.take(ctx)
	w.tried, w.seen = sum, sum
	if err != nil {
		if _, again := errors.AsType[*notInForceError](err); again {
			w.tried = [sha256.Size]byte{} // the next look tries again
		}
		if w.state.Problem != err.Error() {
			w.state.Problem, w.state.FoundAt = err.Error(), w.config.Now()
			w.config.Log.ErrorContext(ctx, "changed settings are not taken: the old ones stay in force", "err", err)
		}
		return
	}
	w.state.Problem, w.state.FoundAt, w.state.Restart = "", time.Time{}, restart
	if len(changed) > 0 {
		w.state.Since = w.config.Now()
	}
	if len(changed)+len(restart) > 0 {
		w.config.Log.InfoContext(ctx, "settings taken", "changed", strings.Join(changed, " "), "needs restart", strings.Join(restart, " "))
	}
}

// notInForceError is why settings that are right could not be put in force.
type notInForceError struct{ error }

// take reads the settings and puts what may change in force.
func (w *Watcher) take(ctx context.Context) (changed, restart []string, err error) {
	read, err := w.config.Load()
	if err != nil {
		return nil, nil, err
	}
	next := w.config.Current
	changed, restart = next.takeLive(read)
	if len(changed) == 0 {
		return nil, restart, nil
	}
	if err := next.Validate(); err != nil { // what waits for a restart may be missing
		return nil, nil, fmt.Errorf("together with what needs a restart: %w", err)
	}
	var apply []func(context.Context) error
	for _, prepare := range w.followers {
		one, err := prepare(ctx, next)
		if err != nil {
			return nil, nil, err
		}
		apply = append(apply, one)
	}
	var problems []error
	for _, one := range apply {
		problems = append(problems, one(ctx))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, nil, &notInForceError{err}
	}
	w.config.Current = next
	return changed, restart, nil
}

// liveTag marks keys, with all below them, that are taken while the desk runs.
const liveTag = "live"

// takeLive takes the keys that may change, and says which did and which others
// differ. Tenants wait for a restart where it changes whose texts engines are
// sent: nobody's are sent by mistake.
func (c *Config) takeLive(next Config) (changed, restart []string) {
	if !slices.Equal(c.BookOnly(), next.BookOnly()) {
		restart = append(restart, "tenants[].translation")
		next.Tenants, next.Clouds = c.Tenants, c.Clouds
	}
	takeLive(reflect.ValueOf(c).Elem(), reflect.ValueOf(next), "", &changed, &restart)
	return changed, restart
}

func takeLive(to, from reflect.Value, prefix string, changed, restart *[]string) {
	for i := range to.NumField() {
		field := to.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		_, opaque := reflect.New(field.Type).Interface().(yaml.Unmarshaler)
		switch {
		case reflect.DeepEqual(to.Field(i).Interface(), from.Field(i).Interface()):
		case field.Tag.Get(liveTag) != "":
			to.Field(i).Set(from.Field(i))
			*changed = append(*changed, prefix+name)
		case field.Type.Kind() == reflect.Struct && !opaque:
			takeLive(to.Field(i), from.Field(i), prefix+name+".", changed, restart)
		default:
			*restart = append(*restart, prefix+name)
		}
	}
}

// secretFiles are the files that secrets are read from.
func (c Config) secretFiles() (paths []string) {
	c.eachSecret(func(_ string, _ *Secret, _, file string) {
		if file != "" {
			paths = append(paths, file)
		}
	})
	return paths
}
