package internal_test

import (
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// maxDepth is how many packages may stand one below the other. Those that put
// everything together are not counted: they only add what they are for.
const maxDepth = 6

// roots put the program together; they alone know every package, beside packages
// for tests, which stand on what they try.
func roots() []string { return []string{"cmd/tocsin", "cli", "app"} }

// table is who may import whom, read from ARCHITECTURE.md, so that what people
// read is what holds. A pattern such as collect/* stands for the adapters of a
// stage that have no row of their own.
type table struct {
	rows map[string][]string
	used map[string]bool
}

func readTable(t *testing.T) *table {
	t.Helper()
	text, err := os.ReadFile("../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "## Who may import whom")
	section, _, _ = strings.Cut(section, "\n## ")
	result := &table{map[string][]string{}, map[string]bool{}}
	for line := range strings.Lines(section) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || !strings.Contains(cells[1], "`") {
			continue
		}
		imports := strings.Fields(strings.NewReplacer("`", "", ",", " ", "–", "").Replace(cells[2]))
		for _, name := range strings.Fields(strings.NewReplacer("`", "", ",", " ").Replace(cells[1])) {
			result.rows[name] = imports
		}
	}
	if len(result.rows) < 10 {
		t.Fatalf("ARCHITECTURE.md has no table of imports: %d rows", len(result.rows))
	}
	return result
}

// row is what the package may import and under which name the table says so.
func (tb *table) row(name string) (imports []string, row string, ok bool) {
	for _, row := range []string{name, path.Dir(name) + "/*"} {
		if imports, ok := tb.rows[row]; ok {
			tb.used[row] = true
			return imports, row, true
		}
	}
	return nil, "", false
}

func (tb *table) allows(imports []string, name string) bool {
	return slices.Contains(imports, name) || slices.Contains(imports, "everything")
}

func TestImports(t *testing.T) {
	t.Parallel()
	allowed := readTable(t)
	for _, p := range listed(t) {
		name := p.name()
		if name == "internal" || strings.HasPrefix(name, module) {
			continue // this package
		}
		imports, row, ok := allowed.row(name)
		if !ok {
			t.Errorf("%s has no row in ARCHITECTURE.md, \"Who may import whom\". Add: | `%s` | %s | why |", name, name, quoted(p.Imports))
			continue
		}
		for _, imported := range p.Imports {
			if !allowed.allows(imports, short(imported)) {
				t.Errorf("%s imports %s. If that is how it should be, add `%s` to the row `%s` of ARCHITECTURE.md, \"Who may import whom\"; "+
					"if not, let %s declare the interface that it needs and let app pass the value.", name, short(imported), short(imported), row, name)
			}
		}
	}
	for row := range allowed.rows {
		if !allowed.used[row] {
			t.Errorf("ARCHITECTURE.md, \"Who may import whom\": there is no package `%s`. Remove the row.", row)
		}
	}
}

// quoted are import paths as a cell of the table.
func quoted(imports []string) string {
	cells := make([]string, len(imports))
	for i, one := range imports {
		cells[i] = "`" + short(one) + "`"
	}
	if len(cells) == 0 {
		return "–"
	}
	return strings.Join(cells, ", ")
}

// A stage that knew its adapters would have to change with each of them.
func TestParentsDoNotImportChildren(t *testing.T) {
	t.Parallel()
	for _, p := range listed(t) {
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported, p.ImportPath+"/") {
				t.Errorf("%s imports its child %s: let internal/app pass the child to it", p.name(), short(imported))
			}
		}
	}
}

// What two families of pages need is in the shell or in the parts: one that
// reached into another would have to change with it, whatever the table says.
func TestFamiliesOfPagesStandApart(t *testing.T) {
	t.Parallel()
	for _, p := range listed(t) {
		if path.Dir(p.name()) != "web" || strings.HasSuffix(p.name(), "test") {
			continue
		}
		for _, imported := range p.Imports {
			if name := short(imported); path.Dir(name) == "web" && name != "web/part" {
				t.Errorf("%s imports %s: move what both need to web or web/part, or let internal/app pass it", p.name(), name)
			}
		}
	}
}

// Packages for tests must not reach the program.
func TestProgramHoldsNoTestHelpers(t *testing.T) {
	t.Parallel()
	for _, p := range listed(t) {
		for _, imported := range p.Imports {
			if strings.HasSuffix(imported, "test") && !strings.HasSuffix(p.ImportPath, "test") {
				t.Errorf("%s imports %s, which is for tests", p.name(), short(imported))
			}
		}
	}
}

func TestImportDepth(t *testing.T) {
	t.Parallel()
	imports := map[string][]string{}
	for _, p := range listed(t) {
		imports[p.ImportPath] = p.Imports
	}
	chains := map[string][]string{}
	var chain func(path string) []string
	chain = func(path string) []string {
		if known, ok := chains[path]; ok {
			return known
		}
		var longest []string
		for _, imported := range imports[path] {
			if below := chain(imported); len(below) > len(longest) {
				longest = below
			}
		}
		chains[path] = append([]string{short(path)}, longest...)
		return chains[path]
	}
	for _, p := range listed(t) {
		if got := chain(p.ImportPath); len(got) > maxDepth && !slices.Contains(roots(), p.name()) && !strings.HasSuffix(p.name(), "test") {
			t.Errorf("%d packages stand one below the other, more than %d: %s", len(got), maxDepth, strings.Join(got, " → "))
		}
	}
}
