package web_test

import (
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

var update = flag.Bool("update", false, "write goldens")

// Who may ask for what, by asking with a session of each role.
func TestMatrixOfRolesAndRoutes(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	visitors := map[string]*webtest.Browser{"": h.Browser()}
	names := []string{""}
	for _, role := range tocsin.Roles() {
		h.Person(string(role), tocsin.Grant{Role: role})
		visitors[string(role)] = h.Browser()
		visitors[string(role)].Enter(string(role))
		names = append(names, string(role))
	}
	slots := strings.NewReplacer("{$}", "", "{id}", signin.NewID(), "{name}", "none", "{a}", "1", "{b}", "2", "{provider}", "none")
	var text strings.Builder
	for _, route := range h.Pages.Routes() {
		method, path, _ := strings.Cut(route.Pattern, " ")
		if strings.HasPrefix(path, "/fr") || strings.HasPrefix(path, "/ja") {
			continue // the same in another language
		}
		fmt.Fprintf(&text, "%s\n", route.Pattern)
		for _, name := range names {
			if path == "/logout" {
				break // it would end what the others need
			}
			got := visitors[name].Status(method, slots.Replace(path), url.Values{}, "Accept", "application/json")
			denied := got == http.StatusForbidden || got == http.StatusUnauthorized && path != "/login"
			if want := name == "" && route.Needs != access.Public; name == "" && denied != want {
				t.Errorf("%s without a session: status %d", route.Pattern, got)
			}
			if !denied && name != "" {
				fmt.Fprintf(&text, "    %s\n", name)
			}
		}
	}
	golden := filepath.Join("testdata", "matrix.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != text.String() {
		t.Errorf("the matrix is not that of %s (%v): look at the difference, then write it with -update\n%s", golden, err, text.String())
	}
}
