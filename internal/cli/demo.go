package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/tocsin"
)

type demoCmd struct {
	Listen    string  `help:"host:port." default:"127.0.0.1:8080" placeholder:"ADDR"`
	Speed     float64 `help:"How fast the incident unfolds: at 1 it takes ten minutes." default:"1"`
	Translate string  `help:"Have an engine translate, into French and Spanish, what the phrase book does not know: apertium, which must be installed (Debian: apertium-apy apertium-eng-spa apertium-eng-cat apertium-fra-cat). It is started on this machine and writes the gist." enum:",apertium" default:"" placeholder:"ENGINE"`
}

func (c *demoCmd) Run(ctx context.Context, s *session) error {
	dir := s.Data
	if s.Config != "" && s.env.Getenv("TOCSIN_CONFIG") == "" {
		return tocsin.Invalidf("config", "A demonstration reads no settings file.")
	}
	if dir == "" {
		if s.Database != "" {
			return tocsin.Invalidf("data", "Name a directory beside the database: its key and the passwords stay there.")
		}
		temporary, err := os.MkdirTemp("", "tocsin-demo-")
		if err != nil {
			return fmt.Errorf("create data directory: %w", err)
		}
		defer func() {
			_ = os.RemoveAll(temporary)
			fmt.Fprintf(s.env.Stderr, "The demonstration has ended; %s is removed. With --data DIR its data stay.\n", temporary)
		}()
		dir = temporary
	}
	settings := config.Default()
	settings.Data, settings.Database, settings.Log.Level = dir, s.Database, "warn"
	if s.LogLevel != "" {
		settings.Log.Level = s.LogLevel
	}
	if err := settings.Validate(); err != nil {
		return err
	}
	demo := app.Demo{Listen: c.Listen, Data: dir, Database: s.Database, Speed: c.Speed, Ready: func(info app.DemoInfo) { c.announce(s, dir, info) }}
	if c.Translate != "" {
		engine, stop, err := app.LocalEngine(ctx)
		if err != nil {
			return err
		}
		defer stop()
		demo.Translation = []config.Engine{engine}
	}
	return app.RunDemo(tocsin.WithActor(ctx, tocsin.Actor{Name: tocsin.Desk}), demo, s.logger(settings))
}

// announce prints the way in.
func (c *demoCmd) announce(s *session, dir string, info app.DemoInfo) {
	if s.Output == "json" {
		_ = s.print(info, nil) // the same is in demo.json
		return
	}
	w := s.env.Stdout
	fmt.Fprintf(w, "Tocsin demo: %s\n\n", info.Base)
	fmt.Fprintln(w, "Three made-up tenants, two years of made-up notices, and an incident that begins now.")
	fmt.Fprintf(w, "Nothing leaves this machine. Everything below is also in %s.\n\n", filepath.Join(dir, "demo.json"))
	for _, t := range info.Tenants {
		fmt.Fprintf(w, "  %-10s %s  %s\n             client id %s, secret %s\n", t.Name, t.ID, t.Domain, t.ClientID, t.ClientSecret)
	}
	fmt.Fprintf(w, "\nPublished for everybody, every update a page, in five languages: %s\n", info.Published)
	fmt.Fprintf(w, "Mails, cards and webhooks, as the incident unfolds, on this machine alone: %s\n", info.Inbox)
	fmt.Fprintln(w, c.translation())
	fmt.Fprintln(w, "\nThe pages are open to everybody who reaches this address, to read. To do more, sign in as")
	for _, p := range info.People {
		fmt.Fprintf(w, "  %-30s %s\n", p.Name, p.Password)
	}
	fmt.Fprintln(w, "\nTry, beginning with the token, which is good for a day:")
	for _, line := range info.Curl {
		fmt.Fprintf(w, "\n%s\n", line)
	}
	fmt.Fprintln(w, "\nSome polls fail on purpose (WARN lines below): a source that is silent is part of the play.")
	end := ""
	if s.Data == "" {
		end = ", which removes " + dir
	}
	fmt.Fprintf(w, "Stop with Ctrl-C%s.\n", end)
}

// translation says who translates.
func (c *demoCmd) translation() string {
	if c.Translate != "" {
		return "\nPosts are translated by the phrase book, and into French and Spanish by Apertium, which shows what an engine adds and writes the gist only."
	}
	return "\nPosts are translated by the phrase book alone: what it does not know stays in English. An engine adds the rest; --translate apertium shows it where that is installed."
}
