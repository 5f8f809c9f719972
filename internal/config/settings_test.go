package config_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/route"
)

var update = flag.Bool("update", false, "write docs/settings.md")

const settingsHead = `# Settings

<!-- Written from internal/config/config.go by: go test ./internal/config -update -->

` + "`tocsin.yaml`" + ` in the working directory, or the file that ` + "`--config` or `TOCSIN_CONFIG`" + ` names. Without a file every key has its default.
Flags go before the environment, the environment before the file. ` + "`${NAME}`" + ` in a value is replaced by the variable NAME, ` + "`$$`" + ` stands
for a dollar sign. A key that does not exist is an error. ` + "`tocsin config check`" + ` reports every problem at once, ` + "`tocsin config show`" + ` prints
what is in force, secrets hidden. ` + "`TOCSIN_MASTER_KEY`" + ` (32 bytes in base64) takes the place of the file ` + "`master.key`" + ` in the data
directory.

A running desk looks at the file every two seconds, and at once on SIGHUP. Keys marked *live* are taken as soon as the file is valid and has
stayed the same between two looks; a change of any other key waits for the next start. What is wrong with a changed file changes nothing:
the old settings stay in force, and the log, ` + "`/metrics` (`tocsin_settings_valid`, `tocsin_settings_restart`)" + ` and *Administration, Change handling* say so.
Variables are read at the start alone; files that are named for secrets, certificates and tokens are read again when they change.
`

// TestSettingsManual compares docs/settings.md with the structs: their types,
// their comments, the defaults, and which variables really take effect.
func TestSettingsManual(t *testing.T) {
	t.Parallel()
	m := &manual{t: t, comments: readComments(t)}
	m.text.WriteString(settingsHead)
	m.section("", reflect.ValueOf(config.Default()), false)
	const path = "../../docs/settings.md"
	if *update {
		if err := os.WriteFile(path, []byte(m.text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), m.text.String()); diff != "" {
		t.Errorf("docs/settings.md is out of date (-file +structs); write it with: go test ./internal/config -update\n%s", diff)
	}
}

// manual is the page as it is written.
type manual struct {
	t        *testing.T
	comments map[string]string // by Type or Type.Field
	text     strings.Builder
}

// section writes the keys of a struct as a table, then those of the structs in
// it.
func (m *manual) section(prefix string, v reflect.Value, live bool) {
	m.t.Helper()
	if prefix == "" {
		m.text.WriteString("\n## At the top\n")
	} else {
		fmt.Fprintf(&m.text, "\n## %s\n\n%s\n", strings.TrimSuffix(prefix, "."), m.comment(v.Type().Name()))
	}
	m.text.WriteString("\n| key | default | variable | change | meaning |\n|---|---|---|---|---|\n")
	var below []func()
	for i := range v.NumField() {
		field, value := v.Type().Field(i), v.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		key := prefix + name
		live := live || field.Tag.Get("live") != ""
		change := "restart"
		if live {
			change = "live"
		}
		switch {
		case field.Anonymous:
			fmt.Fprintf(&m.text, "| | | | | and the keys of `%s%ss[]`, for one source |\n", prefix, strings.ToLower(field.Name))
		case field.Type.Kind() == reflect.Slice && field.Type.Elem() == v.Type():
			fmt.Fprintf(&m.text, "| `%s[]` | | | %s | %s: the keys of this table again |\n", key, change, m.comment(v.Type().Name()+"."+field.Name))
		case field.Type.Kind() == reflect.Struct:
			below = append(below, func() { m.section(key+".", value, live) })
		case field.Type.Kind() == reflect.Slice && field.Type.Elem().Kind() == reflect.Struct:
			below = append(below, func() { m.section(key+"[].", reflect.New(field.Type.Elem()).Elem(), live) })
		default:
			fmt.Fprintf(&m.text, "| `%s` | %s | %s | %s | %s |\n", key, shown(value), variable(key), change, m.comment(v.Type().Name()+"."+field.Name))
		}
	}
	for _, write := range below {
		write()
	}
}

func (m *manual) comment(name string) string {
	m.t.Helper()
	text := strings.Join(strings.Fields(m.comments[name]), " ")
	if text == "" {
		m.t.Errorf("%s in internal/config has no comment", name)
	}
	return strings.TrimSuffix(strings.ReplaceAll(text, "|", `\|`), ".")
}

// shown is a default as it stands in the file.
func shown(v reflect.Value) string {
	if v.IsZero() {
		return ""
	}
	return fmt.Sprintf("`%v`", v)
}

// variable is the one that sets the key, if setting it has an effect.
func variable(key string) string {
	name := "TOCSIN_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
	c, err := config.Load("", func(asked string) string {
		if asked == name {
			return "1"
		}
		return ""
	})
	if err == nil && reflect.DeepEqual(c, config.Default()) {
		return ""
	}
	return "`" + name + "`"
}

// readComments are those of the types of the package and of their fields.
func readComments(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../route/*.go")
	if err != nil {
		t.Fatal(err)
	}
	own, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, own...)
	comments := map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			d, ok := n.(*ast.GenDecl)
			if !ok || d.Tok != token.TYPE {
				return true
			}
			for _, spec := range d.Specs {
				collect(comments, d.Doc.Text(), spec.(*ast.TypeSpec))
			}
			return false
		})
	}
	return comments
}

func collect(comments map[string]string, doc string, spec *ast.TypeSpec) {
	comments[spec.Name.Name] = doc
	s, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, field := range s.Fields.List {
		for _, name := range field.Names {
			comments[spec.Name.Name+"."+name.Name] = field.Comment.Text() + field.Doc.Text()
		}
	}
}

// The file that docs/routes.md shows is one that the program takes.
func TestRoutesManual(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/routes.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(text), "```yaml\n")
	block, _, ok := strings.Cut(block, "```")
	c, err := load(t, block, nil)
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := c.Validate(); err != nil || len(c.Notify.Routes.Routes) != 2 {
		t.Errorf("the settings of docs/routes.md: %v, %+v", err, c.Notify)
	}
	for _, label := range route.EventLabels() {
		if !strings.Contains(string(text), "`"+label+"`") {
			t.Errorf("docs/routes.md says nothing of the label %s", label)
		}
	}
}

// The file that the README shows is one that the program takes.
func TestReadmeSettings(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(text), "```yaml\n")
	block, _, ok := strings.Cut(block, "```")
	c, err := load(t, block, map[string]string{"CONTOSO_SECRET": "x"})
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := c.Validate(); err != nil || len(c.Tenants) != 1 || len(c.Tenants[0].All()) != 1 {
		t.Errorf("the settings of README.md: %v, %+v", err, c)
	}
}
