package status_test

import (
	"net/http"
	"strings"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// Documents are listed on the page of what they belong to, and sent for saving
// to those only who may read it.
func TestFiles(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	d.Record(d.Now, tocsin.Issue{ID: "EX1", Title: "Mail is late", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusReviewPublished})
	d.Record(d.Now, tocsin.Message{ID: "MC1", Title: "A change", HasAttachments: true}, tocsin.Message{ID: "MC2", Title: "Another", HasAttachments: true})
	put := func(kind tocsin.Kind, id, file, name string) {
		f := tocsin.File{ID: file, Name: name, ContentType: "text/html", SeenAt: d.Now, Source: tocsin.SourceAttach}
		if _, err := d.Store.PutFile(t.Context(), storetest.Contoso, tocsin.Ref{Kind: kind, ID: id}, f, []byte("<script>alert(1)</script>")); err != nil {
			t.Fatal(err)
		}
	}
	put(tocsin.KindIssue, "EX1", tocsin.ReportID, "review.html")
	put(tocsin.KindMessage, "MC1", "plan", "Plan été.html")
	for page, want := range map[string]string{"/issues/EX1": "/issues/EX1/files/incidentReport", "/messages/MC1": "/messages/MC1/files/plan"} {
		if body := d.Page(page); !strings.Contains(body, `href="`+want) || !strings.Contains(body, "1\u00a0KB") {
			t.Errorf("%s does not lead to %s", page, want)
		}
		status, header, body := d.Get(want + "?tenant=contoso")
		if status != http.StatusOK || body != "<script>alert(1)</script>" || header.Get("Content-Type") != "application/octet-stream" ||
			!strings.HasPrefix(header.Get("Content-Disposition"), "attachment;") || header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" ||
			header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("%s: %d %q %v", want, status, body, header)
		}
		for _, other := range []string{want + "x?tenant=contoso", want + "?tenant=fabrikam", strings.Replace(want, "1", "9", 1) + "?tenant=contoso"} {
			if status, _, _ := d.Get(other); status != http.StatusNotFound {
				t.Errorf("%s: %d", other, status)
			}
		}
	}
	const elsewhere = "It has attachments at the provider."
	if strings.Contains(d.Page("/messages/MC1"), elsewhere) || !strings.Contains(d.Page("/messages/MC2"), elsewhere) {
		t.Error("it is not told which attachments are elsewhere")
	}
}
