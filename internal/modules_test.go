package internal_test

import (
	"database/sql"
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// goCommand runs the go command at the root of the repository.
func goCommand(t *testing.T, args ...string) []string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", args...)
	command.Dir, command.Stderr = "..", os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go %s: %v", strings.Join(args, " "), err)
	}
	return strings.Fields(string(out))
}

// words are the words of a file.
func words(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(text))
}

// The list is written by hand: a module that gets into the program gets there
// by a decision. See docs/adr/0012-dependencies.md.
func TestModulesInTheProgram(t *testing.T) {
	t.Parallel()
	allowed := words(t, "testdata/modules.txt")
	linked := goCommand(t, "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}{{end}}{{end}}", "./cmd/tocsin")
	slices.Sort(linked)
	linked = slices.Compact(linked)
	for _, one := range linked {
		if !slices.Contains(allowed, one) {
			t.Errorf("the program links %s: if it should, add a line to internal/testdata/modules.txt and, if it is a direct one, a sentence to docs/adr/0012-dependencies.md", one)
		}
	}
	required := words(t, "../go.mod")
	for _, one := range allowed {
		if !slices.Contains(required, one) {
			t.Errorf("internal/testdata/modules.txt lists %s, which go.mod does not: remove the line", one)
		}
	}
}

func TestDirectDependenciesHaveAReason(t *testing.T) {
	t.Parallel()
	reasons, err := os.ReadFile("../docs/adr/0012-dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal([]byte(strings.Join(goCommand(t, "mod", "edit", "-json"), " ")), &mod); err != nil {
		t.Fatal(err)
	}
	for _, one := range mod.Require {
		if !one.Indirect && !strings.Contains(string(reasons), "`"+one.Path+"`") {
			t.Errorf("docs/adr/0012-dependencies.md does not say why %s is there", one.Path)
		}
	}
}

// The driver is a translation of C that fits one version of its C library.
func TestSQLiteHasItsOwnLibc(t *testing.T) {
	t.Parallel()
	mod := goCommand(t, "list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite")
	text, err := os.ReadFile(mod[0])
	if err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`modernc\.org/libc (v\S+)`).FindStringSubmatch(string(text))
	got := goCommand(t, "list", "-m", "-f", "{{.Version}}", "modernc.org/libc")
	if want == nil || got[0] != want[1] {
		t.Errorf("modernc.org/libc is %v, modernc.org/sqlite asks for %v: pin exactly that", got, want)
	}
	if pin := goCommand(t, "list", "-m", "-f", "{{.Version}}", "modernc.org/sqlite"); pin[0] != "v1.60.1" {
		t.Errorf("modernc.org/sqlite is %s: run the tests of store and work in TZ=Asia/Tokyo, then change this line", pin[0])
	}
}

// Older ones can corrupt a database in WAL mode.
func TestSQLiteIsNewEnough(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var searchable bool
	var version string
	err = db.QueryRowContext(t.Context(), `SELECT sqlite_version(), EXISTS (SELECT 1 FROM pragma_compile_options WHERE compile_options = 'ENABLE_FTS5')`).Scan(&version, &searchable)
	if err != nil {
		t.Fatal(err)
	}
	if !searchable {
		t.Error("SQLite was built without FTS5")
	}
	if !atLeast(version, "3.51.3") {
		t.Errorf("SQLite is %s, want 3.51.3 or newer", version)
	}
}

// atLeast compares versions number by number.
func atLeast(version, least string) bool {
	return slices.CompareFunc(strings.Split(version, "."), strings.Split(least, "."), func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	}) >= 0
}

// Both engines are brought forward step by step together.
func TestMigrationFoldersAgree(t *testing.T) {
	t.Parallel()
	names := func(engine string) (list []string) {
		entries, err := os.ReadDir("store/migrations/" + engine)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			list = append(list, entry.Name())
		}
		return list
	}
	sqlite, postgres := names("sqlite"), names("postgres")
	if len(sqlite) == 0 || !slices.Equal(sqlite, postgres) {
		t.Errorf("the migrations differ:\n sqlite   %v\n postgres %v", sqlite, postgres)
	}
	numbers := map[string]string{}
	for _, name := range sqlite {
		number, _, _ := strings.Cut(name, "_")
		if other, taken := numbers[number]; taken {
			t.Errorf("%s and %s have the same number", other, name)
		}
		numbers[number] = name
	}
}
