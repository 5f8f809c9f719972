package cli

import (
	"bytes"
	"strings"
	"testing"
)

// A list as CSV has the members of its JSON as columns, and no formulas.
func TestTable(t *testing.T) {
	t.Parallel()
	type inner struct {
		A int `json:"a"`
	}
	list := []struct {
		ID     string   `json:"id"`
		Hidden string   `json:"-"`
		Names  []string `json:"names,omitempty"`
		On     bool     `json:"on"`
		Deep   *inner   `json:"deep,omitempty"`
		Many   []inner  `json:"many"`
	}{{"=1+1", "x", []string{"a", "b"}, true, &inner{7}, []inner{{1}, {2}}}, {ID: "plain, \"quoted\""}}
	var out bytes.Buffer
	if err := printTable(&out, list); err != nil {
		t.Fatal(err)
	}
	want := "id,names,on,deep,many\n" + `'=1+1,a b,true,"{""a"":7}","[{""a"":1},{""a"":2}]"` + "\n" + `"plain, ""quoted""",,false,,` + "\n"
	if out.String() != want {
		t.Errorf("table = %q, want %q", out.String(), want)
	}
	out.Reset()
	if err := printTable(&out, list[:0]); err != nil || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("empty table = %q, %v", out.String(), err)
	}
}

// What is no list is refused before anything is done.
func TestTablesAreOfListsOnly(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	run := func(args ...string) (int, string, string) {
		e, stdout, stderr := env(append(args, "--data", data)...)
		return Main(t.Context(), e), stdout.String(), stderr.String()
	}
	add := []string{"tenant", "add", "--name", "contoso", "--id", "11111111-1111-4111-8111-111111111111"}
	if code, _, problem := run(append(add, "--output", "csv")...); code != exitUsage || !strings.Contains(problem, "only lists") {
		t.Errorf("adding as csv: %d %q", code, problem)
	}
	if code, _, problem := run("migrate"); code != exitDone { // lists make no desk
		t.Fatalf("making the desk: %d %q", code, problem)
	}
	if code, out, problem := run("tenant", "list", "--output", "csv"); code != exitDone || strings.Count(out, "\n") != 1 || !strings.HasPrefix(out, "id,name,displayName,domains,") {
		t.Errorf("no tenants: %d %q %q", code, out, problem)
	}
	if code, _, problem := run(add...); code != exitDone {
		t.Fatalf("adding: %d %q", code, problem)
	}
	for _, args := range []string{"tenant list", "issue list --tenant contoso", "message list --tenant contoso", "health list --tenant contoso", "user list", "client list", "key list"} {
		code, out, problem := run(append(strings.Fields(args), "--output", "csv")...)
		if code != exitDone || !strings.Contains(strings.SplitN(out, "\n", 2)[0], ",") {
			t.Errorf("%s: %d %q %q", args, code, out, problem)
		}
	}
}
