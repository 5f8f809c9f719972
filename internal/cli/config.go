package cli

import (
	"fmt"
	"io"

	"gopkg.in/yaml.v3"
)

type configCmd struct {
	Check configCheckCmd `cmd:"" help:"Report every problem of the settings. Example: tocsin config check --config tocsin.yaml"`
	Show  configShowCmd  `cmd:"" help:"Print the settings in force, secrets hidden. Example: tocsin config show"`
}

type configCheckCmd struct{}

func (c *configCheckCmd) Run(s *session) error {
	settings, err := s.settings()
	if err != nil {
		return err
	}
	if err := settings.Validate(); err != nil {
		return err
	}
	return s.print(map[string]any{"ok": true, "tenants": len(settings.Tenants)}, func(w io.Writer) {
		fmt.Fprintf(w, "The settings are valid: %s.\n", count(len(settings.Tenants), "tenant", "tenants"))
	})
}

type configShowCmd struct{}

func (c *configShowCmd) Run(s *session) error {
	settings, err := s.settings()
	if err != nil {
		return err
	}
	text, err := yaml.Marshal(settings)
	if err != nil {
		return fmt.Errorf("show settings: %w", err)
	}
	_, err = s.env.Stdout.Write(text)
	return err
}
