package google_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/translate/enginetest"
	"example.org/tocsin/internal/translate/google"
)

// issuer gives tokens t1, t2 and so on.
func issuer(t testing.TB) *enginetest.Server {
	t.Helper()
	n := 0
	return enginetest.Serve(t, func(w http.ResponseWriter, _ enginetest.Request) {
		n++
		_, _ = w.Write([]byte(`{"access_token":"t` + string(rune('0'+n)) + `","expires_in":3599,"token_type":"Bearer"}`))
	})
}

func engine(t testing.TB, address string) translate.Engine {
	t.Helper()
	return newEngine(t, google.Config{Address: address, KeyFile: enginetest.AccountFile(t, issuer(t).Address+"/token"), Now: enginetest.Now})
}

func newEngine(t testing.TB, c google.Config) translate.Engine {
	t.Helper()
	e, err := google.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func reply(texts []string) string {
	list := []any{}
	for _, text := range texts {
		list = append(list, map[string]any{"translatedText": text})
	}
	body, _ := json.Marshal(map[string]any{"translations": list})
	return string(body)
}

func TestTranslate(t *testing.T) {
	t.Parallel()
	server, tokens := enginetest.Say(t, http.StatusOK, reply([]string{`<span class="notranslate" translate="no">⟦1⟧</span> n&#39;est pas là.`})), issuer(t)
	now := enginetest.Now()
	e := newEngine(t, google.Config{Address: server.Address, KeyFile: enginetest.AccountFile(t, tokens.Address+"/token"), Location: "europe-west1", Now: func() time.Time { return now }})
	if got := enginetest.Good(t, e, "⟦1⟧ isn't there."); got != "⟦1⟧ n'est pas là." {
		t.Error(got)
	}
	seen := server.Seen()[0]
	var body map[string]any
	if json.Unmarshal([]byte(seen.Body), &body) != nil || seen.Path != "/v3/projects/contoso/locations/europe-west1:translateText" || seen.Header.Get("Authorization") != "Bearer t1" {
		t.Errorf("asked %+v", seen)
	}
	if body["mimeType"] != "text/html" || body["sourceLanguageCode"] != "en" || body["targetLanguageCode"] != "fr" || body["contents"].([]any)[0] != translate.ToHTML("⟦1⟧ isn't there.") {
		t.Errorf("asked %s", seen.Body)
	}
	form, err := url.ParseQuery(tokens.Seen()[0].Body)
	if err != nil || form.Get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		t.Errorf("asked for a token %v %v", form, err)
	}
	signed, err := jose.ParseSignedCompact(form.Get("assertion"), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	k, _ := enginetest.AccountKey()
	claims, err := signed.Verify(&k.PublicKey)
	if want := `{"aud":"` + tokens.Address + `/token","exp":1796044000,"iat":1796040400,"iss":"desk@contoso.example","scope":"https://www.googleapis.com/auth/cloud-translation"}`; err != nil || signed.Signatures[0].Header.KeyID != "k1" || !sameClaims(string(claims), want) {
		t.Errorf("claims %s, want %s, %v", claims, want, err)
	}
	enginetest.Good(t, e, "a")
	now = now.Add(time.Hour)
	enginetest.Good(t, e, "a")
	if n := len(tokens.Seen()); n != 2 {
		t.Errorf("%d tokens for three requests in an hour", n)
	}
}

// sameClaims compares claims but for their times, which lie an hour apart.
func sameClaims(got, want string) bool {
	var a, b map[string]any
	if json.Unmarshal([]byte(got), &a) != nil || json.Unmarshal([]byte(want), &b) != nil {
		return false
	}
	return a["aud"] == b["aud"] && a["iss"] == b["iss"] && a["scope"] == b["scope"] && a["exp"].(float64)-a["iat"].(float64) == 3600 && int64(a["iat"].(float64)) == enginetest.Now().Unix()
}

func TestMisbehaviour(t *testing.T) {
	t.Parallel()
	enginetest.Misbehaviour(t, engine, reply)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for body, class := range map[string]translate.FailureClass{
		`{"error":{"code":403,"message":"Daily Limit Exceeded","status":"PERMISSION_DENIED"}}`:                    translate.FailureQuota,
		`{"error":{"code":403,"message":"User Rate Limit Exceeded","status":"PERMISSION_DENIED"}}`:                translate.FailurePassing,
		`{"error":{"code":403,"message":"Cloud Translation API has not been used","status":"PERMISSION_DENIED"}}`: translate.FailureOff,
	} {
		if f := enginetest.Refused(t, engine(t, enginetest.Say(t, http.StatusForbidden, body).Address), class); f.Code != "PERMISSION_DENIED" {
			t.Errorf("%s: %v", body, f)
		}
	}
	// A token that is refused is asked for anew.
	server, tokens := enginetest.Say(t, http.StatusUnauthorized, `{"error":{"status":"UNAUTHENTICATED"}}`), issuer(t)
	e := newEngine(t, google.Config{Address: server.Address, KeyFile: enginetest.AccountFile(t, tokens.Address), Now: enginetest.Now})
	enginetest.Refused(t, e, translate.FailurePassing)
	enginetest.Refused(t, e, translate.FailurePassing)
	if len(tokens.Seen()) != 2 {
		t.Errorf("%d tokens", len(tokens.Seen()))
	}
}

// A key that is none, or that the provider no longer takes, is no reason to try
// again; nothing of it shows.
func TestKeys(t *testing.T) {
	t.Parallel()
	bad := enginetest.Say(t, http.StatusBadRequest, `{"error":"invalid_grant","error_description":"Invalid JWT Signature."}`)
	half := filepath.Join(t.TempDir(), "half.json")
	if err := os.WriteFile(half, []byte(`{"type":"service_account","private_key":"hunter2","client_email":"a","token_uri":"https://x.example"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{"refused": enginetest.AccountFile(t, bad.Address), "missing": filepath.Join(t.TempDir(), "none.json"), "half": half, "address": enginetest.AccountFile(t, "file:///etc/passwd")} {
		f := enginetest.Refused(t, newEngine(t, google.Config{Address: "http://127.0.0.1:1", KeyFile: file, Now: enginetest.Now}), translate.FailureOff)
		if strings.Contains(f.Error(), "hunter2") || strings.Contains(f.Error(), "Invalid JWT") {
			t.Errorf("%s: %v", name, f)
		}
	}
	busy := enginetest.Say(t, http.StatusServiceUnavailable, `{"error":"temporarily_unavailable"}`)
	enginetest.Refused(t, newEngine(t, google.Config{Address: "http://127.0.0.1:1", KeyFile: enginetest.AccountFile(t, busy.Address), Now: enginetest.Now}), translate.FailurePassing)
}
