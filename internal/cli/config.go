package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/tocsin"
)

type configCmd struct {
	Check  configCheckCmd  `cmd:"" help:"Report every problem of the settings. Example: tocsin config check --config tocsin.yaml"`
	Schema configSchemaCmd `cmd:"" help:"Print the JSON Schema of the settings file, for editors. Example: tocsin config schema"`
	Show   configShowCmd   `cmd:"" help:"Print the settings in force, secrets hidden. Example: tocsin config show"`
}

type configCheckCmd struct{}

// settingsJSON is what a check of the settings found.
type settingsJSON struct {
	OK       bool          `json:"ok"`
	Tenants  int           `json:"tenants"`
	Problems []problemJSON `json:"problems"`
}

type problemJSON struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

func (c *configCheckCmd) Run(s *session) error {
	var environ []string
	if s.env.Environ != nil {
		environ = s.env.Environ()
	}
	settings, problems := config.Check(s.settingsFile(), s.env.Getenv, environ)
	for _, one := range config.Problems(app.CheckChannels(settings)) {
		if !slices.ContainsFunc(problems, func(other *tocsin.Error) bool { return channelOf(one.Field) == channelOf(other.Field) }) {
			problems = append(problems, one) // of a channel whose settings are wrong its adapter has nothing to say
		}
	}
	found := settingsJSON{OK: len(problems) == 0, Tenants: len(settings.Tenants), Problems: []problemJSON{}}
	all := make([]error, len(problems))
	for i, one := range problems {
		found.Problems = append(found.Problems, problemJSON{one.Field, one.Message})
		all[i] = one
	}
	if !found.OK && s.Output != "json" {
		return errors.Join(all...)
	}
	err := s.print(found, func(w io.Writer) {
		fmt.Fprintf(w, "The settings are valid: %s.\n", count(found.Tenants, "tenant", "tenants"))
	})
	if err == nil && !found.OK {
		return saidError(exitUsage)
	}
	return err
}

// channelOf is the channel that a key is about, or the key itself.
func channelOf(key string) string {
	if channel, _, ok := strings.Cut(key, "]"); ok && strings.HasPrefix(key, "notify.channels[") {
		return channel
	}
	return key
}

type configSchemaCmd struct{}

func (c *configSchemaCmd) Run(s *session) error {
	encoder := json.NewEncoder(s.env.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(config.Schema())
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
