package file_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/file"
	"example.org/tocsin/internal/tocsin"
)

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func poll(t *testing.T, path string) (collect.Answer, error) {
	t.Helper()
	source, err := file.New(path)
	if err != nil {
		t.Fatal(err)
	}
	return source.Poll(t.Context(), collect.Ask{Full: true})
}

func TestSourceReadsADirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "a.json", `{"value":[`+issue+`]}`)
	write(t, dir, "b.json", strings.Replace(issue, "EX1", "EX2", 1))
	one := write(t, dir, "c.json", message)
	write(t, dir, ".d.json.part", `{"value":[`)
	if err := os.Mkdir(filepath.Join(dir, "e"), 0o700); err != nil {
		t.Fatal(err)
	}
	answer, err := poll(t, dir)
	if err != nil || len(answer.Lists) != 2 {
		t.Fatalf("answer = %+v, %v", answer, err)
	}
	for i, want := range []int{2, 1} {
		if list := answer.Lists[i]; !list.Full || list.Listed != want || len(list.Items) != want {
			t.Errorf("list of %ss: full %v, %d listed, %d items, want %d", list.Kind, list.Full, list.Listed, len(list.Items), want)
		}
	}
	if answer, err := poll(t, one); err != nil || len(answer.Lists) != 1 || answer.Lists[0].Kind != tocsin.KindMessage {
		t.Errorf("one file: %+v, %v", answer, err)
	}
}

// A file that cannot be read costs no other, but then nothing has left, and
// nobody knows what it holds.
func TestOneBadFileCostsNoOther(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "a.json", `{"value":[`+issue+`]}`)
	write(t, dir, "z.json", `{"value":[`)
	answer, err := poll(t, dir)
	if err != nil || len(answer.Lists) != 4 {
		t.Fatalf("answer = %+v, %v", answer, err)
	}
	if list := answer.Lists[0]; list.Full || len(list.Items) != 1 || list.Lost != nil {
		t.Errorf("the good file: %+v", list)
	}
	for _, list := range answer.Lists[1:] {
		if list.Lost == nil || list.Lost.Problem.Args["name"] != "z.json" {
			t.Errorf("%s: %+v", list.Kind, list)
		}
	}
	if err := os.Remove(filepath.Join(dir, "a.json")); err != nil {
		t.Fatal(err)
	}
	answer, err = poll(t, dir)
	var failure *collect.Failure
	if !errors.As(err, &failure) || failure.Problem.Args["name"] != "z.json" || answer.Lists != nil {
		t.Errorf("no other file: %+v, %v", answer, err)
	}
}

// An element that cannot be read costs no other and stays as it came.
func TestOneOddElementCostsNoOther(t *testing.T) {
	t.Parallel()
	for odd, want := range map[string]struct {
		kind   tocsin.Kind
		id     string
		member string
	}{
		`{"id":"EX9","service":"Exchange Online","posts":"x","isResolved":false,"classification":"incident"}`: {tocsin.KindIssue, "EX9", "posts"},
		`{"id":"EX9","service":"Exchange Online","posts":[],"details":[{"name":"n","value":{}}]}`:             {tocsin.KindIssue, "EX9", "details[0].value"},
		`{"id":"MC9","body":{"contentType":"html","content":"x"},"services":"Exchange Online"}`:               {tocsin.KindMessage, "MC9", "services"},
		`{"id":"Exchange","service":"Exchange Online","status":5}`:                                            {tocsin.KindOverview, "Exchange", "status"},
		`{"id":"Exchange","service":"Exchange Online"}`:                                                       {tocsin.KindOverview, "Exchange", "status"},
		`null`: {tocsin.KindIssue, "", ""}, `7`: {tocsin.KindIssue, "", ""}, `{"a":1}`: {tocsin.KindIssue, "", "id"},
		`{"Id":"Exchange","Workload":"Exchange","Status":"x","IncidentIds":7}`: {tocsin.KindOverview, "Exchange", "IncidentIds"},
	} {
		dir := t.TempDir()
		write(t, dir, "a.json", `{"value":[`+odd+`,`+issue+`]}`)
		answer, err := poll(t, dir)
		if err != nil {
			t.Errorf("%s: %v", odd, err)
			continue
		}
		sound := 0
		var got tocsin.Unreadable
		for _, list := range answer.Lists {
			for _, item := range list.Items {
				if item.Odd == nil {
					sound++
					continue
				}
				got = tocsin.Unread(list.Kind, item.Body, item.Odd)
			}
		}
		if sound != 1 || got.Kind != want.kind || got.ID != want.id || string(got.Body) != odd || want.member != "id" && got.Member != want.member {
			t.Errorf("%s: %d sound, %+v", odd, sound, got)
		}
	}
}

func TestSourceFails(t *testing.T) {
	t.Parallel()
	if _, err := file.New(""); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("no path: %v", err)
	}
	var failure *collect.Failure
	if _, err := poll(t, filepath.Join(t.TempDir(), "none")); !errors.As(err, &failure) {
		t.Errorf("no such path: %v", err)
	}
	dir := t.TempDir()
	write(t, dir, "a.json", issue)
	source, err := file.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := source.Poll(ctx, collect.Ask{}); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
}

// No beginning of a document passes for one, packed or not.
func TestEveryPrefixFails(t *testing.T) {
	t.Parallel()
	for _, whole := range []string{`{"@odata.context":"x","value":[` + issue + "," + issue + "]}", "[" + message + "]", legacy} {
		for n := range whole {
			if lists, _, err := file.Read(strings.NewReader(whole[:n]), "cut.json"); !errors.Is(err, tocsin.ErrInvalid) || lists != nil {
				t.Fatalf("%d bytes of %s: %v, %v", n, whole, lists, err)
			}
		}
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, _ = w.Write([]byte(whole))
		_ = w.Close()
		for n := range packed.Len() {
			if lists, _, err := file.Read(bytes.NewReader(packed.Bytes()[:n]), "cut.gz"); !errors.Is(err, tocsin.ErrInvalid) || lists != nil {
				t.Fatalf("%d packed bytes: %v, %v", n, lists, err)
			}
		}
	}
}

// The recorded history is read whole, each line at the time it was seen.
func TestRecordedHistory(t *testing.T) {
	t.Parallel()
	f, err := os.Open("../../../../shared/data/message-center-updates.jsonl.gz")
	if err != nil {
		t.Skip("the recorded history is not at hand:", err)
	}
	defer f.Close()
	lists, warnings, err := file.Read(f, "history.jsonl.gz")
	if err != nil || len(lists) != 1 || lists[0].Kind != tocsin.KindMessage || lists[0].Full || len(lists[0].Items) != 447 || lists[0].Listed != 447 || warnings != nil {
		t.Fatalf("read %v, %v, %v", counts(lists), warnings, err)
	}
	for i, item := range lists[0].Items {
		if item.At.IsZero() || item.Hash != tocsin.HashOf(item.Body) {
			t.Errorf("line %d: seen at %v", i+1, item.At)
		}
	}
}

// An odd element costs nothing else: it is on the list that it seems to belong
// to, as it came, with what is odd about it.
func TestSourceKeepsOddElements(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "a.json", "["+issue+","+whole+`,"Posts":"@{Description=}"},`+message+`,{"id":"MC2","category":"x","body":7},`+overview+`,{"hello":"world"},{"Id":"EX9","Service":"Exchange Online","Status":"serviceOperational"},{"Id":"MC9","Service":"Exchange Online","Status":"x"}]`)
	answer, err := poll(t, dir)
	if err != nil || len(answer.Lists) != 3 {
		t.Fatalf("answer = %+v, %v", answer, err)
	}
	want := map[tocsin.Kind]int{tocsin.KindIssue: 4, tocsin.KindMessage: 3, tocsin.KindOverview: 1}
	for _, list := range answer.Lists {
		if len(list.Items) != want[list.Kind] || list.Listed != want[list.Kind] || !list.Full {
			t.Errorf("list of %ss: %d items, %d listed, full %v", list.Kind, len(list.Items), list.Listed, list.Full)
		}
		if list.Kind != tocsin.KindIssue {
			continue
		}
		u := tocsin.Unread(list.Kind, list.Items[1].Body, list.Items[1].Odd)
		if u.ID != "EX1" || u.Service != "Exchange Online" || u.Member != "Posts" || u.Reason != tocsin.UnreadableMember || !strings.HasPrefix(string(u.Body), whole) {
			t.Errorf("unreadable: %+v", u)
		}
		if list.Items[0].Odd != nil || list.Items[2].Odd == nil {
			t.Errorf("odd: %v, %v", list.Items[0].Odd, list.Items[2].Odd)
		}
	}
}

// A small file that inflates to more than is held in memory is no file.
func TestBoundsWhatInflates(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte("[" + issue + strings.Repeat(" ", 1<<20) + "]"))
	_ = w.Close()
	for limit, want := range map[int64]bool{1 << 20: false, 2 << 20: true} {
		_, err := file.Look("a.gz", func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(packed.Bytes())), nil }, limit)
		if (err == nil) != want {
			t.Errorf("at most %d bytes: %v", limit, err)
		}
	}
}
