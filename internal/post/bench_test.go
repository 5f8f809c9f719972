package post_test

import (
	"strings"
	"testing"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/tocsin"
)

// letters is the body of a message with headings, lists, a table and links, as
// the provider writes them.
const letters = `<p>Updated March 2, 2026: We have moved the dates. Thank you for waiting.</p>` +
	`<p><b>[What and Why:]</b></p><p>The post office gives every letter a <b>number of its own</b>, so that nobody has to ask where it is. ` +
	`This message belongs to the plan with the number <a href="https://example.org/plan?a=1&amp;b=2" target="_blank">4711</a>.</p>` + "\n" +
	`<p><b>[Rollout Schedule:]</b></p><ul><li><b>General Availability (Worldwide):</b> We begin in <b>early April 2026</b>&nbsp;and are done by mid-May 2026.</li>` +
	`<li>General Availability (GCC): We begin in June 2026.</li></ul>` +
	`<p><b>[Impact on Your Organization:]</b></p><p><b>Who is affected:</b></p><ul><li>Everybody who writes letters</li><li>Clerks of:<ul><li>the northern office</li><li>the southern office</li></ul></li></ul>` +
	`<p><b>What will happen:</b></p><ol><li>Letters are numbered.</li><li>Numbers are told.</li></ol><p><img src="https://example.org/a.png" alt="a letter"></p>` +
	`<p><b>[Action Required / Recommendations:]</b></p><p>Nobody has to do anything. Learn more: <a href="https://example.org/letters">Letters and their numbers</a></p>` +
	`<p><b>[Compliance considerations]</b></p><table border="1"><tbody><tr><th>Area</th><th>Explanation</th></tr>` +
	`<tr><td>What is kept</td><td>The number of each letter, for a year.</td></tr></tbody></table>`

func benchmarkRead(b *testing.B, one tocsin.Post) {
	b.SetBytes(int64(len(one.Content)))
	b.ReportAllocs()
	for b.Loop() {
		_ = post.Read(one)
	}
}

// What reading costs, in MB of posts a second.
func BenchmarkReadIssue(b *testing.B) {
	benchmarkRead(b, tocsin.Post{CreatedAt: monday, ContentType: "html", Content: update})
}

func BenchmarkReadIssueOnOneLine(b *testing.B) {
	benchmarkRead(b, tocsin.Post{CreatedAt: monday, ContentType: "html", Content: strings.ReplaceAll(update, "\n\n", " &nbsp; ")})
}

func BenchmarkReadIssueMarkedUp(b *testing.B) {
	benchmarkRead(b, tocsin.Post{CreatedAt: monday, ContentType: "html", Content: "<p>" + strings.ReplaceAll(update, "\n\n", "</p>\n<p>") + "</p>"})
}

func BenchmarkReadMessage(b *testing.B) {
	benchmarkRead(b, tocsin.Post{CreatedAt: monday, ContentType: "html", Content: letters})
}

func BenchmarkReadLongMessage(b *testing.B) {
	benchmarkRead(b, tocsin.Post{CreatedAt: monday, ContentType: "html", Content: strings.Repeat(letters, 20)})
}
