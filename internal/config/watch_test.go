package config_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/config"
)

// watched is a settings file with a watcher, and what it had followed.
type watched struct {
	t       *testing.T
	path    string
	watcher *config.Watcher
	taken   []config.Config
	refuse  error
	fail    error
	log     bytes.Buffer
}

func watch(t *testing.T, text string) *watched {
	t.Helper()
	w := &watched{t: t, path: filepath.Join(t.TempDir(), "tocsin.yaml")}
	w.write(text)
	loaded := func() (config.Config, error) {
		c, err := config.Load(w.path, func(string) string { return "" })
		if err == nil {
			err = c.Validate()
		}
		return c, err
	}
	current, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	w.watcher = config.Watch(config.WatchConfig{
		Current: current, Load: loaded, File: func() string { return w.path }, Now: time.Now, Log: slog.New(slog.NewTextHandler(&w.log, nil)),
	})
	w.watcher.Follow(func(_ context.Context, next config.Config) (func(context.Context) error, error) {
		return func(context.Context) error {
			w.taken = append(w.taken, next)
			return w.fail
		}, w.refuse
	})
	return w
}

func (w *watched) write(text string) {
	w.t.Helper()
	if err := os.WriteFile(w.path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

const contosoYAML = `
tenants:
  - name: contoso
    tenantId: 11111111-1111-4111-8111-111111111111
    sources: [{kind: file, path: notices}]
`

// What may change is taken, what may not waits for the next start, and what is
// wrong changes nothing.
func TestReload(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text    string
		taken   func(config.Config) bool // nil where nothing is
		restart []string
		problem string
	}{
		"nothing":        {text: contosoYAML},
		"a comment":      {text: contosoYAML + "# more\n"},
		"a limit":        {text: contosoYAML + "limits: {perMinute: 7}\n", taken: func(c config.Config) bool { return c.Limits.PerMinute == 7 }},
		"a level":        {text: contosoYAML + "log: {level: debug}\n", taken: func(c config.Config) bool { return c.Log.Level == "debug" }},
		"a source":       {text: strings.Replace(contosoYAML, "path: notices", "path: elsewhere", 1), taken: func(c config.Config) bool { return c.Tenants[0].Sources[0].Path == "elsewhere" }},
		"no tenant":      {text: "limits: {}\n", taken: func(c config.Config) bool { return len(c.Tenants) == 0 }},
		"an address":     {text: contosoYAML + "server: {listen: \"127.0.0.1:9\"}\n", restart: []string{"server.listen"}},
		"a form of log":  {text: contosoYAML + "log: {format: json}\n", restart: []string{"log.format"}},
		"both":           {text: contosoYAML + "log: {level: warn, format: json}\n", taken: func(c config.Config) bool { return c.Log.Level == "warn" && c.Log.Format == "text" }, restart: []string{"log.format"}},
		"no engine":      {text: strings.Replace(contosoYAML, "    sources", "    translation: book\n    sources", 1), restart: []string{"tenants[].translation"}},
		"no YAML":        {text: "tenants: [", problem: "This is no YAML"},
		"no such key":    {text: contosoYAML + "limit: {}\n", problem: "there is no such key"},
		"no valid value": {text: contosoYAML + "log: {level: loud}\n", problem: "none of debug"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := watch(t, contosoYAML)
			w.write(tt.text)
			for range 2 {
				w.watcher.Reload(t.Context())
			}
			state := w.watcher.State()
			if tt.taken == nil && len(w.taken) > 0 || tt.taken != nil && (len(w.taken) != 1 || !tt.taken(w.taken[0])) {
				t.Errorf("taken: %+v", w.taken)
			}
			if !slices.Equal(state.Restart, tt.restart) || (tt.problem == "") != (state.Problem == "") || !strings.Contains(state.Problem, tt.problem) {
				t.Errorf("state %+v", state)
			}
			if n := strings.Count(w.log.String(), "level=ERROR"); (tt.problem != "") != (n == 1) {
				t.Errorf("%d errors in the log: %s", n, w.log.String())
			}
			w.write(contosoYAML + "limits: {perMinute: 9}\n")
			w.watcher.Reload(t.Context())
			if state := w.watcher.State(); state.Problem != "" || w.taken[len(w.taken)-1].Limits.PerMinute != 9 {
				t.Errorf("after it was put right: %+v", state)
			}
		})
	}
}

// Where one part cannot take new settings, none does; one that failed in taking
// them is asked again.
func TestReloadIsAllOrNothing(t *testing.T) {
	t.Parallel()
	w := watch(t, contosoYAML)
	w.write(contosoYAML + "limits: {perMinute: 7}\n")
	w.refuse = errors.New("no such certificate")
	w.watcher.Reload(t.Context())
	if state := w.watcher.State(); len(w.taken) != 0 || state.Problem != "no such certificate" {
		t.Errorf("taken %v, state %+v", w.taken, state)
	}
	w.refuse, w.fail = nil, errors.New("no database")
	w.watcher.Reload(t.Context())
	if state := w.watcher.State(); len(w.taken) != 1 || state.Problem != "no database" {
		t.Errorf("taken %v, state %+v", w.taken, state)
	}
	w.fail = nil
	w.watcher.Reload(t.Context())
	if state := w.watcher.State(); len(w.taken) != 2 || state.Problem != "" {
		t.Errorf("taken %v, state %+v", w.taken, state)
	}
}

// A secret in a file is read with the settings, and again when it changes.
func TestSecretFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(" first\n")
	w := watch(t, "tenants:\n  - name: contoso\n    tenantId: 11111111-1111-4111-8111-111111111111\n    clientId: 22222222-2222-4222-8222-222222222222\n    secretFile: "+path+"\n")
	write("second\n")
	w.watcher.Reload(t.Context())
	if len(w.taken) != 1 || w.taken[0].Tenants[0].Secret.Reveal() != "second" {
		t.Fatalf("taken %d", len(w.taken))
	}
	for _, text := range []string{"", "two\nlines"} {
		write(text)
		w.watcher.Reload(t.Context())
		if state := w.watcher.State(); !strings.Contains(state.Problem, "holds no secret") || strings.Contains(state.Problem, "lines") && text != "two\nlines" || len(w.taken) != 1 {
			t.Errorf("%q: state %+v", text, state)
		}
	}
}
