package store_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/plaintext"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// BenchmarkSearch looks through 5,000 messages of 3 KB: by a rare word, by one
// that all of them hold, by two Japanese characters, for which no index helps,
// by what is not there, as a word of its own too, and by ten words that mean the
// same and are not there.
func BenchmarkSearch(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			dsn := filepath.Join(b.TempDir(), "tocsin.db")
			if engine == "postgres" {
				dsn = pgtest.URL(b)
			}
			s, err := storetest.New(b.Context(), dsn)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			storetest.AddTenants(b, s)
			began := time.Now()
			r := archive.Record{TenantID: storetest.Contoso, Source: "import", SeenAt: storetest.T0, Silent: true}
			for n := range 5000 {
				doc, err := tocsin.NewDocument(tocsin.Message{
					ID: fmt.Sprintf("MC%06d", n), Title: "Change", ContentType: "html", ModifiedAt: storetest.T0.Add(time.Duration(n) * time.Minute),
					Content: fmt.Sprintf("<p>needle%04d %s</p>", n, strings.Repeat(fmt.Sprintf("users of group %d see a new page メールの送信 ", n%97), 60)),
				})
				if err != nil {
					b.Fatal(err)
				}
				r.Entries = append(r.Entries, archive.Entry{Document: doc})
			}
			if _, err := s.Record(b.Context(), r); err != nil {
				b.Fatal(err)
			}
			if _, err := s.Writer().ExecContext(b.Context(), "ANALYZE"); err != nil {
				b.Fatal(err)
			}
			b.Logf("stored and indexed in %v", time.Since(began))
			alike := []plaintext.Term{{Text: "zwo", Whole: true}}
			for _, word := range strings.Fields("connexion login anmeldung authentifizierung signing-in password mot-de-passe サインイン ログイン") {
				alike = append(alike, plaintext.Term{Text: word})
			}
			for term, words := range map[string][]plaintext.Term{
				"needle4321": plaintext.Literal("needle4321"), "users": plaintext.Literal("users"), "送信": plaintext.Literal("送信"), "nowhere": plaintext.Literal("nowhere"),
				"whole": {{Text: "zwo", Whole: true}}, "ten alike": alike,
			} {
				b.Run(term, func(b *testing.B) {
					for b.Loop() {
						if _, err := s.Search(b.Context(), storetest.Contoso, archive.SearchQuery{Terms: [][]plaintext.Term{words}, Limit: 50}); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}
