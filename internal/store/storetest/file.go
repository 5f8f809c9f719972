package storetest

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// Message is a document of a message-center post with attachments or without.
func Message(t testing.TB, id string, attachments bool, modified time.Time) tocsin.Document {
	t.Helper()
	doc, err := tocsin.NewDocument(tocsin.Message{
		ID: id, Title: "Rollout of " + id, Services: []string{"Exchange Online"}, Category: "stayInformed", Severity: "normal",
		StartAt: T0, EndAt: T0.Add(90 * 24 * time.Hour), ModifiedAt: modified, ContentType: "html", Content: "<p>text</p>", HasAttachments: attachments,
	})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// files: a tenant has the files that were stored for it and no others, also
// when two tenants have the same item and the same content.
func files(t *testing.T, s *Desk) {
	AddTenants(t, s)
	doc := Message(t, "MC1", true, T0)
	record(t, s, Contoso, T0, doc)
	record(t, s, Fabrikam, T0, doc)
	ref, content := tocsin.Ref{Kind: tocsin.KindMessage, ID: "MC1"}, bytes.Repeat([]byte("text "), 1000)
	f := tocsin.File{ID: "a1", Name: "../guide.pdf", ContentType: "application/pdf", SeenAt: T0, Source: "test"}
	put, err := s.PutFile(t.Context(), Contoso, ref, f, content)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "stored file", put, tocsin.File{
		ID: "a1", Name: "guide.pdf", ContentType: "application/pdf", Size: 5000, Hash: tocsin.HashOf(content), ModifiedAt: T0, SeenAt: T0, Source: "test",
	})
	list, err := s.Files(t.Context(), Contoso, ref)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "files", list, []tocsin.File{put})
	if got, err := s.FileContent(t.Context(), Contoso, ref, "a1"); err != nil || !bytes.Equal(got, content) {
		t.Errorf("FileContent = %d bytes, %v", len(got), err)
	}
	if list, err := s.Files(t.Context(), Fabrikam, ref); err != nil || len(list) != 0 {
		t.Errorf("the other tenant has %v, %v", list, err)
	}
	if _, err := s.FileContent(t.Context(), Fabrikam, ref, "a1"); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("FileContent of the other tenant = %v, want not found", err)
	}
	if _, err := s.PutFile(t.Context(), Contoso, tocsin.Ref{Kind: tocsin.KindMessage, ID: "MC2"}, f, content); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("PutFile for an unknown message = %v, want not found", err)
	}
	if _, err := s.PutFile(t.Context(), Contoso, ref, f, make([]byte, tocsin.MaxFile+1)); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("PutFile of too much = %v, want invalid", err)
	}
	f.Name = "guide 2.pdf"
	if _, err := s.PutFile(t.Context(), Contoso, ref, f, nil); err != nil {
		t.Fatal(err)
	}
	if got, err := s.FileContent(t.Context(), Contoso, ref, "a1"); err != nil || len(got) != 0 {
		t.Errorf("replaced content = %d bytes, %v", len(got), err)
	}
	// Swap the contents of two files behind the store's back.
	f.ID = "a2"
	if _, err := s.PutFile(t.Context(), Contoso, ref, f, content); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Writer().ExecContext(t.Context(), `UPDATE contents SET body = (SELECT c.body FROM contents c WHERE c.size = 0) WHERE size = 5000`); err != nil {
		t.Fatal(err)
	}
	if got, err := s.FileContent(t.Context(), Contoso, ref, "a2"); err == nil {
		t.Errorf("a changed content is given: %d bytes", len(got))
	}
}

// fileTasks: a poll that brings an item with files asks for them, once for
// each version; an import, and an item without files, do not.
func fileTasks(t *testing.T, s *Desk) {
	AddTenants(t, s)
	tasks := func(now time.Time) []archive.FileTask {
		t.Helper()
		list, err := s.FileTasks(t.Context(), Contoso, "graph", now, 10)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	add := func(listed bool, docs ...tocsin.Document) {
		t.Helper()
		r := archive.Record{TenantID: Contoso, Source: "graph", SeenAt: T0, Listed: listed}
		for _, d := range docs {
			r.Entries = append(r.Entries, archive.Entry{Document: d})
		}
		if _, err := s.Record(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	add(false, Message(t, "MC0", true, T0))
	add(true, Message(t, "MC1", true, T0), Message(t, "MC2", false, T0), Message(t, "MC1", true, T0.Add(time.Minute)))
	one := tocsin.Ref{Kind: tocsin.KindMessage, ID: "MC1"}
	expect(t, "tasks", tasks(T0), []archive.FileTask{{Ref: one}})
	if err := s.EndFileTask(t.Context(), Contoso, one, T0.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if list := tasks(T0); len(list) != 0 {
		t.Errorf("tasks after a failure = %v", list)
	}
	expect(t, "tasks an hour later", tasks(T0.Add(time.Hour)), []archive.FileTask{{Ref: one, Tries: 1}})
	if err := s.EndFileTask(t.Context(), Contoso, one, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if list := tasks(T0.Add(time.Hour)); len(list) != 0 {
		t.Errorf("tasks when all is done = %v", list)
	}
	add(true, Message(t, "MC1", true, T0.Add(2*time.Minute)))
	expect(t, "tasks after a new version", tasks(T0), []archive.FileTask{{Ref: one}})
}

// viewpoints: marks are a person's own, in one tenant, and set together or not
// at all.
func viewpoints(t *testing.T, s *Desk) {
	AddTenants(t, s)
	for _, id := range []string{"MC1", "MC2"} {
		record(t, s, Contoso, T0, Message(t, id, false, T0))
		record(t, s, Fabrikam, T0, Message(t, id, false, T0))
	}
	read := func(v tocsin.Viewpoint) tocsin.Viewpoint { v.Read = true; return v }
	favourite := func(v tocsin.Viewpoint) tocsin.Viewpoint { v.Favorited = true; return v }
	set := func(person string, change func(tocsin.Viewpoint) tocsin.Viewpoint, ids ...string) error {
		return s.SetViewpoints(t.Context(), Contoso, person, ids, T0, change)
	}
	if err := errors.Join(set("ana", read, "MC1", "MC2"), set("ana", favourite, "MC2")); err != nil {
		t.Fatal(err)
	}
	if err := set("ana", read, "MC1", "MC9"); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("marking an unknown message = %v, want not found", err)
	}
	got, err := s.Viewpoints(t.Context(), Contoso, "ana")
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "marks", got, map[string]tocsin.Viewpoint{"MC1": {Read: true}, "MC2": {Read: true, Favorited: true}})
	away := func(v tocsin.Viewpoint) tocsin.Viewpoint { v.Archived, v.Reason = true, "no printers"; return v }
	back := func(v tocsin.Viewpoint) tocsin.Viewpoint { v.Archived = false; return v }
	if err := errors.Join(set("ana", away, "MC1", "MC2"), set("ana", back, "MC2")); err != nil {
		t.Fatal(err)
	}
	if got, err = s.Viewpoints(t.Context(), Contoso, "ana"); err != nil {
		t.Fatal(err)
	}
	expect(t, "put away and back", got, map[string]tocsin.Viewpoint{"MC1": {Read: true, Archived: true, Reason: "no printers"}, "MC2": {Read: true, Favorited: true}})
	for _, other := range [][2]string{{Contoso, "bo"}, {Fabrikam, "ana"}} {
		if got, err := s.Viewpoints(t.Context(), other[0], other[1]); err != nil || len(got) != 0 {
			t.Errorf("marks of %s = %v, %v, want none", other[1], got, err)
		}
	}
}
