package admin

import (
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

// A why is a [tocsin.Problem] as a page shows it.
type why struct {
	Text, Lang string // Lang is empty for the page's own
	Help       string // what to do, "" for nothing
	Said       string // status and codes of the upstream
	Quote      string // its own words, in a language that nobody knows
	Detail     string // what the program noted, in English
	IDs        []labelled
}

// labelled is a value with what it is.
type labelled struct{ Label, Value string }

// reasoned is why a poll failed, in the reader's language, or nil. A sentence
// that an older version kept stays as it is.
func (v *view) reasoned(p *tocsin.Problem) *why {
	if p == nil {
		return nil
	}
	w := &why{Text: lang.Sentence(p, v.Text), Help: lang.Help(p, v.Text)}
	if p.Code == tocsin.ProblemKept {
		w.Lang = "en"
	}
	w.Detail = p.Args["detail"]
	if e := p.Evidence; e != nil {
		codes := slices.DeleteFunc([]string{e.Number, e.Code, e.Inner}, func(s string) bool { return s == "" })
		if e.Status != 0 {
			codes = append([]string{"HTTP " + strconv.Itoa(e.Status)}, codes...)
		}
		w.Said, w.Quote = strings.Join(codes, " · "), e.Quote
		for _, id := range []labelled{
			{v.Text("evidence.request"), e.RequestID}, {v.Text("evidence.client"), e.ClientRequestID}, {v.Text("evidence.correlation"), e.CorrelationID},
		} {
			if id.Value != "" {
				w.IDs = append(w.IDs, id)
			}
		}
	}
	return w
}
