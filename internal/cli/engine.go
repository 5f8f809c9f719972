package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
)

type engineCmd struct {
	Test engineTestCmd `cmd:"" help:"Ask the translation engines of the settings for one sentence in each of their languages, which is some 60 characters of their budget each. Example: tocsin engine test deepl"`
}

type engineTestCmd struct {
	Engine []string `arg:"" optional:"" help:"Names of engines; all of the settings when none is given."`
}

// trial is what engines are asked for in a test. A mark stands for a name.
const (
	trial     = "Users may be unable to open their mailboxes with ⟦1⟧."
	trialMark = "⟦1⟧"
)

// engineTestJSON is what came of asking an engine.
type engineTestJSON struct {
	Engine       string `json:"engine"`
	Name         string `json:"name"` // as people know it
	Language     string `json:"language"`
	OK           bool   `json:"ok"`
	Milliseconds int64  `json:"milliseconds"`
	Answer       string `json:"answer,omitempty"`
	Billed       int    `json:"billed,omitempty"` // characters, as the engine reports them
	Problem      string `json:"problem,omitempty"`
}

// errEngines is returned after what failed was printed.
var errEngines = errors.New("not all engines translate")

func (c *engineTestCmd) Run(ctx context.Context, s *session) error {
	settings, err := s.validSettings()
	if err != nil {
		return err
	}
	members, err := app.NewEngines(settings.Translation, time.Now)
	if err != nil {
		return err
	}
	for _, name := range c.Engine {
		if !slices.ContainsFunc(members, func(m translate.Member) bool { return m.ID == name }) {
			return tocsin.NotFoundf("There is no engine %q in translation.engines.", tocsin.Clip(name, 40))
		}
	}
	chains, list := settings.Translation.ByLanguage(), []engineTestJSON{}
	for _, m := range members {
		if len(c.Engine) > 0 && !slices.Contains(c.Engine, m.ID) {
			continue
		}
		for _, language := range translate.Languages() {
			if slices.Contains(chains[language], m.ID) {
				list = append(list, testEngine(ctx, m, language))
			}
		}
	}
	if err := s.print(list, func(w io.Writer) { printEngineTests(w, list) }); err != nil {
		return err
	}
	if slices.ContainsFunc(list, func(one engineTestJSON) bool { return !one.OK }) {
		return errEngines
	}
	return nil
}

// offering are engines that say which languages they translate English into.
type offering interface {
	Languages(ctx context.Context) ([]string, error)
}

// testEngine asks an engine, and explains a failure by the languages that it
// offers where it says so.
func testEngine(ctx context.Context, m translate.Member, language string) engineTestJSON {
	result := askEngine(ctx, m, language)
	if lists, ok := m.Engine.(offering); ok && !result.OK {
		offered, err := lists.Languages(ctx)
		if err == nil && !slices.Contains(offered, language) {
			result.Problem = "It does not offer this language. It offers " + tocsin.Clip(strings.Join(offered, ", "), 200) + "."
		}
	}
	return result
}

func askEngine(ctx context.Context, m translate.Member, language string) engineTestJSON {
	result := engineTestJSON{Engine: m.ID, Name: m.Engine.Name(), Language: language}
	start := time.Now()
	answer, err := m.Engine.Translate(ctx, translate.Job{To: language, Texts: []string{trial}})
	result.Milliseconds = time.Since(start).Milliseconds()
	if err != nil {
		result.Problem = failedEngine(translate.FailureOf(err))
		return result
	}
	result.Answer, result.Billed = answer.Texts[0], answer.Billed
	switch {
	case result.Answer == "" || result.Answer == trial:
		result.Problem = "It did not translate."
	case strings.Count(result.Answer, trialMark) != 1:
		result.Problem = "It did not leave the mark " + trialMark + " alone, which stands for a name."
	}
	result.OK = result.Problem == ""
	return result
}

// failedEngine says in words why an engine did not translate.
func failedEngine(f *translate.Failure) string {
	text := map[translate.FailureClass]string{
		translate.FailurePassing: "It does not answer as it should; this may pass.",
		translate.FailureText:    "It does not take the text.",
		translate.FailureOff:     "It refuses: check address, key and version.",
		translate.FailureQuota:   "Its quota is used up.",
	}[f.Class]
	if f.Status != 0 {
		text += fmt.Sprintf(" Status %d.", f.Status)
	}
	if f.Code != "" {
		text += " Code " + f.Code + "."
	}
	if f.Cause != nil {
		text += " " + f.Cause.Error()
	}
	return text
}

func printEngineTests(w io.Writer, list []engineTestJSON) {
	if len(list) == 0 {
		fmt.Fprintln(w, "The settings name no engine for any language.")
		return
	}
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "ENGINE\tNAME\tLANGUAGE\tMS\tANSWER OR PROBLEM")
	for _, one := range list {
		said := one.Problem
		if one.OK {
			said = one.Answer
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\n", one.Engine, one.Name, one.Language, one.Milliseconds, oneLine(said))
	}
	_ = table.Flush() // standard output
}
