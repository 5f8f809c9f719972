package servicecomms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// broken is a read side and a verifier that fail.
type broken struct {
	world
	tokens, rows error
}

func (b broken) Authenticate(*http.Request, ...string) (access.Identity, error) {
	return access.Identity{ClientID: "app", TenantID: "11111111-1111-4111-8111-111111111111", Scopes: []string{tocsin.ScopeServiceHealth}}, b.tokens
}

func (b broken) Snapshot(context.Context, string) (*readmodel.Snapshot, error) {
	return nil, b.rows
}

func TestFailuresBehindTheAPI(t *testing.T) {
	t.Parallel()
	secret := errors.New("dial postgres://desk:secret@db: refused")
	tests := []struct {
		name   string
		broken broken
		status int
		code   string
	}{
		{"database down", broken{rows: fmt.Errorf("load: %w", &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "busy", Cause: secret})}, 503, "AF50300."},
		{"too slow", broken{rows: context.DeadlineExceeded}, 503, "AF50300."},
		{"a defect", broken{rows: secret}, 500, "AF5000."},
		{"tokens cannot be looked at", broken{tokens: &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "busy"}}, 503, "AF50300."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var log strings.Builder
			api, err := New(Config{Model: tt.broken, Admission: httpserver.NewAdmission(tt.broken, nil), Now: time.Now, Log: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			w := httptest.NewRecorder()
			api.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, Prefix+"11111111-1111-4111-8111-111111111111/ServiceComms/Services", nil))
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.code) || strings.Contains(w.Body.String(), "secret") {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if (w.Header().Get("Retry-After") != "") != (tt.status == 503) || !strings.Contains(log.String(), "request failed") {
				t.Errorf("Retry-After %q, log %q", w.Header().Get("Retry-After"), log.String())
			}
		})
	}
}

// The server explains what it refuses itself in the form of the API.
func TestWriteError(t *testing.T) {
	t.Parallel()
	api, err := New(Config{Base: "https://desk.example", Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	for status, code := range map[int]string{
		400: "AF30001", 404: "AF30010", 405: "AF30011", 412: "AF30018", 413: "AF30014", 414: "AF30015", 415: "AF30013", 421: "AF30001", 429: "AF429", 431: "AF30016", 500: "AF5000", 501: "AF30007", 503: "AF50300",
	} {
		w := httptest.NewRecorder()
		api.WriteError(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), status, &tocsin.Error{Message: "Because <it> is \"so\"."})
		var body struct {
			Error struct{ Code, Message string }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != status || !strings.HasPrefix(body.Error.Code, code+".  ") {
			t.Errorf("%d: %d %s", status, w.Code, w.Body)
		}
		if want := map[bool]string{true: "Retry the request.", false: "Because <it> is \"so\"."}[status == 500]; body.Error.Message != want {
			t.Errorf("%d: %q, want %q", status, body.Error.Message, want)
		}
		if w.Header().Get("OData-Version") != "4.0" || w.Header().Get("Content-Language") != "en" {
			t.Errorf("%d: %v", status, w.Header())
		}
	}
}
