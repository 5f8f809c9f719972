package graph_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"example.org/tocsin/internal/api/graph"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// put stores a file of an item of Contoso.
func (d *desk) put(kind tocsin.Kind, id string, f tocsin.File, content string) {
	d.tb.Helper()
	f.SeenAt, f.Source = now(), "test"
	if _, err := d.store.PutFile(d.tb.Context(), storetest.Contoso, tocsin.Ref{Kind: kind, ID: id}, f, []byte(content)); err != nil {
		d.tb.Fatal(err)
	}
}

func shelf(t *testing.T, change ...func(*graph.Config)) *desk {
	t.Helper()
	d := newDesk(t, change...)
	fill(d)
	d.put(tocsin.KindIssue, "EX200", tocsin.File{ID: tocsin.ReportID, Name: "EX200 \"rëview\".docx", ContentType: "text/html"}, "<script>alert(1)</script>")
	d.put(tocsin.KindMessage, "MC1000003", tocsin.File{ID: "a1", Name: "Guide.pdf", ContentType: "application/pdf", ModifiedAt: day(1)}, "one")
	d.put(tocsin.KindMessage, "MC1000003", tocsin.File{ID: "a2", Name: "../guide.PDF", ContentType: "application/pdf", ModifiedAt: day(2)}, "three")
	return d
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	d := shelf(t)
	const one = `"id":"a1","lastModifiedDateTime":"2026-07-01T08:30:00.25Z","name":"Guide.pdf","contentType":"application/pdf","size":3`
	const two = `"id":"a2","lastModifiedDateTime":"2026-07-02T08:30:00.25Z","name":"guide.PDF","contentType":"application/pdf","size":5`
	context := `"@odata.context":"` + base + `/v1.0/$metadata#admin/serviceAnnouncement/messages('MC1000003')/attachments`
	for _, tt := range []struct {
		path   string
		status int
		want   string
	}{
		{"attachments", 200, "{" + context + `","value":[{` + one + "},{" + two + "}]}"},
		{"attachments/$count", 200, "2"},
		{"attachments/$count?$filter=size%20gt%203", 200, "1"},
		{"attachments?$filter=size%20gt%203&$count=true", 200, "{" + context + `","@odata.count":1,"value":[{` + two + "}]}"},
		{"attachments?$orderby=size%20desc&$top=1&$select=id,size", 200, "{" + context + `(id,size)","value":[{"id":"a2","size":5}]}`},
		{"attachments/a1", 200, "{" + context + `/$entity",` + one + "}"},
		{"attachments('a2')?$select=name", 200, "{" + context + `(name)/$entity","name":"guide.PDF"}`},
		{"attachments/a1/content", 200, "one"},
		{"attachments('a2')/$value", 200, "three"},
		{"attachments/A1/content", 200, "one"},
		{"attachments/a3", 404, ""},
		{"attachments/a3/content", 404, ""},
		{"attachments/..%2fa1/content", 404, ""},
		{"attachments?$filter=nope%20eq%201", 400, ""},
		{"attachments?nope=1", 400, ""},
		{"attachments/a1/content?$filter=x", 400, ""},
	} {
		got := d.get("messages/MC1000003/" + tt.path)
		if got.status != tt.status || tt.want != "" && got.body != tt.want {
			t.Errorf("%s: %d %s\nwant %d %s", tt.path, got.status, got.body, tt.status, tt.want)
		}
	}
	if got := d.ask("GET", "fabrikam", announcements+"messages/MC1000003/attachments/a1/content", ""); got.status != 404 {
		t.Errorf("another tenant: %d %s", got.status, got.body)
	}
	for path, want := range map[string]string{
		"messages/MC1000003?$expand=attachments&$select=id":                                                    `messages(id,attachments())/$entity","id":"MC1000003","attachments":[{` + one + "},{" + two + "}]}",
		"messages?$expand=attachments($select=id;$count=true)&$filter=hasAttachments&$select=id":               `"value":[{"id":"MC1000003","attachments@odata.count":2,"attachments":[{"id":"a1"},{"id":"a2"}]}]}`,
		"messages/MC1000003?$expand=attachments($search=\"guide.pdf\"%20AND%20NOT%20a2;$select=id)&$select=id": `"attachments":[{"id":"a1"}]}`,
		"messages/MC1000001?$expand=attachments($filter=size%20gt%201)&$select=id":                             `"id":"MC1000001","attachments":[]}`,
	} {
		if got := d.get(path); got.status != 200 || !strings.HasSuffix(got.body, want) || got.header.Get("ETag") != "" {
			t.Errorf("%s: %d %s %s\nwant %s", path, got.status, got.header.Get("ETag"), got.body, want)
		}
	}
	full := d.get("messages/MC1000003/attachments?$top=1", "Accept", "application/json;odata.metadata=full")
	if link := `"content@odata.mediaReadLink":"` + base + `/v1.0/admin/serviceAnnouncement/messages('MC1000003')/attachments('a1')/content"`; !strings.Contains(full.body, link) {
		t.Errorf("full metadata: %s, want %s", full.body, link)
	}
}

// Files are saved under a harmless name and shown by nobody (T-49, T-50).
func TestFilesAreOnlySaved(t *testing.T) {
	t.Parallel()
	d := shelf(t)
	for path, disposition := range map[string]string{
		"issues/EX200/incidentReport":                 `attachment; filename*=utf-8''EX200%20_r%C3%ABview_.docx`,
		"messages/MC1000003/attachments/a2/content":   `attachment; filename=guide.PDF`,
		"messages/MC1000003/attachmentsArchive":       `attachment; filename=MC1000003.zip`,
		"issues('EX200')/graph.incidentReport()":      "",
		"issues('EX200')/incidentReport()":            `attachment; filename*=utf-8''EX200%20_r%C3%ABview_.docx`,
		"issues/EX200/microsoft.graph.incidentReport": `attachment; filename*=utf-8''EX200%20_r%C3%ABview_.docx`,
	} {
		got := d.get(path)
		if disposition == "" {
			if got.status != 404 {
				t.Errorf("%s: %d", path, got.status)
			}
			continue
		}
		if kind := got.header.Get("Content-Type"); got.status != 200 || kind != "application/octet-stream" && kind != "application/zip" {
			t.Errorf("%s: %d %s", path, got.status, kind)
		}
		for name, want := range map[string]string{
			"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, no-store",
		} {
			if got.header.Get(name) != want {
				t.Errorf("%s: %s: %s, want %s", path, name, got.header.Get(name), want)
			}
		}
	}
}

func TestAttachmentsArchive(t *testing.T) {
	t.Parallel()
	d := shelf(t)
	got := d.get("messages/MC1000003/attachmentsArchive")
	r, err := zip.NewReader(strings.NewReader(got.body), int64(len(got.body)))
	if err != nil {
		t.Fatalf("%v: %q", err, got.body)
	}
	var held []string
	for _, f := range r.File {
		content, err := r.Open(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(content)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, f.Name+"="+string(text))
	}
	if strings.Join(held, " ") != "Guide.pdf=one guide (2).PDF=three" {
		t.Errorf("the archive holds %q", held)
	}
}

// A review that is held is given; within a batch it is base64, as Graph does.
func TestReportWithinBatch(t *testing.T) {
	t.Parallel()
	d := shelf(t)
	got := d.ask("POST", "contoso", "/v1.0/$batch", `{"requests":[{"id":"1","method":"GET","url":"/admin/serviceAnnouncement/issues/EX200/incidentReport"}]}`)
	var answer struct{ Responses []struct{ Body []byte } }
	if err := json.Unmarshal([]byte(got.body), &answer); err != nil || len(answer.Responses) != 1 || !bytes.Equal(answer.Responses[0].Body, []byte("<script>alert(1)</script>")) {
		t.Errorf("%s, %v", got.body, err)
	}
}
