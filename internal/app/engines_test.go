package app

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/translate"
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
