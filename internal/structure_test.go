package internal_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const module = "example.org/tocsin"

// pkg is one package of the repository as the go command lists it.
type pkg struct {
	ImportPath string
	Imports    []string
}

// name is the path below internal/, or below the module for all others.
func (p pkg) name() string { return short(p.ImportPath) }

func short(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, module+"/"), "internal/")
}

// packages are those of cmd/ and internal/, listed once.
var packages = sync.OnceValues(func() ([]pkg, error) {
	command := exec.Command("go", "list", "-json=ImportPath,Imports", "./cmd/...", "./internal/...")
	command.Dir = ".."
	out, err := command.Output()
	if err != nil {
		return nil, err
	}
	var list []pkg
	for decoder := json.NewDecoder(strings.NewReader(string(out))); decoder.More(); {
		var p pkg
		if err := decoder.Decode(&p); err != nil {
			return nil, err
		}
		p.Imports = slices.DeleteFunc(p.Imports, func(path string) bool { return !strings.HasPrefix(path, module+"/") })
		list = append(list, p)
	}
	return list, nil
})

func listed(t *testing.T) []pkg {
	t.Helper()
	list, err := packages()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return list
}

// source is one parsed file.
type source struct {
	path string // below the repository's root
	file *ast.File
	set  *token.FileSet
}

// isTest is true of tests and of packages for them, such as storetest.
func (s source) isTest() bool {
	return strings.HasSuffix(s.path, "_test.go") || strings.HasSuffix(filepath.Dir(s.path), "test")
}

// sources are all Go files of the repository, parsed once.
var sources = sync.OnceValues(func() (list []source, err error) {
	set := token.NewFileSet()
	err = filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "node_modules" || strings.HasPrefix(entry.Name(), ".") && entry.Name() != "..") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		list = append(list, source{filepath.ToSlash(strings.TrimPrefix(path, "../")), file, set})
		return err
	})
	return list, err
})

func parsed(t *testing.T) []source {
	t.Helper()
	list, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 100 {
		t.Fatalf("only %d files were found", len(list))
	}
	return list
}

// What is longer than a few screens is read by nobody. Tests may be long: a
// table is read line by line.
const (
	maxFile     = 500
	maxFunction = 60
)

func TestFilesAndFunctionsFitInTheHead(t *testing.T) {
	t.Parallel()
	for _, s := range parsed(t) {
		if s.isTest() {
			continue
		}
		if lines := s.set.File(s.file.Pos()).LineCount(); lines > maxFile {
			t.Errorf("%s has %d lines, more than %d: move a noun to a file of its own", s.path, lines, maxFile)
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			f, ok := n.(*ast.FuncDecl)
			if !ok {
				return true
			}
			if lines := s.set.Position(f.End()).Line - s.set.Position(f.Pos()).Line + 1; lines > maxFunction {
				t.Errorf("%s: %s has %d lines, more than %d: give its parts names", s.path, f.Name.Name, lines, maxFunction)
			}
			return false
		})
	}
}

func TestNothingRunsBeforeMain(t *testing.T) {
	t.Parallel()
	for _, s := range parsed(t) {
		for _, declaration := range s.file.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s has an init function: call it where its work is needed", s.path)
			}
		}
	}
}

func TestPackagesAreDocumented(t *testing.T) {
	t.Parallel()
	comments := map[string]int{}
	for _, s := range parsed(t) {
		dir := filepath.Dir(s.path)
		if strings.HasSuffix(s.path, "_test.go") && !strings.HasPrefix(dir, "test/") {
			continue
		}
		comments[dir] += 0
		if s.file.Doc != nil {
			comments[dir]++
		}
	}
	for dir, n := range comments {
		if n != 1 {
			t.Errorf("%s has %d package comments, want one that says what it is for, how it works and what it never does", dir, n)
		}
	}
}

// What a package offers is explained where it is declared.
func TestExportedNamesAreDocumented(t *testing.T) {
	t.Parallel()
	for _, s := range parsed(t) {
		if s.isTest() || !strings.HasPrefix(s.path, "internal/") {
			continue
		}
		for _, declaration := range s.file.Decls {
			for _, name := range undocumented(declaration) {
				t.Errorf("%s: %s has no comment", s.path, name)
			}
		}
	}
}

// undocumented are the exported names of a declaration that neither they nor
// their group say anything about. Methods are left out: what Run, Error or
// ServeHTTP does follows from their interface.
func undocumented(declaration ast.Decl) (names []string) {
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil && d.Name.IsExported() && d.Doc == nil {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
					names = append(names, s.Name.Name)
				}
			case *ast.ValueSpec:
				if s.Names[0].IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
					names = append(names, s.Names[0].Name)
				}
			}
		}
	}
	return names
}
