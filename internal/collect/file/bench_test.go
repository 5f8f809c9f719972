package file_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/file"
	"example.org/tocsin/internal/cputest"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// BenchmarkImport imports the same issues in each form that loses nothing, into
// a fresh archive on SQLite each time, and prints the speed beside that of
// Graph's own form, in time of processors, and the largest heap after a part. TOCSIN_BENCH_DOCUMENTS
// says how many issues; run it with -benchtime=1x.
func BenchmarkImport(b *testing.B) {
	n := 2000
	if text := os.Getenv("TOCSIN_BENCH_DOCUMENTS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	var graph float64
	for _, form := range benchForms() {
		b.Run(form.name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "issues.json")
			form.write(b, path, n)
			var peak uint64
			var used time.Duration
			for b.Loop() {
				b.StopTimer()
				archive := storetest.Open(b, storetest.File(b))
				storetest.AddTenants(b, archive)
				desk := collect.New(archive, time.Now, slog.New(slog.DiscardHandler))
				before := cputest.Used(b)
				b.StartTimer()
				peak = max(peak, importAll(b, desk, path, n))
				used += cputest.Used(b) - before
			}
			speed := float64(n) * float64(b.N) / used.Seconds()
			if graph == 0 {
				graph = speed
			}
			b.ReportMetric(speed, "documents/cpu-s")
			b.ReportMetric(speed/graph, "of-graph")
			b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// importAll imports a file as the command does and returns the largest heap
// that was in use after a part.
func importAll(b *testing.B, desk *collect.Collector, path string, want int) (peak uint64) {
	b.Helper()
	f, err := file.Open("issues.json", func() (io.ReadCloser, error) { return os.Open(path) })
	if err != nil {
		b.Fatal(err)
	}
	ingest := desk.Ingest(storetest.Contoso, "import")
	ingest.Stored = func(int) {
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		peak = max(peak, now.HeapInuse)
	}
	err = f.Each(func(n *file.Notice) error { return ingest.Add(b.Context(), n.Document, n.At) }, func(r file.Refusal) { b.Error(r) })
	if err != nil {
		b.Fatal(err)
	}
	counts, err := ingest.Finish(b.Context())
	if got := counts[tocsin.KindIssue].New; err != nil || got != want {
		b.Fatalf("%d new issues, %v, want %d", got, err, want)
	}
	return peak
}

// A benchForm writes one issue after the other from a template.
type benchForm struct {
	name              string
	issue             string // %d stands for a number
	begin, sep, after string
	wide              bool // UTF-16
}

func (f benchForm) write(b *testing.B, path string, n int) {
	b.Helper()
	out, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer out.Close()
	w := bufio.NewWriterSize(out, 1<<20)
	put := func(text string) {
		if !f.wide {
			_, _ = w.WriteString(text)
			return
		}
		for _, unit := range utf16.Encode([]rune(text)) {
			_, _ = w.Write([]byte{byte(unit), byte(unit >> 8)})
		}
	}
	if f.wide {
		put("\ufeff")
	}
	before, behind, _ := strings.Cut(f.issue, "%d")
	put(f.begin)
	for i := range n {
		if i > 0 {
			put(f.sep)
		}
		put(before + strconv.Itoa(1_000_000+i) + behind)
	}
	put(f.after)
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
}

// benchForms are the forms of a made-up issue with five posts, of 4 KB.
func benchForms() []benchForm {
	post := func(n int) map[string]any {
		return map[string]any{"createdDateTime": fmt.Sprintf("2026-10-0%dT08:41:03.21Z", n+1), "postType": "regular", "description": map[string]any{
			"contentType": "html", "content": strings.Repeat("We're reviewing the traces of Contoso's rooms & halls.\n\n", 10),
		}}
	}
	issue := map[string]any{
		"id": "EX%d", "title": "Some rooms can't be found", "startDateTime": "2026-10-01T08:15:00Z", "endDateTime": nil, "lastModifiedDateTime": "2026-10-05T08:41:03.21Z",
		"impactDescription": "Users may be unable to find rooms.", "classification": "advisory", "origin": "microsoft", "status": "serviceDegradation",
		"service": "Exchange Online", "feature": "Calendar", "featureGroup": "E-Mail and calendar access", "isResolved": false,
		"details": []any{map[string]any{"name": "ContosoRooms", "value": "all"}}, "posts": []any{post(0), post(1), post(2), post(3), post(4)},
	}
	text := func(v any, indent string) string {
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetIndent("", indent)
		_ = encoder.Encode(v)
		return out.String()
	}
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	ps51 := func(wrap bool) string {
		s := strings.ReplaceAll(text(pascal(issue, wrap), "    "), `": `, `":  `)
		s = regexp.MustCompile(`"2026-10-0\dT08:41:03.21Z"`).ReplaceAllString(s, `"\/Date(1791189663210)\/"`)
		return crlf(strings.ReplaceAll(s, `"2026-10-01T08:15:00Z"`, `"\/Date(1790842500000)\/"`))
	}
	return []benchForm{
		{"graph", text(issue, " "), `{"@odata.context":"x","value":[`, ",", "]}", false},
		{"m365", text(issue, "  "), "[", ",", "]", false},
		{"lines", text(issue, ""), "", "\n", "\n", false},
		{"sdk-ps7", crlf(text(pascal(issue, false), "  ")), "[", ",\r\n", "]", false},
		{"sdk-ps51", ps51(false), "[", ",\r\n", "]", false},
		{"sdk-ps51-utf16", ps51(false), "[", ",\r\n", "]", true},
		{"sdk-ps51-wrapped", ps51(true), `{"value":  [`, ",\r\n", fmt.Sprintf(`],"Count":  %d}`, 1), false},
	}
}

// pascal is a value as the SDK for PowerShell has it.
func pascal(v any, wrap bool) any {
	switch v := v.(type) {
	case map[string]any:
		object := map[string]any{"AdditionalProperties": map[string]any{}}
		for name, inner := range v {
			object[strings.ToUpper(name[:1])+name[1:]] = pascal(inner, wrap)
		}
		return object
	case []any:
		list := make([]any, len(v))
		for i, inner := range v {
			list[i] = pascal(inner, wrap)
		}
		if wrap {
			return map[string]any{"value": list, "Count": len(list)}
		}
		return list
	}
	return v
}
