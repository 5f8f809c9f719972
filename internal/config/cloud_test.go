package config_test

import (
	"strings"
	"testing"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/tocsin"
)

const oneTenant = "11111111-1111-4111-8111-111111111111"

// Every cloud that has the API is read at its own addresses, also when only one
// of them is written.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	for _, known := range tocsin.Clouds() {
		if known.NoHealth {
			continue
		}
		token := known.Login[0] + "/" + oneTenant + "/oauth2/v2.0/token"
		want := config.Endpoint{API: known.Graph + "/v1.0", Token: token, Resource: known.Graph, Portal: known.Portal}
		sources := map[string]config.Source{"cloud": {Cloud: known.Name}, "both": {Cloud: known.Name, BaseURL: known.Graph + "/v1.0", TokenURL: token}}
		if known.Name != "us-gcc" { // its addresses are those of the global cloud
			sources["baseUrl"] = config.Source{BaseURL: known.Graph + "/v1.0"}
			sources["addresses"] = config.Source{BaseURL: known.Graph + "/v1.0", TokenURL: token}
		}
		for name, s := range sources {
			s.Kind = "graph"
			if got, err := (config.Config{}).Endpoint("x", oneTenant, s); err != nil || got != want {
				t.Errorf("%s by %s: %+v, %v, want %+v", known.Name, name, got, err, want)
			}
		}
		got, err := (config.Config{}).Endpoint("x", oneTenant, config.Source{Kind: "servicecomms", Cloud: known.Name})
		if known.Legacy == "" {
			if err == nil || !strings.Contains(err.Error(), "no API of before") {
				t.Errorf("%s has no API of before: %+v, %v", known.Name, got, err)
			}
		} else if err != nil || got.API != known.Legacy+"/api/v1.0" || got.Resource != known.Legacy || got.Token != token {
			t.Errorf("%s, API of before: %+v, %v", known.Name, got, err)
		}
	}
	other := config.Source{Kind: "graph", BaseURL: "https://desk.example/v1.0", TokenURL: "https://desk.example/t/oauth2/v2.0/token"}
	if got, err := (config.Config{}).Endpoint("x", oneTenant, other); err != nil || got != (config.Endpoint{API: other.BaseURL, Token: other.TokenURL}) {
		t.Errorf("another desk: %+v, %v", got, err)
	}
	c := config.Config{Clouds: []config.Cloud{{Name: "lab", Login: "https://login.lab", Graph: "https://graph.lab/v1.0"}}}
	if got, err := c.Endpoint("x", oneTenant, config.Source{Kind: "graph", Cloud: "lab"}); err != nil || got.API != "https://graph.lab/v1.0" || got.Resource != "https://graph.lab" {
		t.Errorf("a cloud of the settings: %+v, %v", got, err)
	}
}

// What does not belong together is refused when the settings are checked.
func TestBadClouds(t *testing.T) {
	t.Parallel()
	for keys, want := range map[string]string{
		"cloud: moon":      `"moon" is none of the clouds that the operator allows: global, us-gcc`,
		"cloud: singapore": "GovSG has no service communications API",
		"baseUrl: 'https://graph.svc.sovcloud.sg/v1.0'":                                                     "GovSG has no service communications API",
		"cloud: germany, baseUrl: 'https://graph.svc.sovcloud.fr/v1.0'":                                     "is no address of the cloud germany",
		"cloud: france, tokenUrl: 'https://login.microsoftonline.com/x/oauth2/v2.0/token'":                  "is no address of the cloud france",
		"cloud: global, baseUrl: 'https://evil.example/v1.0'":                                               "is no address of the cloud global",
		"tokenUrl: 'https://login.microsoftonline.com/x/token', baseUrl: 'https://graph.microsoft.us/v1.0'": "sources.graph.tokenUrl: It is of another cloud than baseUrl",
		"tokenUrl: 'https://login.microsoftonline.us/x/token'":                                              "name one of us-government, us-dod",
		"kind: servicecomms":                                           "sources.servicecomms.baseUrl",
		"kind: servicecomms, cloud: france":                            "no API of before",
		"kind: servicecomms, baseUrl: 'https://desk.example/api/v1.0'": "sources.servicecomms.tokenUrl",
	} {
		c, err := load(t, tenantWith("secret: x, "+keys), nil)
		if err == nil {
			err = c.Validate()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", keys, err, want)
		}
	}
	for cloud, want := range map[string]string{
		"name: global, login: 'https://a.example', graph: 'https://b.example/v1.0'":                          "clouds[0].name",
		"name: lab, login: 'http://a.example', graph: 'https://b.example/v1.0'":                              "clouds[0].login: It must start with https://",
		"name: lab, login: 'https://a.example'":                                                              "clouds[0].graph",
		"name: lab, login: 'https://a.example', graph: 'https://b.example/v1.0', legacy: 'ftp://b'":          "clouds[0].legacy",
		"name: lab, login: 'https://a.example', graph: 'https://b.example/v1.0', portal: 'javascript:alert'": "clouds[0].portal",
	} {
		c, err := load(t, "clouds: [{"+cloud+"}]", nil)
		if err == nil {
			err = c.Validate()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", cloud, err, want)
		}
	}
}
