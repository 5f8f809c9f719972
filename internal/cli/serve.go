package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/tocsin"
)

type serveCmd struct {
	Listen string `help:"host:port. Default: 127.0.0.1:8080." placeholder:"ADDR"`
	Base   string `help:"Address that people and programs use. Default: http://ADDR, or https:// with a certificate." placeholder:"URL"`
}

func (c *serveCmd) Run(ctx context.Context, s *session) error {
	settings, err := s.settings()
	if err != nil {
		return err
	}
	if c.Listen != "" {
		settings.Server.Listen = c.Listen
	}
	if c.Base != "" {
		settings.Server.Base = c.Base
	}
	if err := settings.Validate(); err != nil {
		return err
	}
	if err := config.MakeDirectories(settings); err != nil {
		return err
	}
	ctx = tocsin.WithActor(ctx, tocsin.Actor{Name: tocsin.Desk})
	desk, err := app.New(ctx, settings, app.Options{Log: s.logger(settings)})
	if err != nil {
		return err
	}
	defer desk.Close()
	fmt.Fprintf(s.env.Stdout, "Tocsin listens on %s\n", desk.Base())
	if desk.IsDemo() {
		fmt.Fprintf(s.env.Stdout, "This archive is that of a demonstration: its tenants and notices are made up, the passwords of its accounts stand in %s.\n"+
			"Nothing new is told here: that is for tocsin demo. For a desk of your own, choose another --data.\n", filepath.Join(settings.Data, "demo.json"))
	}
	link, err := desk.SetUpLink(ctx)
	if err != nil {
		return err
	}
	if link != "" {
		fmt.Fprintf(s.env.Stdout, "Nobody has an account yet. Make the first one within 24 hours, once, at\n%s\nor with: tocsin user add NAME --role administrator\n", link)
	}
	return desk.Run(ctx)
}
