package translate

import (
	"context"
	"fmt"
	"testing"
	"time"

	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
)

// oneHuman is a memory in which one tenant has said one line itself.
type oneHuman struct {
	tenant string
	key    Key
}

func (o oneHuman) Lines(_ context.Context, tenantID, _ string, _ []translation.Key) (map[translation.Key]translation.Line, error) {
	if tenantID != o.tenant {
		return nil, nil //nolint:nilnil // nothing is known
	}
	return map[translation.Key]translation.Line{translation.Key(o.key): {Text: "said by people", Human: true}}, nil
}

func (oneHuman) Revision(context.Context, string) (int64, error) { return 1, nil }

func (oneHuman) Pending(context.Context, string, tocsin.Ref, int, string) (translation.Pending, error) {
	return translation.Pending{}, nil
}

// What many tenants have seen is cut and looked up once for each language, and
// what people of one of them said stays with that one.
func TestTranslatedOnceForAllTenants(t *testing.T) {
	t.Parallel()
	const label = "User impact:"
	text := label + " Users may be unable to send email messages."
	translator := NewTranslator(oneHuman{"tenant 7", KeyOf(label)}, Policy{}, time.Now)
	for range 2 {
		for n := range 200 {
			for _, language := range Languages() {
				tenant := fmt.Sprintf("tenant %d", n)
				made, err := translator.Render(t.Context(), tenant, language, text)
				if err != nil || len(made.Lines) < 2 {
					t.Fatal(made, err)
				}
				want := OriginBook
				if n == 7 {
					want = OriginHuman
				}
				if made.Lines[0].Origin != want || made.Lines[1].Origin != OriginBook {
					t.Fatalf("%s, %s: %+v", tenant, language, made.Lines)
				}
			}
		}
	}
	if got, want := translator.cuts.Load(), int64(len(Languages())); got != want {
		t.Errorf("the text was put through the book %d times, want %d", got, want)
	}
}
