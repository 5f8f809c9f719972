package feed_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"example.org/tocsin/internal/feed"
)

var update = flag.Bool("update", false, "write the golden files")

// sample is a feed with what is hard: Japanese, markup, controls, two updates
// of one issue.
func sample() feed.Feed {
	at := time.Date(2026, 3, 2, 8, 30, 0, 0, time.UTC)
	return feed.Feed{
		ID: "urn:tocsin:contoso:feed:ja", Title: "Contoso & co: サービスの状態", Subtitle: "更新ごとに一つ", Language: "ja", Author: "Contoso サービスデスク",
		Self: "https://desk.example/status/contoso/atom.xml?lang=ja&service=Exchange", Home: "https://desk.example/ja/status/contoso",
		Entries: []feed.Entry{
			{
				ID: "urn:tocsin:contoso:EX100001:2", Title: "[serviceRestored] EX100001 | Exchange Online | <Outlook>\x07 で開けない", Link: "https://desk.example/ja/status/contoso/EX100001/2", At: at.Add(time.Hour),
				Categories: []string{"incident", "Exchange & Outlook"}, HTML: `<p lang="en">We’ve confirmed “a &lt; b” ]]&gt;</p>` + "\n" + `<p lang="ja">é確認しました。</p>`,
			},
			{ID: "urn:tocsin:contoso:EX100001:1", Title: "[investigating] EX100001", Link: "https://desk.example/ja/status/contoso/EX100001/1", At: at, HTML: "<p>\x00bad \xff bytes ]]></p>"},
		},
	}
}

func written(t *testing.T) map[string][]byte {
	t.Helper()
	f := sample()
	asJSON, err := f.JSON()
	if err != nil {
		t.Fatal(err)
	}
	shields, err := feed.Badge{Label: "Exchange Online", Message: "unknown since 10:12 UTC", Colour: feed.Grey}.Shields()
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC)
	c := feed.Calendar{Name: "Contoso; dates, due", Events: []feed.Event{
		{ID: "MC1.contoso@tocsin", Stamp: day, Start: day, WholeDay: true, Title: "Contoso: MC1 " + strings.Repeat("期限", 30), Description: "one\r\ntwo; three\rfour", Link: "https://desk.example/messages/MC1"},
		{ID: "EX2.contoso@tocsin", Stamp: day, Start: day.Add(22 * time.Hour), End: day.Add(26 * time.Hour), Title: "Contoso: called off: EX2", Withdrawn: true},
	}}
	return map[string][]byte{
		"feed.rss": f.RSS(), "feed.atom": f.Atom(), "feed.json": asJSON, "calendar.ics": c.ICS(), "shields.json": shields,
		"badge.svg": feed.Badge{Label: "Exchange Online", Message: "障害", Colour: feed.Red}.SVG(),
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, got := range written(t) {
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from the golden file; look at it, then run with -update:\n%s", name, got)
		}
	}
}

// strict reads XML to its end as a strict reader does.
func strict(body []byte) error {
	d := xml.NewDecoder(bytes.NewReader(body))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// TestEveryEntryHasItsTime: readers that find no date show today's.
func TestEveryEntryHasItsTime(t *testing.T) {
	t.Parallel()
	f := sample()
	rss, atom := string(f.RSS()), string(f.Atom())
	n := len(f.Entries)
	for text, counts := range map[string][2]int{
		"<pubDate>": {strings.Count(rss, "<pubDate>"), n}, `<guid isPermaLink="false">urn:`: {strings.Count(rss, `<guid isPermaLink="false">urn:`), n},
		"<published>": {strings.Count(atom, "<published>"), n}, "<summary": {strings.Count(atom, "<summary"), 0}, "CDATA": {strings.Count(rss+atom, "CDATA"), 0},
	} {
		if counts[0] != counts[1] {
			t.Errorf("%s stands there %d times, want %d", text, counts[0], counts[1])
		}
	}
	if (&feed.Feed{}).Updated() != (time.Time{}) || f.Updated() != f.Entries[0].At {
		t.Error("Updated is not the time of the newest entry")
	}
}

// TestCalendarBytes looks at the bytes: programs that read them back may mend
// what others refuse.
func TestCalendarBytes(t *testing.T) {
	t.Parallel()
	body := written(t)["calendar.ics"]
	for line := range bytes.SplitSeq(bytes.TrimSuffix(body, []byte("\r\n")), []byte("\r\n")) {
		if len(line) > 75 || !utf8.Valid(line) || bytes.ContainsAny(line, "\r\n") {
			t.Errorf("bad line %q", line)
		}
	}
	text := strings.ReplaceAll(string(body), "\r\n ", "")
	if strings.Count(text, "DTEND") != 2 || strings.Contains(text, "TZID") || !strings.Contains(text, "DTEND;VALUE=DATE:20260329") || !strings.Contains(text, "DTEND:20260329T020000Z") {
		t.Errorf("ends of events:\n%s", text)
	}
}

// T-48: whatever a provider writes, strict readers can read the feed.
func FuzzFeed(f *testing.F) {
	for _, seed := range []string{"", "a<b>&amp;]]>", "\x00\x1f\x7f\ufffe\uffff", "\xff\xfe", "日本語\u2028é", strings.Repeat("x", 300), `"'`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		one := feed.Feed{
			ID: "urn:x", Title: text, Subtitle: text, Language: "en", Author: text, Self: "https://a.example/", Home: "https://a.example/",
			Entries: []feed.Entry{{ID: "urn:y", Title: text, Link: "https://a.example/1", Categories: []string{text}, HTML: text}},
		}
		asJSON, err := one.JSON()
		if err != nil || !json.Valid(asJSON) {
			t.Errorf("JSON: %v", err)
		}
		badge := feed.Badge{Label: text, Message: text}
		for name, body := range map[string][]byte{"rss": one.RSS(), "atom": one.Atom(), "svg": badge.SVG()} {
			if err := strict(body); err != nil {
				t.Errorf("%s: %v\n%s", name, err, body)
			}
		}
		c := feed.Calendar{Name: text, Events: []feed.Event{{ID: text, Title: text, Description: text, Link: text}}}
		body := c.ICS()
		if !utf8.Valid(body) || bytes.Count(body, []byte("\r\n")) != bytes.Count(body, []byte("\n")) || bytes.Count(body, []byte("\r")) != bytes.Count(body, []byte("\n")) {
			t.Errorf("ics: bad bytes %q", body)
		}
		if n := strings.Count(string(body), "BEGIN:VEVENT\r\n"); n != 1 {
			t.Errorf("%d events, want 1", n)
		}
	})
}
