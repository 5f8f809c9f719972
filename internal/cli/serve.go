package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/tocsin"
)

type serveCmd struct {
	Listen string `help:"host:port. Default: 127.0.0.1:8080." placeholder:"ADDR"`
	Base   string `help:"Address that people and programs use. Default: http://ADDR, or https:// with a certificate." placeholder:"URL"`
}

// settings are those of the session with the flags of the command, and valid.
func (c *serveCmd) settings(s *session) (config.Config, error) {
	settings, err := s.settings()
	if err != nil {
		return settings, err
	}
	if c.Listen != "" {
		settings.Server.Listen = c.Listen
	}
	if c.Base != "" {
		settings.Server.Base = c.Base
	}
	return settings, settings.Validate()
}

func (c *serveCmd) Run(ctx context.Context, s *session) error {
	settings, err := c.settings(s)
	if err != nil {
		return err
	}
	if err := config.MakeDirectories(settings); err != nil {
		return err
	}
	ctx = tocsin.WithActor(ctx, tocsin.Actor{Name: tocsin.Desk})
	log, level := s.logging(settings)
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)
	defer signal.Stop(reload)
	watcher := config.Watch(config.WatchConfig{
		Current: settings, Load: func() (config.Config, error) { return c.settings(s) }, File: s.settingsFile, Now: time.Now, Log: log,
	})
	desk, err := app.New(ctx, settings, app.Options{Log: log, Level: level, Settings: watcher, Reload: reload})
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
