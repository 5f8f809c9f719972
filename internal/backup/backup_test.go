package backup

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"filippo.io/age"
	"pgregory.net/rapid"

	"example.org/tocsin/internal/tocsin"
)

// random are rows of three columns, of all kinds of values.
func random(t *rapid.T) [][]any {
	value := rapid.OneOf(
		rapid.Just[any](nil), rapid.Int64().AsAny(), rapid.Bool().AsAny(), rapid.String().AsAny(), rapid.SliceOfN(rapid.Byte(), 0, 300).AsAny(),
	)
	rows := rapid.SliceOfN(rapid.SliceOfN(value, 3, 3), 0, 20).Draw(t, "rows")
	for _, row := range rows {
		for i, v := range row {
			if b, ok := v.([]byte); ok && b == nil {
				row[i] = []byte{}
			}
		}
	}
	return rows
}

// What is read is what was written, whatever of it is skipped.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	recipients, identities := testKeys(t)
	large := []any{strings.Repeat("large ", 300_000), bytes.Repeat([]byte{7}, 1<<20+1), nil}
	roundTrip(t, recipients, identities, [][]any{large, large})
	rapid.Check(t, func(t *rapid.T) { roundTrip(t, recipients, identities, random(t)) })
}

func roundTrip(t interface {
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}, recipients []age.Recipient, identities []age.Identity, rows [][]any,
) {
	var file bytes.Buffer
	w, err := NewWriter(&file, Header{Schema: 7, Key: "k"}, recipients, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"skipped", "read"} {
		if err := w.Table(name, []string{"a", "b", "c"}); err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if err := w.Row(row); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n, err := w.Close(); err != nil || n != int64(2*len(rows)) {
		t.Fatal(n, err)
	}
	r, err := NewReader(bytes.NewReader(file.Bytes()), identities, nil)
	if err != nil || r.Header.Schema != 7 || r.Header.Key != "k" {
		t.Fatal(r, err)
	}
	defer r.Close()
	_, _, err = r.NextTable()
	name, columns, err2 := r.NextTable()
	if err != nil || err2 != nil || name != "read" || len(columns) != 3 {
		t.Fatal(name, columns, err, err2)
	}
	for _, want := range rows {
		if got, err := r.NextRow(); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("row %v, %v, want %v", got, err, want)
		}
	}
	if _, err := r.NextRow(); !errors.Is(err, io.EOF) {
		t.Fatal("a row more", err)
	}
	if _, _, err := r.NextTable(); !errors.Is(err, io.EOF) || r.Rows != int64(2*len(rows)) {
		t.Fatal("end", err, r.Rows)
	}
}

func testKeys(t *testing.T) ([]age.Recipient, []age.Identity) {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return []age.Recipient{identity.Recipient()}, []age.Identity{identity}
}

// A reader of a pipe never takes what a writer could not finish for all.
func TestPipe(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, failure := range []error{nil, broken} {
		p := NewPipe()
		ended := make(chan error, 1)
		go func() {
			err := p.Table("one", []string{"a"})
			for n := int64(0); err == nil && n < 3; n++ {
				err = p.Row([]any{n})
			}
			ended <- p.End(errors.Join(err, failure))
		}()
		if _, _, err := p.NextTable(); err != nil {
			t.Fatal(err)
		}
		var err error
		n := 0
		for ; err == nil; n++ {
			_, err = p.NextRow()
		}
		if errors.Is(err, io.EOF) {
			_, _, err = p.NextTable()
		}
		want := failure
		if want == nil {
			want = io.EOF
		}
		if !errors.Is(err, want) || n != 4 {
			t.Errorf("%v after %d rows, want %v", err, n-1, want)
		}
		if err := <-ended; !errors.Is(err, failure) {
			t.Errorf("the writer failed with %v, want %v", err, failure)
		}
	}
	p := NewPipe()
	_ = p.Stop(nil)
	var err error
	for range 100 {
		err = errors.Join(err, p.Row([]any{int64(1)}))
	}
	if err == nil || p.End(err) != nil {
		t.Errorf("a writer whose reader has stopped: %v", err)
	}
}

// Keys and passphrases come from files that are not open to everybody, and what is
// wrong with one is said without a part of it.
func TestKeys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	secret, public, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	key, open := file("key", secret, 0o600), file("open", secret, 0o644)
	phrase, short := file("phrase", "correct horse battery\n", 0o600), file("short", "horse\n", 0o600)
	broken := file("broken", secret[:len(secret)-9], 0o600)
	recipients := file("recipients", "# ops\n"+public+"\n", 0o644)
	for what, tt := range map[string]struct {
		err  error
		good bool
	}{
		"a public key":         {second(Recipients([]string{public}, "")), true},
		"a file with one":      {second(Recipients([]string{recipients}, "")), true},
		"a passphrase":         {second(Recipients(nil, phrase)), true},
		"nobody":               {second(Recipients(nil, "")), false},
		"both":                 {second(Recipients([]string{public}, phrase)), false},
		"half a key":           {second(Recipients([]string{public[:20]}, "")), false},
		"a short passphrase":   {second(Recipients(nil, short)), false},
		"no file":              {second(Recipients([]string{filepath.Join(dir, "none")}, "")), false},
		"a secret key":         {second(Identities(key, "")), true},
		"its passphrase":       {second(Identities("", phrase)), true},
		"nothing":              {second(Identities("", "")), false},
		"key and passphrase":   {second(Identities(key, phrase)), false},
		"open to everybody":    {second(Identities(open, "")), false},
		"half a secret key":    {second(Identities(broken, "")), false},
		"a public key as such": {second(Identities(recipients, "")), false},
	} {
		if tt.good != (tt.err == nil) || tt.err != nil && !errors.Is(tt.err, tocsin.ErrInvalid) {
			t.Errorf("%s: %v", what, tt.err)
		}
		if tt.err != nil && strings.Contains(tt.err.Error(), "SECRET-KEY-1") {
			t.Errorf("%s: the key is in %v", what, tt.err)
		}
	}
}

func second[T any](_ T, err error) error { return err }
