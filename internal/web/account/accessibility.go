package account

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/mail"
	"strconv"
	"strings"

	"example.org/tocsin/internal/web"
)

// checkedFile says what the gate of all pages checks. A test of test/browser
// holds it against the gate.
//
//go:embed checked.json
var checkedFile []byte

// Checked is what the gate of all pages checks, and how many findings it lets
// pass, which are none.
type Checked struct {
	Axe       string   `json:"axe"` // version of the library
	Findings  int      `json:"findings"`
	Languages []string `json:"languages"`
	Rules     []string `json:"rules"` // by the library's tags
	Themes    []string `json:"themes"`
	Widths    []int    `json:"widths"` // CSS pixels
}

// WhatIsChecked returns what the statement about accessibility says was checked.
func WhatIsChecked() (c Checked, err error) {
	if err := json.Unmarshal(checkedFile, &c); err != nil {
		return c, fmt.Errorf("checked.json: %w", err)
	}
	return c, nil
}

// accessibilityPage is the statement about accessibility.
type accessibilityPage struct {
	web.Frame
	Checked    []web.Definition
	Exceptions []string
	Contact    contact
}

// A contact is whom readers tell what does not work for them.
type contact struct {
	Text, Href string // Text "" for nobody in particular; Href "" for what is no address
}

// contactOf is a contact as the settings say it.
func contactOf(text string) contact {
	c := contact{Text: strings.TrimSpace(text)}
	switch address, err := mail.ParseAddress(c.Text); {
	case err == nil && address.Address == c.Text:
		c.Href = "mailto:" + c.Text
	case strings.HasPrefix(c.Text, "https://") || strings.HasPrefix(c.Text, "http://"):
		c.Href = c.Text
	}
	return c
}

// accessibility serves GET /accessibility.
func (p *Pages) accessibility(v *view) error {
	c, err := WhatIsChecked()
	if err != nil {
		return err
	}
	page := accessibilityPage{Frame: v.Frame(web.Crumb{Name: v.Text("accessibility")}), Contact: contactOf(p.config.Contact)}
	widths := make([]string, len(c.Widths))
	for i, width := range c.Widths {
		widths[i] = strconv.Itoa(width)
	}
	for _, one := range []struct{ what, value string }{
		{"rules", v.Text("accessibility.rules.value", "version", c.Axe, "findings", c.Findings)},
		{"widths", v.Text("accessibility.widths.value", "widths", v.Join(widths))},
		{"themes", v.Text("accessibility.themes.value")},
		{"keyboard", v.Text("accessibility.keyboard.value")},
		{"script", v.Text("accessibility.script.value")},
		{"paper", v.Text("accessibility.paper.value")},
	} {
		page.Checked = append(page.Checked, web.Definition{Name: v.Text("accessibility." + one.what), Value: one.value})
	}
	for _, what := range []string{"days", "provider", "readers"} {
		page.Exceptions = append(page.Exceptions, v.Text("accessibility.not."+what))
	}
	return v.Render(http.StatusOK, "accessibility", page)
}
