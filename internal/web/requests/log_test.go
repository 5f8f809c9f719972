package requests_test

import (
	"net/http"
	"strings"
	"testing"

	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// The log tells what became of requests to those who see the request: of what is for
// the provider to those who prepare it, of another tenant nothing, and nothing to who
// handles none. Notes are told nobody.
func TestLogTellsOfRequests(t *testing.T) {
	t.Parallel()
	h, _ := outage(t)
	h.Person("ray", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	ctx, at := tocsin.WithActor(t.Context(), tocsin.Actor{Name: "kim"}), storetest.T0
	for _, c := range []tocsin.RequestContent{{To: "provider", Title: "Calls <b>drop</b>", Kind: "technical", Severity: "A"}, {To: "desk", Title: "Printer is quiet", Kind: "technical", Severity: "C"}} {
		if _, err := h.Store.OpenRequest(ctx, storetest.Contoso, respond.RequestDraft{Content: c}, at); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{
		h.Store.FileRequest(ctx, storetest.Contoso, 1, tocsin.RequestFiling{Channel: "phone", Case: "24071900", By: "kim"}, at),
		h.Store.SetRequestSeverity(ctx, storetest.Contoso, 1, tocsin.RequestSeverity{Stage: "given", Severity: "B"}, at),
		h.Store.SetRequestSeverity(ctx, storetest.Contoso, 1, tocsin.RequestSeverity{Stage: "given", Severity: "C"}, at),
		h.Store.SayInRequest(ctx, storetest.Contoso, 2, tocsin.RequestSaid{Kind: "ours", Text: "A private answer"}, at),
		h.Store.EndRequest(ctx, storetest.Contoso, 2, "", at),
		h.Store.ReopenRequest(ctx, storetest.Contoso, 2, "A private reason", at),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	theirs := []string{"Calls &lt;b&gt;drop", "case 24071900", "severity B", "severity C"}
	desks := []string{"opened: Printer is quiet", "answered: Printer is quiet", "resolved: Printer is quiet", "opened again: Printer is quiet"}
	for name, tt := range map[string]struct{ sees, hidden []string }{
		"kim": {append(theirs, desks...), []string{"A private"}}, "nil": {desks, append(theirs, "A private")},
		"max": {nil, append(theirs, desks...)}, "ray": {nil, append(theirs, desks...)},
	} {
		b := entered(h, name)
		for _, address := range []string{"/changes", "/changes?kind=request"} {
			if name == "ray" && address != "/changes" {
				if status := b.Status(http.MethodGet, address, nil); status != http.StatusForbidden {
					t.Errorf("ray asks for requests alone: status %d", status)
				}
				continue
			}
			_, page := b.Send(http.MethodGet, address, nil)
			page = text(page)
			webtest.Has(t, name+" "+address, page, tt.sees...)
			for _, one := range tt.hidden {
				if strings.Contains(page, one) {
					t.Errorf("%s %s shows %q", name, address, one)
				}
			}
		}
	}
	for prefix, want := range map[string]string{"/fr": "déposée chez Microsoft, dossier 24071900", "/ja": "Microsoft に提出されました（ケース番号 24071900）"} {
		_, page := entered(h, "kim").Send(http.MethodGet, prefix+"/changes?kind=request", nil)
		webtest.Has(t, prefix, text(page), want)
	}
}

// text is a page without its tags, and with plain spaces.
func text(page string) string {
	var b strings.Builder
	for i, part := range strings.Split(page, "<") {
		if _, after, ok := strings.Cut(part, ">"); ok && i > 0 {
			part = after
		}
		b.WriteString(part)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
