package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/route"
)

// What config show prints can be read again, and says the same.
func TestShownSettingsCanBeRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.yaml")
	settings := config.Default()
	settings.Tenants = []config.Tenant{{Name: "contoso", TenantID: "11111111-1111-4111-8111-111111111111", Sources: []config.Source{{Kind: "file", Path: "notices"}}}}
	settings.Notify = config.Notify{
		Channels: []config.Channel{{Name: "a", Kind: "slack", Address: "https://hooks.example/services/hunter2?sig=hunter2"}}, Receivers: []config.Receiver{{Name: "r", Channels: []string{"a"}}, {Name: "nobody"}},
		Routes:        route.Spec{Receiver: "r", Routes: []route.Spec{{Matchers: []string{`class="incident"`}, GroupBy: route.List{}, Mute: []string{"night"}}, {Receiver: "nobody", Digest: "daily 08:00"}}},
		TimeIntervals: []route.IntervalSpec{{Name: "night", Intervals: []route.SpanSpec{{Times: []route.TimesSpec{{Start: "22:00", End: "06:00"}}}, {Weekdays: []string{"sunday"}}}}},
	}
	text, err := yaml.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "hunter2") {
		t.Errorf("a secret is shown:\n%s", text)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	read, problems := config.Check(path, func(string) string { return "" }, nil)
	for _, one := range problems {
		t.Errorf("%v in\n%s", one, text)
	}
	again, err := yaml.Marshal(read)
	if diff := cmp.Diff(string(text), string(again)); err != nil || diff != "" {
		t.Errorf("%v, other settings (-shown +read):\n%s", err, diff)
	}
}
