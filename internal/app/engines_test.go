package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/translate/enginetest"
)

// Every kind of engine that the settings know is made, under its name there.
func TestEnginesOfTheSettings(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Translation.Engines = []config.Engine{
		{Kind: "libre", Address: "http://127.0.0.1:5000", Texts: 7, Budget: config.EngineBudget{Day: 10, Month: 100}},
		{Kind: "azure", Key: "k"},
		{Name: "azure-old", Kind: "azure", Key: "k", Version: "3.0"},
		{Kind: "deepl", Key: "k:fx"},
		{Kind: "google", KeyFile: "key.json"},
		{Kind: "openai", Address: "http://127.0.0.1:8080/v1", Model: "small", Style: "translation"},
		{Kind: "apertium", Address: "http://127.0.0.1:2737"},
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	members, err := NewEngines(c.Translation, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range members {
		names = append(names, m.ID+"="+m.Engine.Name())
	}
	if got, want := strings.Join(names, ", "), "libre=LibreTranslate, azure=Azure Translator, azure-old=Azure Translator, deepl=DeepL, google=Google Translate, openai=small, apertium=Apertium"; got != want {
		t.Errorf("engines %s", got)
	}
	if members[0].Engine.Limits().Texts != 7 || members[0].Budget != (translate.Budget{Day: 10, Month: 100}) || members[5].Engine.Limits().Texts != 1 {
		t.Errorf("%+v", members)
	}
	if _, err := translate.NewChains(translate.ChainsConfig{Members: members, Chains: c.Translation.ByLanguage()}); err != nil {
		t.Error(err)
	}
}

// Metrics say of each engine what counts against its budget, and whether it is
// left alone.
func TestMetricsOfEngines(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	closed := enginetest.Say(t, http.StatusUnauthorized, "{}")
	members, err := NewEngines(config.Translation{Engines: []config.Engine{
		{Kind: "deepl", Key: "k", Address: closed.Address, Budget: config.EngineBudget{Day: 100}}, {Kind: "apertium", Address: closed.Address},
	}}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	chains, err := translate.NewChains(translate.ChainsConfig{
		Members: members, Chains: map[string][]string{"fr": {"deepl"}}, Guard: translate.DefaultBook().Guard(), Now: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chains.Ask(t.Context(), translate.Job{To: "fr", Texts: []string{"The mail is late."}}); err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(engineMetrics{newDeskMetrics(&App{engines: chains})})
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, family := range families {
		for _, m := range family.GetMetric() {
			name := strings.TrimPrefix(family.GetName(), "tocsin_translation_engine_")
			for _, l := range m.GetLabel() {
				name += " " + l.GetValue()
			}
			got = append(got, fmt.Sprintf("%s %v", name, m.GetGauge().GetValue()))
		}
	}
	slices.Sort(got)
	if want := "budget_characters deepl day 100, characters apertium day 0, characters apertium month 0, characters deepl day 0, characters deepl month 0, left_alone apertium 0, left_alone deepl 1"; strings.Join(got, ", ") != want {
		t.Errorf("metrics %s", strings.Join(got, ", "))
	}
}

// engineMetrics collects what a desk tells of its engines alone.
type engineMetrics struct{ *deskMetrics }

func (m engineMetrics) Collect(out chan<- prometheus.Metric) {
	if err := m.engines(context.Background(), out); err != nil {
		out <- prometheus.NewInvalidMetric(m.engineOff, err)
	}
}
