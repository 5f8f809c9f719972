package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/translate/apertium"
	"example.org/tocsin/internal/translate/azure"
	"example.org/tocsin/internal/translate/deepl"
	"example.org/tocsin/internal/translate/google"
	"example.org/tocsin/internal/translate/libre"
	"example.org/tocsin/internal/translate/openai"
)

// NewEngines makes the translation engines of the settings. Nothing is sent
// before they are asked.
func NewEngines(c config.Translation, now func() time.Time) ([]translate.Member, error) {
	var members []translate.Member
	for _, e := range c.Named() {
		engine, err := newEngine(e, now)
		if err != nil {
			return nil, fmt.Errorf("translation engine %s: %w", e.Name, err)
		}
		members = append(members, translate.Member{ID: e.Name, Engine: engine, Budget: translate.Budget(e.Budget)})
	}
	return members, nil
}

// LocalEngine starts the Apertium that is installed on this machine, for a
// demonstration. The caller stops it. It fails with [tocsin.ErrNotFound] when
// there is none.
func LocalEngine(ctx context.Context) (e config.Engine, stop func(), err error) {
	local, err := apertium.StartLocal(ctx)
	if errors.Is(err, apertium.ErrNotInstalled) {
		return e, nil, &tocsin.Error{Kind: tocsin.ErrNotFound, Message: "Apertium is not installed here. Debian has it: apt install apertium-apy apertium-eng-spa apertium-eng-cat apertium-fra-cat."}
	}
	if err != nil {
		return e, nil, err
	}
	return config.Engine{Kind: "apertium", Address: local.Address}, local.Close, nil
}

// newEngine makes the engine that a setting describes. A new kind is one line
// here.
func newEngine(e config.Engine, now func() time.Time) (translate.Engine, error) {
	switch key := e.Key.Reveal(); e.Kind {
	case "libre":
		return libre.New(libre.Config{Address: e.Address, Key: key, Texts: e.Texts, Characters: e.Characters, Now: now})
	case "azure":
		return azure.New(azure.Config{Address: e.Address, Key: key, Region: e.Region, Version: e.Version, Deployment: e.Model, Now: now})
	case "deepl":
		return deepl.New(deepl.Config{Address: e.Address, Key: key, Now: now})
	case "google":
		return google.New(google.Config{Address: e.Address, KeyFile: e.KeyFile, Project: e.Project, Location: e.Region, Model: e.Model, Now: now})
	case "openai":
		return openai.New(openai.Config{Address: e.Address, Key: key, Model: e.Model, Style: openai.Style(e.Style), Now: now})
	case "apertium":
		return apertium.New(apertium.Config{Address: e.Address, Pairs: e.Pairs, Now: now})
	}
	return nil, tocsin.Invalidf("kind", "%q is no kind of engine.", tocsin.Clip(e.Kind, 40))
}
