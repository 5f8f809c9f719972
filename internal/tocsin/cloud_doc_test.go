package tocsin_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"example.org/tocsin/internal/tocsin"
)

// The page about clouds has each as the program knows it.
func TestCloudsManual(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/clouds.md")
	if err != nil {
		t.Fatal(err)
	}
	host := func(address string) string { return strings.TrimPrefix(address, "https://") }
	for _, c := range tocsin.Clouds() {
		portal, _, _ := strings.Cut(host(c.Portal), "/")
		row := fmt.Sprintf("| `%s` | %s | %s | %s | %s | %s | %s |\n", c.Name, c.Operator, c.Country, host(c.Login[0]), host(c.Graph), host(c.Legacy), portal)
		if !strings.Contains(string(text), row) {
			t.Errorf("docs/clouds.md lacks\n%s", row)
		}
	}
}
