package post_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"strings"
	"testing"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/tocsin"
)

// realMessages are the bodies of the messages in a file of real records.
func realMessages(t *testing.T, name string) []tocsin.Post {
	t.Helper()
	packed, err := gzip.NewReader(shared(t, name))
	if err != nil {
		t.Fatal(err)
	}
	type body struct{ Content, ContentType string }
	lines := bufio.NewScanner(packed)
	lines.Buffer(nil, 1<<20)
	var list []tocsin.Post
	for lines.Scan() {
		var record struct {
			Body    body
			Message struct{ Body body }
		}
		if err := json.Unmarshal(lines.Bytes(), &record); err != nil {
			t.Fatal(err)
		}
		b := record.Body
		if b.Content == "" {
			b = record.Message.Body
		}
		list = append(list, tocsin.Post{CreatedAt: monday, Content: b.Content, ContentType: b.ContentType})
	}
	return list
}

// TestRealHeadings: real messages lose nothing, and the headings that the two
// families have are known. Others are those of single posts.
func TestRealHeadings(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct{ posts, headed, known int }{
		"data/message-center-2026.jsonl.gz":    {65, 63, 63},
		"data/message-center-updates.jsonl.gz": {447, 447, 447},
	} {
		posts, headed, known, labels, others, rows, items, links := 0, 0, 0, 0, 0, 0, 0, 0
		for _, one := range realMessages(t, name) {
			p := checkWhole(t, one)
			posts++
			all, any := true, false
			for _, s := range p.Sections {
				if s.Label != "" {
					any = true
					labels++
				}
				for _, b := range s.Blocks() {
					links += len(b.Links)
					switch b.Form {
					case post.FormHeading:
						others++
						if strings.HasPrefix(b.Text, "[") {
							all = false
							t.Logf("%s: unknown heading %q", name, b.Text)
						}
					case post.FormRow:
						rows++
					case post.FormItem:
						items++
					case post.FormParagraph:
					}
				}
			}
			if any {
				headed++
			}
			if any && all {
				known++
			}
		}
		t.Logf("%s: %d posts, %d with headings, of %d all are known: %d known, %d of their own; %d rows, %d items, %d links", name, posts, headed, known, labels, others, rows, items, links)
		if posts != want.posts || headed < want.headed || known < want.known {
			t.Errorf("%s: %d posts, %d with headings, all known in %d, want %+v", name, posts, headed, known, want)
		}
	}
}
