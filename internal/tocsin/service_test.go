package tocsin_test

import (
	"encoding/json"
	"strings"
	"testing"

	"example.org/tocsin/internal/tocsin"
)

func TestServiceIDOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Exchange Online": "Exchange", " exchange online ": "Exchange", "EXCHANGE": "Exchange", "Exchange\u00a0 Online™": "Exchange",
		"Office 365 Portal": tocsin.SuiteID, "Microsoft 365 suite": tocsin.SuiteID, "Planner": "Planner",
		"Microsoft 365 Copilot Chat": "CopilotChat", "Windows 365": "Windows365", "Microsoft Copilot (Power Platform)": "MicrosoftCopilotPowerPlatform",
	} {
		if id, known := tocsin.ServiceIDOf(name); id != want || !known {
			t.Errorf("%q: %q, %v, want %q", name, id, known, want)
		}
		if !tocsin.FromName(want, name) || !tocsin.FromName("", name) || tocsin.FromName("AnotherID", name) {
			t.Errorf("%q: what comes from the name is not told from what was given", name)
		}
	}
	if id, known := tocsin.ServiceIDOf("Brand New (Preview)"); id != "BrandNewPreview" || known || !tocsin.FromName(id, "Brand New (Preview)") {
		t.Errorf("a name that nobody knows: %q, %v", id, known)
	}
	if names := tocsin.ServiceNamesOf("osdpplatform"); len(names) != 2 || tocsin.ServiceNameOf("OSDPPlatform") != names[1] || tocsin.ServiceNameOf("Nothing") != "Nothing" {
		t.Errorf("names of the suite: %v", names)
	}
}

func TestNameKey(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"": "", "planner": "planner", "power bi": "power bi", "Power  BI": "power bi", " power bi": "power bi", "power bi ": "power bi", "power\tbi": "power bi",
		"Power\u00a0BI®": "power bi", "Po\u200bwer\u202e BI": "power bi", "ÉTÉ": "été", "™": "",
	} {
		if got := tocsin.NameKey(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// A name that the list learns changes no document: its id is written as before.
func TestListedLaterChangesNoDocument(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		service, id string
		written     bool
	}{
		{"Exchange Online", "Exchange", false},
		{"exchange online ", "Exchange", false},
		{"Exchange Online™", "Exchange", true},
		{"Microsoft 365 Copilot Chat", "CopilotChat", true},
		{"Windows 365", "Windows365", true},
		{"Exchange Online", "Other", true},
	} {
		text, err := json.Marshal(tocsin.Issue{ID: "X1", Service: tt.service, ServiceID: tt.id})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(text), `"@tocsin.serviceId":"`+tt.id+`"`); got != tt.written {
			t.Errorf("%s as %s: %s", tt.service, tt.id, text)
		}
	}
}
