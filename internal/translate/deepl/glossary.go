package deepl

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"example.org/tocsin/internal/translate"
)

// glossaryName is the name of the desk's glossary in the account of the key, which
// has a dictionary for each language.
const glossaryName = "Tocsin"

// patience is how long a glossary that was refused is not written again: texts go
// without it meanwhile.
const patience = time.Hour

// maxEntries bounds a dictionary, in bytes; the provider's bound is 10 MiB.
const maxEntries = 1 << 20

// A glossary keeps the words of the desk in the account of the key. The provider
// takes words by the number of a glossary only.
type glossary struct {
	mu      sync.Mutex
	id      string
	written map[string]string // entries by language
	resting time.Time         // nothing is written before
}

// dictionary is one language of a glossary.
type dictionary struct {
	Source  string `json:"source_lang"`
	Target  string `json:"target_lang"`
	Entries string `json:"entries"`
	Format  string `json:"entries_format"`
}

// glossaryFor returns the number of the glossary that has the words of a job, ""
// where none of them is in its texts or the provider has refused them.
func (e *Engine) glossaryFor(ctx context.Context, job translate.Job) string {
	entries := entriesOf(job)
	if entries == "" {
		return ""
	}
	g := &e.glossary
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.written[job.To] == entries {
		return g.id
	}
	if e.now().Before(g.resting) {
		return ""
	}
	if err := e.write(ctx, dictionary{"en", job.To, entries, "tsv"}); err != nil {
		g.id, g.resting = "", e.now().Add(patience)
		clear(g.written)
		return ""
	}
	g.written[job.To] = entries
	return g.id
}

// entriesOf are the words of a job as tab-separated values, "" when no text has
// any of them.
func entriesOf(job translate.Job) string {
	var b strings.Builder
	all := strings.ToLower(strings.Join(job.Texts, "\n"))
	used := false
	for _, word := range slices.Sorted(maps.Keys(job.Glossary)) {
		target := job.Glossary[word]
		if word == "" || target == "" || strings.ContainsAny(word+target, "\t\r\n") || b.Len()+len(word)+len(target) > maxEntries {
			continue
		}
		used = used || strings.Contains(all, strings.ToLower(word))
		b.WriteString(word + "\t" + target + "\n")
	}
	if !used {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// write puts a dictionary into the desk's glossary, which is made where there is
// none.
func (e *Engine) write(ctx context.Context, d dictionary) error {
	g := &e.glossary
	if g.id == "" {
		var known struct {
			Glossaries []struct {
				ID   string `json:"glossary_id"`
				Name string `json:"name"`
			} `json:"glossaries"`
		}
		if _, err := e.client.Get(ctx, "/v3/glossaries", &known); err != nil {
			return err
		}
		for _, one := range known.Glossaries {
			if one.Name == glossaryName && g.id == "" {
				g.id = one.ID
			}
		}
	}
	if g.id != "" {
		_, err := e.client.Send(ctx, http.MethodPut, "/v3/glossaries/"+url.PathEscape(g.id)+"/dictionaries", nil, d, &struct{}{})
		return err
	}
	var made struct {
		ID string `json:"glossary_id"`
	}
	_, err := e.client.JSON(ctx, "/v3/glossaries", nil, map[string]any{"name": glossaryName, "dictionaries": []dictionary{d}}, &made)
	if err == nil && made.ID == "" {
		err = &translate.Failure{Class: translate.FailurePassing, Code: "glossary"}
	}
	g.id = made.ID
	return err
}
