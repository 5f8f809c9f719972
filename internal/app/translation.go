package app

import (
	"slices"
	"time"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/translate"
)

// policyOf says who is translated for, as the settings have it.
func policyOf(c config.Config) translate.Policy {
	chains := c.Translation.ByLanguage()
	return translate.Policy{
		Languages: slices.DeleteFunc(translate.Languages(), func(language string) bool { return len(chains[language]) == 0 }),
		Quiet:     c.BookOnly(), Wait: time.Duration(c.Translation.Wait),
	}
}

// newTranslation puts together what translates: the engines of the settings, who
// asks them, and who shows what is known.
func (a *App) newTranslation(c config.Config, o Options) error {
	members, err := NewEngines(c.Translation, time.Now)
	if err != nil {
		return err
	}
	kept := &translate.Kept{}
	a.engines, err = translate.NewChains(translate.ChainsConfig{
		Members: members, Chains: c.Translation.ByLanguage(), Ledger: translate.NewLedger(a.Translation), Guard: kept.Guard(translate.DefaultBook()), Now: time.Now, Log: o.Log,
	})
	if err != nil {
		return err
	}
	a.translator = translate.NewTranslator(a.Translation, a.policy, time.Now)
	a.asking = translate.NewWorker(translate.WorkerConfig{
		Memory: a.Translation, Engines: a.engines, Policy: a.policy, Kept: kept, Told: a.Model.Wake, Now: time.Now, Log: o.Log,
	})
	a.wanted = a.asking.Wake
	return nil
}
