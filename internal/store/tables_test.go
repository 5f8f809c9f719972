package store

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// owners are the tables by whose they are: the engine's and each room's.
func owners() map[string][]string {
	return map[string][]string{
		".": {"audit", "changes", "consumers", "counters", "items", "skipped_changes"},
		"archive": {
			"authorings", "connections", "contents", "documents", "events", "feed_entries", "file_tasks", "files", "gaps", "late_promises", "log_lines", "members", "polls", "publishing", "row_blocks",
			"sources", "tenant_domains", "tenants", "text_index", "texts", "traits", "unreadable", "versions", "wordings",
		},
		"delivery": {
			"acknowledgements", "deliveries", "delivery_batches", "delivery_canaries", "delivery_endpoints", "delivery_escalations", "delivery_failures", "delivery_letters", "delivery_repeats", "route_versions", "silences", "subscription_questions", "subscriptions",
		},
		"people": {
			"contacts", "feed_addresses", "followed_services", "handlings", "liaisons", "one_time_codes", "passkeys", "reading_marks", "sessions", "sites",
			"team_members", "teams", "user_roles", "users", "viewpoints",
		},
		"respond": {
			"beacons", "business_maps", "incident_checks", "incident_entries", "incident_late", "incident_measures", "incident_messages", "incident_openings", "incident_roles", "incident_starts", "incident_states", "incident_steps", "incident_subjects", "incident_tenants", "incidents",
			"knowledge_edits", "probe_codes", "probes", "report_secrets", "reports", "request_duties", "request_files", "request_severities", "request_turns", "requests", "triage_files", "triages", "workaround_votes", "workarounds",
		},
		"programs": {"access_state", "client_secrets", "clients", "signing_keys", "used_assertions"},
		"translation": {
			"cut_documents", "document_tenants", "glossary", "memory", "segment_documents", "segments", "translation_days", "translation_reports", "translation_wants",
		},
	}
}

// A statement of a room names its own tables. It may read those of the engine,
// and the ids of tenants. The engine reads of a room what numbers it needs.
func TestRoomsKnowTheirOwnTables(t *testing.T) {
	t.Parallel()
	all := tablesOf(t)
	named := regexp.MustCompile(`\b(INSERT INTO|UPDATE|DELETE FROM|FROM|JOIN) ([a-z_]+)`)
	owned := map[string]string{}
	for room, tables := range owners() {
		for _, table := range tables {
			owned[table] = room
		}
	}
	for _, table := range all {
		if owned[table] == "" {
			t.Errorf("table %s is nobody's", table)
		}
	}
	for room := range owners() {
		for _, text := range literalsIn(t, room) {
			for _, m := range named.FindAllStringSubmatch(text, -1) {
				table, writes := m[2], m[1] != "FROM" && m[1] != "JOIN"
				owner, known := owned[table]
				if known && !mayName(room, owner, table, writes) {
					t.Errorf("%s says %q, and the table is that of %s", room, m[0], owner)
				}
			}
		}
	}
	if len(all) != len(owned) {
		t.Errorf("%d tables have owners, of %d", len(owned), len(all))
	}
}

func mayName(room, owner, table string, writes bool) bool {
	switch {
	case room == owner:
		return true
	case writes:
		return table == "counters" // with names of its own
	case room == ".":
		return table == "tenants" || table == "members"
	}
	return owner == "." || table == "tenants"
}

// tablesOf are the tables that the migrations make.
func tablesOf(t *testing.T) []string {
	t.Helper()
	names, err := fs.Glob(os.DirFS("migrations/sqlite"), "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	made := regexp.MustCompile(`CREATE (?:VIRTUAL )?TABLE (\w+)`)
	var tables []string
	for _, name := range names {
		text, err := os.ReadFile("migrations/sqlite/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range made.FindAllStringSubmatch(string(text), -1) {
			tables = append(tables, m[1])
		}
	}
	slices.Sort(tables)
	return slices.Compact(tables)
}

// literalsIn are the texts in the code of a folder.
func literalsIn(t *testing.T, dir string) []string {
	t.Helper()
	packages, err := parser.ParseDir(token.NewFileSet(), dir, func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0) //nolint:staticcheck // one package without build tags
	if err != nil || len(packages) != 1 {
		t.Fatal(len(packages), err)
	}
	var texts []string
	for _, one := range packages {
		ast.Inspect(one, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				texts = append(texts, literal.Value)
			}
			return true
		})
	}
	return texts
}
