package post_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/tocsin"
)

// shared opens a file of the real records, which are no part of the project.
func shared(t *testing.T, name string) *os.File {
	t.Helper()
	for _, up := range []string{"../../../shared", "../../shared"} {
		if file, err := os.Open(filepath.Join(up, name)); err == nil {
			t.Cleanup(func() { _ = file.Close() }) // read only
			return file
		}
	}
	t.Skip("no real records beside the project: " + name)
	return nil
}

// TestRealPosts reads posts of 2022 to 2026 in several layouts: each must come
// apart, and one wrong year must be noticed.
func TestRealPosts(t *testing.T) {
	t.Parallel()
	lines := bufio.NewScanner(shared(t, "data/issue-posts.jsonl"))
	dates, doubts, read := 0, 0, 0
	for lines.Scan() {
		var record struct {
			ID, Seen, LastUpdated, LatestPost, Text string
		}
		if err := json.Unmarshal(lines.Bytes(), &record); err != nil {
			t.Fatal(err)
		}
		content := record.LatestPost + record.Text
		if content == "" {
			continue
		}
		created, ok := tocsin.ParseTime(record.LastUpdated + record.Seen)
		if !ok {
			t.Fatalf("no time: %s", lines.Text())
		}
		p := post.Read(tocsin.Post{CreatedAt: created, ContentType: "html", Content: content})
		read++
		if len(p.Sections) < 5 {
			t.Errorf("%s came apart in %d sections: %+v", record.ID, len(p.Sections), p.Sections)
		}
		for _, s := range p.Sections {
			if s.Date != nil {
				dates++
			}
			if s.Date != nil && !s.Date.Sound() {
				doubts++
			}
			if (s.Kind == post.KindStartTime || s.Kind == post.KindEndTime || s.Kind == post.KindNextUpdate) && s.Date == nil {
				t.Errorf("no date in %q", s.Text)
			}
		}
	}
	if read != 6 || dates != 10 || doubts != 1 {
		t.Errorf("%d posts with %d dates, %d of them in doubt, want 6, 10, 1", read, dates, doubts)
	}
}

// TestRealMessages compares each version of real messages with the one before.
func TestRealMessages(t *testing.T) {
	t.Parallel()
	packed, err := gzip.NewReader(shared(t, "data/message-center-updates.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(packed)
	lines.Buffer(nil, 1<<20)
	last := map[string]json.RawMessage{}
	updates, versions, members, runs := 0, 0, 0, 0
	begin := time.Now()
	for lines.Scan() {
		var record struct {
			ID      string
			Message json.RawMessage
		}
		if err := json.Unmarshal(lines.Bytes(), &record); err != nil {
			t.Fatal(err)
		}
		before, ok := last[record.ID]
		last[record.ID] = record.Message
		if !ok {
			continue
		}
		changes, err := post.Members(before, record.Message)
		if err != nil {
			t.Fatal(err)
		}
		updates++
		members += len(changes)
		same := meaning(t, before).Same(meaning(t, record.Message))
		if !same {
			versions++
		}
		if same != (len(changes) == 0) {
			t.Errorf("%s: a version: %v, but %v differ", record.ID, !same, changes)
		}
		for _, m := range changes {
			if strings.Contains(m.Name, "viewPoint") || strings.Contains(m.New, "<p>") && m.Name == "body" {
				t.Errorf("%s: %s in a difference", record.ID, m.Name)
			}
			if m.Name == "body" {
				list := post.Words(m.Old, m.New)
				checkRuns(t, m.Old, m.New, list)
				runs += len(list)
			}
		}
	}
	if updates != 256 || versions != 174 {
		t.Errorf("%d updates, %d of them versions, want 256 and 174", updates, versions)
	}
	t.Logf("%d versions, %d members, %d runs in %v", versions, members, runs, time.Since(begin))
}

func meaning(t *testing.T, body []byte) tocsin.Meaning {
	t.Helper()
	doc, err := tocsin.ReadDocument(tocsin.KindMessage, body)
	if err != nil {
		t.Fatal(err)
	}
	return doc.Meaning
}

// TestRealDocuments reads a whole published update and the posts of 2015 in
// the reference of the API.
func TestRealDocuments(t *testing.T) {
	t.Parallel()
	body := make([]byte, 1<<17)
	n, _ := shared(t, "documents/2-published-update.en-ja.txt").Read(body) // a short file
	english, _, _ := strings.Cut(string(body[:n]), "Machine Translation")
	p := post.Read(tocsin.Post{Content: english})
	if len(p.Sections) < 9 || !p.Final || !p.Date(post.KindEndTime).Sound() {
		t.Errorf("the published update came apart as %+v", p.Sections)
	}
	n, _ = shared(t, "documents/4-service-communications-api.fr-en.md").Read(body)
	count := 0
	for _, piece := range strings.Split(string(body[:n]), `"MessageText": "`)[1:] {
		text, _, _ := strings.Cut(piece, "\"\n")
		var content string
		if err := json.Unmarshal([]byte(`"`+strings.TrimRight(text, "\" ")+`"`), &content); err != nil {
			continue // cut at another quote
		}
		p := post.Read(tocsin.Post{Content: content})
		count++
		if p.Sections[0].Kind != post.KindCurrentStatus && p.Sections[0].Kind != post.KindFinalStatus {
			t.Errorf("%.60q begins with %s", content, p.Sections[0].Kind)
		}
		if s, ok := p.Find(post.KindNextUpdate); ok && !s.Date.Sound() {
			t.Errorf("date in doubt: %+v", s)
		}
	}
	if count < 5 {
		t.Errorf("%d posts of 2015, want at least 5", count)
	}
}
