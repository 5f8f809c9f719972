package tocsin_test

import (
	"strings"
	"testing"

	"example.org/tocsin/internal/tocsin"
)

func TestFileName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "review of March.docx", "review of March.docx"},
		{"folders", "../../etc/passwd", "passwd"},
		{"folders of another system", `C:\Windows\..\system.ini`, "system.ini"},
		{"dots", "..", "file"},
		{"hidden", ".profile", "profile"},
		{"dot at the end", "a.exe. .", "a.exe"},
		{"line break", "a\r\nX-Header: b.txt", "aX-Header_ b.txt"},
		{"nul", "a\x00.txt", "a.txt"},
		{"reordered", "invoice\u202Efdp.exe", "invoicefdp.exe"},
		{"device", "nul.txt", "_nul.txt"},
		{"device with a number", "COM1", "_COM1"},
		{"quotes", `a"b.txt`, "a_b.txt"},
		{"broken bytes", "a\xff.txt", "a.txt"},
		{"japanese", "事後報告書.pdf", "事後報告書.pdf"},
		{"nothing", "", "file"},
		{"long", strings.Repeat("é", 200), strings.Repeat("é", 90)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tocsin.FileName(tt.in); got != tt.want {
				t.Errorf("FileName(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestFileNormalize(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ id, kind, wantKind string }{
		{"30356a46-ffad-47e1-acf6-40a99b1538c1", "image/png; charset=x", "image/png"},
		{"../x", "text/html\r\nX: y", "application/octet-stream"},
		{"", "", "application/octet-stream"},
		{"a/b", "a/b/c", "application/octet-stream"},
	} {
		f := tocsin.File{ID: tt.id, Name: "x", ContentType: tt.kind}
		f.Normalize([]byte("content"))
		if f.ContentType != tt.wantKind || f.Size != 7 || f.Hash != tocsin.HashOf([]byte("content")) {
			t.Errorf("%q, %q: %+v", tt.id, tt.kind, f)
		}
		if strings.ContainsAny(f.ID, "./") || f.ID == "" {
			t.Errorf("the id %q became %q", tt.id, f.ID)
		}
	}
}
