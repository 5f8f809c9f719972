package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
)

type memoryCmd struct {
	List   translationListCmd   `cmd:"" help:"List the translations that people wrote for a tenant, and which of them no text holds any more. Example: tocsin translation list fr --tenant contoso"`
	Export translationExportCmd `cmd:"" help:"Write the translation memory of a tenant as TMX 1.4: sentences that it has seen, in one language. Example: tocsin translation export fr contoso.tmx --tenant contoso"`
	Import translationImportCmd `cmd:"" help:"Take translations from a TMX file as written by a person for a tenant; sentences that the tenant has not seen are left out. Example: tocsin translation import fr contoso.tmx --tenant contoso"`
	Terms  glossaryListCmd      `cmd:"" help:"List the glossary. Example: tocsin translation terms"`
	Term   glossaryPutCmd       `cmd:"" help:"Set a term of the glossary; without --in and --as a word that is never translated. Example: tocsin translation term tenant --in fr --as locataire"`
	Forget glossaryForgetCmd    `cmd:"" help:"Remove a term of the glossary. Example: tocsin translation forget tenant --in fr"`
}

// ofLanguage names the tenant and the language of a translation.
type ofLanguage struct {
	ofTenant
	Language string `arg:"" help:"Language: fr, ja, es or de." enum:"fr,ja,es,de"`
}

// pairJSON is a translation as commands print it.
type pairJSON struct {
	Source    string `json:"source"`
	Target    string `json:"target"`
	Reviewer  string `json:"reviewer"`
	All       bool   `json:"allTenants"`
	Stale     bool   `json:"stale"` // no text that the tenant has now holds the source
	CreatedAt string `json:"createdAt"`
}

type translationListCmd struct{ ofLanguage }

func (c *translationListCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openToRead(ctx)
	desk, tenant, err := c.find(ctx, desk, err)
	if err != nil {
		return err
	}
	defer desk.Close()
	pairs, err := translate.Pairs(ctx, desk.Translation, tenant.ID, c.Language, true)
	if err != nil {
		return err
	}
	list := []pairJSON{}
	for _, p := range pairs {
		list = append(list, pairJSON{p.Source, p.Target, p.Reviewer, p.All, p.Stale, date(p.CreatedAt)})
	}
	return s.print(list, func(w io.Writer) {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "SOURCE\tTRANSLATION\tBY\tSTALE")
		for _, p := range list {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", tocsin.Clip(p.Source, 60), tocsin.Clip(p.Target, 60), p.Reviewer, yesNo(p.Stale))
		}
		_ = t.Flush()
	})
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

type translationExportCmd struct {
	ofLanguage
	File string `arg:"" help:"File to make; - for standard output."`
}

// tmxJSON is what became of a file of translations.
type tmxJSON struct {
	Tenant   string `json:"tenant"`
	Language string `json:"language"`
	Units    int    `json:"units"`             // in the file
	Kept     int    `json:"kept,omitempty"`    // of an import: new to the tenant
	Unseen   int    `json:"unseen,omitempty"`  // of an import: of sentences that the tenant has not seen
	Refused  int    `json:"refused,omitempty"` // of an import: units that cannot be read
}

func (c *translationExportCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openToRead(ctx)
	desk, tenant, err := c.find(ctx, desk, err)
	if err != nil {
		return err
	}
	defer desk.Close()
	units, err := translate.Units(ctx, desk.Translation, tenant.ID, c.Language)
	if err != nil {
		return err
	}
	if c.File == "-" {
		return translate.WriteTMX(s.env.Stdout, c.Language, units)
	}
	file, err := os.Create(c.File)
	if err != nil {
		return err
	}
	if err := translate.WriteTMX(file, c.Language, units); err != nil {
		file.Close()
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return s.print(tmxJSON{Tenant: tenant.Name, Language: c.Language, Units: len(units)}, func(w io.Writer) {
		fmt.Fprintf(w, "%s of %s written to %s.\n", count(len(units), "translation", "translations"), tenant.Name, c.File)
	})
}

type translationImportCmd struct {
	ofLanguage
	File string `arg:"" help:"TMX file."`
}

func (c *translationImportCmd) Run(ctx context.Context, s *session) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	desk, tenant, err := c.openToWrite(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	o := translation.Override{TenantID: tenant.ID, Language: c.Language, Reviewer: tocsin.ActorOf(ctx).Name}
	took, err := translate.TakeTMX(ctx, desk.Translation, o, file, time.Now())
	if err != nil {
		return err
	}
	return s.print(tmxJSON{tenant.Name, c.Language, took.Units, took.Kept, took.Unseen, took.Refused}, func(w io.Writer) {
		fmt.Fprintf(w, "%s read, %d kept, %d of sentences that %s has not seen, %d refused.\n", count(took.Units, "translation", "translations"), took.Kept, took.Unseen, tenant.Name, took.Refused)
	})
}

// termJSON is a term of the glossary as commands print it.
type termJSON struct {
	Source   string `json:"source"`
	Language string `json:"language"` // "" for a word that is never translated
	Target   string `json:"target"`
}

type glossaryListCmd struct{}

func (c *glossaryListCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openToRead(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	terms, err := desk.Translation.Terms(ctx)
	if err != nil {
		return err
	}
	list := []termJSON{}
	for _, t := range terms {
		list = append(list, termJSON{t.Source, t.Language, t.Target})
	}
	return s.print(list, func(w io.Writer) {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "WORD\tLANGUAGE\tTRANSLATION")
		for _, one := range list {
			fmt.Fprintf(t, "%s\t%s\t%s\n", one.Source, one.Language, one.Target)
		}
		_ = t.Flush()
	})
}

type glossaryPutCmd struct {
	Word string `arg:"" help:"Word or name, as the provider writes it."`
	In   string `help:"Language of the translation: fr, ja, es or de." enum:",fr,ja,es,de" default:"" placeholder:"LANGUAGE"`
	As   string `help:"Translation of the word." placeholder:"TEXT"`
}

func (c *glossaryPutCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	if err := desk.Translation.PutTerm(ctx, translation.Term{Language: c.In, Source: c.Word, Target: c.As}, time.Now()); err != nil {
		return err
	}
	return s.print(termJSON{c.Word, c.In, c.As}, func(w io.Writer) { fmt.Fprintf(w, "Set %q.\n", c.Word) })
}

type glossaryForgetCmd struct {
	Word string `arg:"" help:"Word or name."`
	In   string `help:"Language of the translation; none for a word that is never translated." enum:",fr,ja,es,de" default:"" placeholder:"LANGUAGE"`
}

func (c *glossaryForgetCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	if err := desk.Translation.RemoveTerm(ctx, translation.Term{Language: c.In, Source: c.Word}, time.Now()); err != nil {
		return err
	}
	return s.print(termJSON{c.Word, c.In, ""}, func(w io.Writer) { fmt.Fprintf(w, "Removed %q.\n", c.Word) })
}
