package upstream_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/upstream"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

const (
	tenant  = "11111111-2222-4333-8444-555555555555"
	app     = "99999999-8888-4777-8666-555555555555"
	secret  = "Zk8Q~abcDEF1234.ghiJKL5678-mnoPQR_90"
	trace   = "aaaaaaaa-0000-4000-8000-000000000001"
	related = "bbbbbbbb-0000-4000-8000-000000000002"
	other   = "cccccccc-0000-4000-8000-000000000003"
)

// asked is how a session fares with a token endpoint and an API.
func asked(t *testing.T, tokens, api http.HandlerFunc) *collect.Failure {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/token", tokens)
	mux.HandleFunc("/api/", api)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return get(t, server.URL+"/api", server.URL+"/token")
}

func get(t *testing.T, root, tokens string) *collect.Failure {
	t.Helper()
	session, err := upstream.New("graph", upstream.Config{
		TenantID: tenant, ClientID: app, Secret: secret, Root: root, TokenURL: tokens, Consent: "ServiceHealth.Read.All",
	}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	ask := collect.Ask{Spend: func(context.Context) error { return nil }}
	_, err = session.Get(t.Context(), ask, root+"/issues", http.Header{})
	failure, ok := errors.AsType[*collect.Failure](err)
	if !ok {
		t.Fatalf("err = %v, want a failure", err)
	}
	if shown := everything(failure); strings.Contains(shown, secret) || strings.Contains(shown, "t0ken") || strings.ContainsAny(shown, "\u202e\u0007") {
		t.Errorf("a secret, or what changes how a text reads, is shown: %s", shown)
	}
	return failure
}

// everything is all that is kept, shown and logged of a failure.
func everything(f *collect.Failure) string {
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Warn("poll failed", "reason", lang.English(f.Problem), "problem", f.Problem)
	return f.Problem.Encode() + f.Error() + log.String()
}

func answering(status int, kind, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, body)
	}
}

func token() http.HandlerFunc {
	return answering(200, "application/json", `{"access_token":"t0ken","expires_in":3600}`)
}

// entra is a refusal as Microsoft Entra words it.
func entra(name string, number int, text string) string {
	body, _ := json.Marshal(map[string]any{
		"error": name, "error_codes": []int{number}, "trace_id": trace, "correlation_id": related,
		"error_description": fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: 2026-01-09 02:02:12Z", number, text, trace, related),
	})
	return string(body)
}

func TestRefusedTokens(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		number int
		name   string
		want   tocsin.ProblemCode
	}{
		{7000215, "invalid_client", tocsin.ProblemSecret},
		{7000222, "invalid_client", tocsin.ProblemSecretExpired},
		{700016, "unauthorized_client", tocsin.ProblemAppUnknown},
		{7000229, "unauthorized_client", tocsin.ProblemAppUnknown},
		{7000112, "unauthorized_client", tocsin.ProblemAppDisabled},
		{90002, "invalid_request", tocsin.ProblemTenantUnknown},
		{900023, "invalid_request", tocsin.ProblemTenantUnknown},
		{65001, "invalid_grant", tocsin.ProblemConsent},
		{650057, "invalid_resource", tocsin.ProblemConsent},
		{500011, "invalid_resource", tocsin.ProblemResource},
		{500014, "invalid_resource", tocsin.ProblemResourceDisabled},
		{1002012, "invalid_scope", tocsin.ProblemScope},
		{70011, "invalid_scope", tocsin.ProblemScope},
		{700027, "invalid_client", tocsin.ProblemKeyUnknown},
		{700024, "invalid_client", tocsin.ProblemClock},
		{700213, "invalid_client", tocsin.ProblemFederation},
		{53003, "access_denied", tocsin.ProblemTokenConditional},
		{900382, "invalid_request", tocsin.ProblemOtherCloud},
		{7000218, "invalid_client", tocsin.ProblemProofMissing},
		{50034, "invalid_grant", tocsin.ProblemRefused},
	} {
		f := asked(t, answering(400, "application/json", entra(tt.name, tt.number, "Words of the service.")), unasked())
		e := f.Problem.Evidence
		if f.Problem.Code != tt.want || e == nil || !f.AuthState || f.Step != collect.StepSecret {
			t.Errorf("%d: %+v, want %s", tt.number, f, tt.want)
			continue
		}
		want := tocsin.Evidence{
			Status: 400, Code: tt.name, Number: fmt.Sprintf("AADSTS%d", tt.number), RequestID: trace, CorrelationID: related,
			Quote: fmt.Sprintf("AADSTS%d: Words of the service.", tt.number),
		}
		if *e != want {
			t.Errorf("%d: evidence %+v, want %+v", tt.number, *e, want)
		}
	}
}

// The ids that an answer names in its text alone are kept as well.
func TestIDsInWords(t *testing.T) {
	t.Parallel()
	body, _ := json.Marshal(map[string]string{"error": "invalid_client", "error_description": "AADSTS7000222: Expired.\r\nTrace ID: " + trace + "\r\nCorrelation ID: " + related + "\r\nTimestamp: 2026-01-09 02:02:12Z"})
	e := asked(t, answering(401, "application/json", string(body)), unasked()).Problem.Evidence
	if e.RequestID != trace || e.CorrelationID != related || e.Quote != "AADSTS7000222: Expired." {
		t.Errorf("evidence = %+v", e)
	}
}

func unasked() http.HandlerFunc { return answering(500, "text/plain", "not to be asked") }

// graphError is an error as Microsoft Graph words it.
func graphError(code, message string) string {
	body, _ := json.Marshal(map[string]any{"error": map[string]any{
		"code": code, "message": message,
		"innerError": map[string]any{"date": "2026-01-09T02:02:12", "request-id": trace, "client-request-id": other, "innerError": map[string]any{"code": "Deeper"}},
	}})
	return string(body)
}

func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	const js = "application/json"
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		want   tocsin.ProblemCode
		quote  string
		auth   bool
	}{
		"permission":         {answering(403, js, graphError("Authorization_RequestDenied", "Insufficient privileges to complete the operation.")), tocsin.ProblemPermission, "Insufficient privileges to complete the operation.", true},
		"role":               {answering(403, js, graphError("Forbidden", "Missing role permissions on the request.")), tocsin.ProblemPermission, "Missing role permissions on the request.", true},
		"licence":            {answering(403, js, graphError("Forbidden", "Tenant does not have a SPO license.")), tocsin.ProblemLicence, "Tenant does not have a SPO license.", true},
		"policy":             {answering(403, js, graphError("AccessDenied", "Blocked by Conditional Access.")), tocsin.ProblemConditional, "Blocked by Conditional Access.", true},
		"api disabled":       {answering(403, js, graphError("Forbidden", "AADSTS500014: The service principal for the resource is disabled, or a subscription has lapsed.")), tocsin.ProblemResourceDisabled, "AADSTS500014: The service principal for the resource is disabled, or a subscription has lapsed.", true},
		"no reason":          {answering(403, js, graphError("UnknownError", "")), tocsin.ProblemForbidden, "", true},
		"nothing at all":     {answering(403, "text/plain", ""), tocsin.ProblemForbidden, "", true},
		"legacy":             {answering(403, js, `{"error":{"code":"AF10001","message":"The permission set () is not enough."}}`), tocsin.ProblemPermission, "The permission set () is not enough.", true},
		"other casing":       {answering(401, js, `{"Message":"Authorization has been denied for this request."}`), tocsin.ProblemUnauthorized, "Authorization has been denied for this request.", true},
		"odata 3":            {answering(500, js, `{"odata.error":{"code":"x","message":{"lang":"en","value":"Old words."}}}`), tocsin.ProblemFault, "Old words.", false},
		"not found":          {answering(404, js, graphError("ResourceNotFound", "Resource not found for the segment.")), tocsin.ProblemNotFound, "Resource not found for the segment.", false},
		"throttled":          {answering(429, js, graphError("TooManyRequests", "Please retry."), "Retry-After", "17"), tocsin.ProblemThrottled, "Please retry.", false},
		"gateway":            {answering(502, "text/html", "<html><head><title>x</title></head><body><h1>Bad</h1>\n<p>gateway</p></body></html>"), tocsin.ProblemFault, "Bad gateway", false},
		"redirect":           {answering(302, "text/html", "", "Location", "https://portal.contoso.example/"), tocsin.ProblemRedirect, "", false},
		"portal":             {answering(200, "text/html", "<html><body><script>var t='x'</script>Welcome, <b>guest</b></body></html>"), tocsin.ProblemWebPage, "Welcome, guest", false},
		"type":               {answering(200, "application/xml", "<a>words</a>"), tocsin.ProblemContentType, "words", false},
		"odd status":         {answering(410, js, graphError("gone", "Gone.")), tocsin.ProblemStatus, "Gone.", false},
		"secret":             {answering(500, js, graphError("x", "You sent "+secret+", said I.")), tocsin.ProblemFault, "You sent ***, said I.", false},
		"secret in markup":   {answering(500, js, graphError("x", "You sent "+secret[:9]+"<b>"+secret[9:]+"</b>.")), tocsin.ProblemFault, "***", false},
		"secret in entities": {answering(500, js, graphError("x", "You sent &#90;"+secret[1:])), tocsin.ProblemFault, "You sent ***", false},
		"secret as code":     {answering(500, js, graphError("t0ken", "No.")), tocsin.ProblemFault, "No.", false},
		"bearer":             {answering(500, js, graphError("x", "Authorization: Bearer t0ken was bad")), tocsin.ProblemFault, "Authorization: *** *** was bad", false},
		"another's token":    {answering(500, js, graphError("x", "Got eyJhbGciOiJub25lIn0.e30.sig and key aB3dE5gH7jK9mN1pQ3sT5 here")), tocsin.ProblemFault, "Got *** and key *** here", false},
		"query":              {answering(500, js, graphError("x", "See https://contoso.example/a?sig=abc&x=1 now")), tocsin.ProblemFault, "See https://contoso.example/a?*** now", false},
		"direction":          {answering(500, js, graphError("x", "a\u202eb\u200bc\u0007d\r\n\te")), tocsin.ProblemFault, "abc d e", false},
		"long":               {answering(500, js, graphError("x", strings.Repeat("日 ", 300))), tocsin.ProblemFault, strings.Repeat("日 ", 100) + "…", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := asked(t, token(), tt.answer)
			if f.Problem.Code != tt.want || f.AuthState != tt.auth || f.Problem.Evidence == nil || f.Problem.Evidence.Quote != tt.quote {
				t.Fatalf("failure = %s, want %s with %q", f.Problem.Encode(), tt.want, tt.quote)
			}
			if help := lang.EnglishHelp(f.Problem); tt.auth && help == "" {
				t.Error("nothing says what to do")
			}
		})
	}
	f := asked(t, token(), answering(429, js, graphError("TooManyRequests", "Please retry."), "Retry-After", "17", "request-id", related))
	if e := f.Problem.Evidence; e.RetryAfter != 17 || e.RequestID != related || e.ClientRequestID != other || e.Inner != "Deeper" || e.Code != "TooManyRequests" {
		t.Errorf("evidence = %+v", e)
	}
}

// What keeps a connection from being made is told apart.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	_ = listener.Close()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(token())
	t.Cleanup(plain.Close)
	for name, tt := range map[string]struct {
		root, tokens string
		want         tocsin.ProblemCode
		who          string
	}{
		"no name":    {plain.URL + "/api", "https://nowhere.invalid/token", tocsin.ProblemName, "tokens"},
		"closed":     {plain.URL + "/api", "http://" + closed + "/token", tocsin.ProblemConnection, "tokens"},
		"upstream":   {"http://" + closed + "/api", plain.URL + "/token", tocsin.ProblemConnection, "upstream"},
		"untrusted":  {plain.URL + "/api", secure.URL + "/token", tocsin.ProblemCertificate, "tokens"},
		"other name": {plain.URL + "/api", strings.Replace(secure.URL, "127.0.0.1", "localhost", 1) + "/token", tocsin.ProblemCertificate, "tokens"},
		"no TLS":     {plain.URL + "/api", strings.Replace(plain.URL, "http:", "https:", 1) + "/token", tocsin.ProblemTLS, "tokens"},
	} {
		f := get(t, tt.root, tt.tokens)
		if name == "other name" && f.Problem.Code == tocsin.ProblemOtherName {
			continue // which of both is wrong first is the library's to say
		}
		if f.Problem.Code != tt.want || f.Problem.Args["who"] != tt.who {
			t.Errorf("%s: %s (%v), want %s", name, f.Problem.Encode(), f.Cause, tt.want)
		}
	}
}

func TestDamagedTokens(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		want   tocsin.ProblemCode
	}{
		"portal":   {answering(200, "text/html; charset=utf-8", "<p>Sign in to the guest network</p>"), tocsin.ProblemWebPage},
		"no token": {answering(200, "application/json", `{"expires_in":1}`), tocsin.ProblemToken},
		"unnamed":  {answering(401, "application/json", `{"error":"invalid_client"}`), tocsin.ProblemRefused},
		"down":     {answering(503, "text/plain", "later"), tocsin.ProblemFault},
		"waits":    {answering(429, "text/plain", "later"), tocsin.ProblemThrottled},
	} {
		if f := asked(t, tt.answer, unasked()); f.Problem.Code != tt.want {
			t.Errorf("%s: %s, want %s", name, f.Problem.Encode(), tt.want)
		}
	}
}
