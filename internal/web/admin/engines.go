package admin

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
)

// engines are the translation engines of the settings.
type engines interface {
	States(ctx context.Context) ([]translate.EngineState, error)
	Order(language string) []string
}

// ledger is what engines were asked, and what they are still to be asked.
type ledger interface {
	Days(ctx context.Context, from, to string) ([]translation.Day, error)
	OpenWants(ctx context.Context) (map[string]int, error)
}

// enginesPage is how the translation engines are doing, and what they cost.
type enginesPage struct {
	adminFrame
	Engines []engineLine
	Chains  []chainLine
	Costs   []costLine
	Saved   int // characters of this month that no engine had to be asked
	Empty   web.EmptyView
	Month   string
}

// engineLine is an engine as it is now.
type engineLine struct {
	Name, ID   string
	Languages  string
	Look       web.Look
	Why        string // why it is left alone, until when
	Mute       string // languages that it does not take
	Day, Month spending
	Last       string // what failed last, "" for nothing
}

// spending is what was spent of a budget.
type spending struct {
	Spent, Budget int // characters; a budget of 0 is none
	Warned        bool
}

// chainLine is who is asked for a language, and how much waits.
type chainLine struct {
	Name, Lang string
	Engines    []string // in their order
	Waiting    int      // sentences
}

// costLine is what one engine did for one language this month.
type costLine struct {
	Engine, Name, Lang                     string
	Sent, Billed, Calls, Failures, Refused int
}

// adminEngines serves GET /admin/engines.
func (p *Pages) adminEngines(v *view) error {
	page := enginesPage{adminFrame: v.adminFrame("engines"), Empty: web.EmptyView{Title: v.Text("engines.none"), Text: v.Text("engines.none.text")}}
	states, err := p.config.Engines.States(v.R.Context())
	if err != nil {
		return err
	}
	for i := range states {
		page.Engines = append(page.Engines, v.engine(&states[i]))
	}
	waiting, err := p.config.Ledger.OpenWants(v.R.Context())
	if err != nil {
		return err
	}
	for _, language := range translate.Languages() {
		if order := p.config.Engines.Order(language); len(order) > 0 {
			page.Chains = append(page.Chains, chainLine{translate.OwnName(language), language, order, waiting[language]})
		}
	}
	today := v.Now.UTC()
	from := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, time.UTC)
	days, err := p.config.Ledger.Days(v.R.Context(), translation.DayOf(from), translation.DayOf(today))
	if err != nil {
		return err
	}
	page.Costs, page.Saved = costsOf(days)
	page.Month = v.Rules.Month(from.Month(), false)
	return v.Render(http.StatusOK, "admin-engines", page)
}

// engine is one engine in words.
func (v *view) engine(e *translate.EngineState) engineLine {
	line := engineLine{
		Name: e.Name, ID: e.ID, Languages: v.Join(names(e.Languages)), Mute: v.Join(names(e.Mute)), Look: web.Look{Family: "ok", Glyph: "ok", Words: v.Text("engines.asked")},
		Day: spending{e.SpentDay, e.Budget.Day, translate.MostlySpent(e.SpentDay, e.Budget.Day)}, Month: spending{e.SpentMonth, e.Budget.Month, translate.MostlySpent(e.SpentMonth, e.Budget.Month)},
	}
	spent := e.Budget.Day > 0 && e.SpentDay >= e.Budget.Day || e.Budget.Month > 0 && e.SpentMonth >= e.Budget.Month
	switch {
	case !e.Until.IsZero():
		line.Look = web.Look{Family: "down", Glyph: "down", Words: v.Text("engines.alone")}
		line.Why = v.Text("engines.until", "why", v.Text("engines.class."+string(e.Class)), "time", v.Full(e.Until.In(v.Zone)))
	case spent:
		line.Look = web.Look{Family: "degraded", Glyph: "degraded", Words: v.Text("engines.spent")}
	case len(e.Languages) == 0:
		line.Look = web.Look{Family: "neutral", Glyph: "slash", Words: v.Text("engines.unused")}
	}
	if f := e.Last; f != nil {
		parts := []string{v.Full(f.At.In(v.Zone)), v.Text("engines.class." + string(f.Class))}
		if f.Status != 0 {
			parts = append(parts, "HTTP "+strconv.Itoa(f.Status))
		}
		if f.Code != "" {
			parts = append(parts, f.Code)
		}
		line.Last = strings.Join(parts, " · ")
	}
	return line
}

func names(languages []string) (list []string) {
	for _, code := range languages {
		list = append(list, translate.OwnName(code))
	}
	return list
}

// costsOf adds the days of a month up, by engine and language, and counts what no
// engine had to be asked.
func costsOf(days []translation.Day) (list []costLine, saved int) {
	sums := map[[2]string]costLine{}
	for _, d := range days {
		saved += d.Book + d.Memory
		if d.Engine == "" {
			continue
		}
		key := [2]string{d.Engine, d.Language}
		s := sums[key]
		sums[key] = costLine{d.Engine, translate.OwnName(d.Language), d.Language, s.Sent + d.Sent, s.Billed + d.Billed, s.Calls + d.Calls, s.Failures + d.Failures, s.Refused + d.Refused}
	}
	return slices.SortedFunc(maps.Values(sums), func(a, b costLine) int {
		return cmp.Or(cmp.Compare(a.Engine, b.Engine), cmp.Compare(a.Lang, b.Lang))
	}), saved
}
