package peers

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/notify/notifytest"
	"example.org/tocsin/internal/notify/webhook"
	"example.org/tocsin/internal/notify/wire"
)

// verifiers are commands that take secret, id, time stamp and signatures, and read
// the body: those of Go and of npm.
func verifiers(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	must := slices.Contains(strings.Split(os.Getenv("TOCSIN_TEST_REQUIRE"), ","), "standardwebhooks")
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	program, err := buildVerifier(t, must)
	if err == nil {
		found["go"] = []string{program}
	} else if must {
		t.Fatal(err)
	}
	_, err = os.Stat("node_modules/standardwebhooks")
	if err != nil && must {
		fetch := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
		if out, problem := fetch.CombinedOutput(); problem != nil {
			t.Fatalf("npm ci: %v\n%s", problem, out)
		}
		err = nil
	}
	if node, missing := exec.LookPath("node"); err == nil && missing == nil {
		found["npm"] = []string{node, filepath.Join(here, "verify.mjs")}
	}
	if len(found) == 0 {
		t.Skip("neither is the module of the verifier at hand nor was npm ci run in test/peers; TOCSIN_TEST_REQUIRE=standardwebhooks fetches both")
	}
	return found
}

// buildVerifier builds the program in verifier, a module of its own.
func buildVerifier(t *testing.T, fetch bool) (string, error) {
	t.Helper()
	folder := t.TempDir()
	for from, to := range map[string]string{"go.mod": "go.mod", "go.sum": "go.sum", "main.txt": "main.go"} {
		text, err := os.ReadFile(filepath.Join("verifier", from))
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, to), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", "verifier", ".")
	build.Dir = folder
	if !fetch {
		build.Env = append(os.Environ(), "GOPROXY=off")
	}
	return filepath.Join(folder, "verifier"), build.Run()
}

// T-57: the libraries of Standard Webhooks verify what the desk signs, with the
// secret that it has and, while one is replaced, with the one before; and refuse a
// body of which one bit is another, another id, another time and another secret.
func TestStandardWebhooks(t *testing.T) {
	t.Parallel()
	secret, previous := webhook.NewSecret(), webhook.NewSecret()
	server := notifytest.Say(t, http.StatusOK, nil, "")
	hook, err := webhook.New(webhook.Config{Wire: wire.Config{Address: server.URL, Inside: true, Now: time.Now}, Secret: secret, Previous: previous})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hook.Send(t.Context(), notifytest.Message()); err != nil {
		t.Fatal(err)
	}
	r := server.Seen()[0]
	id, at, signatures := r.Header.Get("Webhook-Id"), r.Header.Get("Webhook-Timestamp"), r.Header.Get("Webhook-Signature")
	flipped := bytes.Clone(r.Body)
	flipped[len(flipped)/2] ^= 1
	for name, command := range verifiers(t) {
		for what, tt := range map[string]struct {
			good           bool
			secret, id, at string
			body           []byte
		}{
			"the secret":        {true, secret, id, at, r.Body},
			"the one before":    {true, previous, id, at, r.Body},
			"another secret":    {false, webhook.NewSecret(), id, at, r.Body},
			"another id":        {false, secret, id + "x", at, r.Body},
			"another time":      {false, secret, id, at[:len(at)-1] + string('0'+(at[len(at)-1]-'0'+1)%10), r.Body},
			"an old time stamp": {false, secret, id, "1700000000", r.Body},
			"another body":      {false, secret, id, at, flipped},
		} {
			verify := exec.CommandContext(t.Context(), command[0], append(slices.Clone(command[1:]), tt.secret, tt.id, tt.at, signatures)...)
			verify.Stdin = bytes.NewReader(tt.body)
			out, err := verify.CombinedOutput()
			if said := strings.TrimSpace(string(out)); tt.good != (err == nil && said == "verified") || !tt.good && !strings.HasPrefix(said, "refused") {
				t.Errorf("%s, %s: %v, %q", name, what, err, out)
			}
		}
	}
}
