package web

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// Every text exists in every language, with the same slots, and is used.
func TestTextsAreComplete(t *testing.T) {
	t.Parallel()
	locales := map[string]*locale{}
	for _, code := range languages() {
		var err error
		if locales[code], err = loadLocale(code); err != nil {
			t.Fatal(err)
		}
	}
	used := usedKeys(t)
	slot := regexp.MustCompile(`\{[a-z]+\}`)
	slots := func(m message) []string {
		list := append(slot.FindAllString(m.one, -1), slot.FindAllString(m.other, -1)...)
		slices.Sort(list)
		return slices.Compact(list)
	}
	for key, english := range locales["en"].texts {
		if !strings.HasPrefix(key, "cause.") && !used(key) { // the texts of package lang are its own to test
			t.Errorf("text %q is used nowhere", key)
		}
		for code, l := range locales {
			m, ok := l.texts[key]
			if !ok || m.other == "" {
				t.Errorf("text %q is missing in %s", key, code)
				continue
			}
			want, got := slots(english), slots(m)
			if code != "ja" && !slices.Equal(want, got) || code == "ja" && len(got) > len(want) {
				t.Errorf("text %q has the slots %v in %s, %v in English", key, got, code, want)
			}
			if code == "ja" && m.one != "" {
				t.Errorf("text %q has a singular in Japanese", key)
			}
		}
	}
	for code, l := range locales {
		for key := range l.texts {
			if _, ok := locales["en"].texts[key]; !ok {
				t.Errorf("text %q of %s is missing in English", key, code)
			}
		}
	}
	for key := range literalKeys(t) {
		if _, ok := locales["en"].texts[key]; !ok {
			t.Errorf("text %q is asked for and does not exist", key)
		}
	}
}

var (
	inTemplate = regexp.MustCompile(`\b(?:t|rich) "([a-z0-9.A-Z-]+)"`)
	inCode     = regexp.MustCompile(`\.(?:text|rich|say|sayRich)\("([a-z0-9.A-Z-]+)"`)
	inFamily   = regexp.MustCompile(`"([a-z0-9.]+\.)(?:%[a-z])?"(?: ?\+|,)|\("([a-z0-9.]+\.)"\)`)
)

// literalKeys are the keys that templates and code name in full.
func literalKeys(t *testing.T) map[string]bool {
	t.Helper()
	keys := map[string]bool{}
	eachSource(t, func(name, text string) {
		pattern := inCode
		if strings.HasSuffix(name, ".html") {
			pattern = inTemplate
		}
		for _, m := range pattern.FindAllStringSubmatch(text, -1) {
			if strings.HasSuffix(m[1], ".") {
				continue
			}
			keys[m[1]] = true
			if strings.Contains(m[0], "say") {
				keys[m[1]+".own"] = true
			}
		}
	})
	return keys
}

// usedKeys tells whether a key is named in full, or begins as the code begins
// a key that it puts together.
func usedKeys(t *testing.T) func(string) bool {
	t.Helper()
	keys, begins, all := literalKeys(t), map[string]bool{}, ""
	eachSource(t, func(_, text string) {
		all += text
		for _, m := range inFamily.FindAllStringSubmatch(text, -1) {
			begins[m[1]+m[2]] = true
		}
	})
	return func(key string) bool {
		form := strings.TrimSuffix(strings.TrimSuffix(key, ".own"), ".of") // for who speaks
		if keys[key] || keys[form] || strings.Contains(all, `"`+key+`"`) || strings.Contains(all, `"`+form+`"`) {
			return true
		}
		return slices.ContainsFunc(slices.Collect(maps.Keys(begins)), func(b string) bool { return strings.HasPrefix(key, b) })
	}
}

func eachSource(t *testing.T, visit func(name, text string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") || !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".html") {
			return err
		}
		text, err := os.ReadFile(path)
		visit(path, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func clockFor(t *testing.T, code, zone string, now time.Time) clock {
	t.Helper()
	l, err := loadLocale(code)
	if err != nil {
		t.Fatal(err)
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return clock{l, location, now}
}

// A noun follows its number: whatever has a plural after a slot has a singular,
// and one of nothing is one in French.
func TestNounsFollowTheirNumber(t *testing.T) {
	t.Parallel()
	constant := map[string]bool{"search.long": true, "search.words": true, "search.first": true, "issues.cut": true} // their number is always large
	plural := regexp.MustCompile(`\{(n|of|all|seen|kept|given|posts|versions|missing)\}[ \x{a0}](\pL+s|\pL+aux)([^\pL]|$)`)
	for _, code := range []string{"en", "fr"} {
		l, err := loadLocale(code)
		if err != nil {
			t.Fatal(err)
		}
		for key, m := range l.texts {
			if m.one == "" && plural.MatchString(m.other) && !constant[key] {
				t.Errorf("%s in %s has no form for one: %q", key, code, m.other)
			}
			if m.one != "" && !strings.Contains(m.other, "{"+m.by+"}") && strings.Contains(m.other, "{") && !strings.HasPrefix(key, "nav.") {
				t.Errorf("%s in %s goes by {%s}, which it does not have: %q", key, code, m.by, m.other)
			}
		}
	}
	for _, tt := range []struct{ code, key, want string }{
		{"en", "def.tenants", "seen by 1 of 3 tenants"}, {"fr", "def.tenants", "vu par 1 locataire sur 3"}, {"ja", "def.tenants", "3 テナント中 1 テナントで表示"},
	} {
		l, err := loadLocale(tt.code)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.ReplaceAll(l.text(tt.key, "seen", 1, "of", 3), nbsp, " "); got != tt.want {
			t.Errorf("%s in %s = %q, want %q", tt.key, tt.code, got, tt.want)
		}
	}
}

// The forms of the design's table of dates and times.
func TestClockWritesAsTheDesignSays(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 7, 19, 9, 42, 0, 0, time.UTC)
	first := time.Date(2024, 4, 1, 10, 0, 0, 0, time.UTC)
	tests := []struct{ code, hm, short, first, long, full, past, future, duration, percent string }{
		{"fr", "11:42", "19 juil.", "1er avr.", "vendredi 19 juillet 2024", "19 juil. 2024, 11:42", "il y a 4 h 30", "dans 18 min", "3 j 10 h", "99,87 %"},
		{"en", "11:42", "19 Jul", "1 Apr", "Friday 19 July 2024", "19 Jul 2024, 11:42", "4 h 30 ago", "in 18 min", "3 d 10 h", "99.87%"},
		{"ja", "11:42", "7月19日", "4月1日", "2024年7月19日（金）", "2024年7月19日（金）11:42", "4時間30分前", "18分後", "3日10時間", "99.87%"},
	}
	plain := strings.NewReplacer(nbsp, " ", nnbsp, " ")
	for _, tt := range tests {
		c := clockFor(t, tt.code, "Europe/Paris", now)
		local := now.In(c.zone)
		for _, pair := range [][2]string{
			{c.hm(local), tt.hm},
			{c.shortDate(local), tt.short},
			{c.shortDate(first), tt.first},
			{c.longDate(local), tt.long},
			{c.full(local), tt.full},
			{c.ago(now.Add(-4*time.Hour - 30*time.Minute)), tt.past},
			{c.ago(now.Add(18 * time.Minute)), tt.future},
			{c.length(82 * time.Hour), tt.duration},
			{c.percent(0.99874, 2), tt.percent},
		} {
			if got := plain.Replace(pair[0]); got != pair[1] {
				t.Errorf("%s: %q, want %q", tt.code, got, pair[1])
			}
		}
	}
}

// A moment in another day than UTC's says so.
func TestMomentNamesBothDays(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 8, 22, 15, 30, 0, 0, time.UTC)
	m := clockFor(t, "ja", "Asia/Tokyo", now).moment(now.Add(-30 * time.Minute))
	if m.Text != "0:00" || m.UTC != "8月22日 15:00 UTC" || m.ISO != "2024-08-22T15:00:00Z" {
		t.Errorf("moment = %+v", m)
	}
}

func TestFrenchTypography(t *testing.T) {
	t.Parallel()
	l, err := loadLocale("fr")
	if err != nil {
		t.Fatal(err)
	}
	if got := l.typeset("Prêt ? Oui : « d'accord » à 5 % ; n° 4 !"); got != "Prêt\u202f? Oui\u00a0: «\u00a0d’accord\u00a0» à 5\u202f%\u202f; n°\u00a04\u202f!" {
		t.Errorf("typeset = %q", got)
	}
	for key, m := range l.texts {
		if strings.ContainsAny(m.one+m.other, "'") || regexp.MustCompile(` [:;!?%»]|« `).MatchString(m.one+m.other) {
			t.Errorf("text %q is not set in French: %q", key, m.other)
		}
	}
}

func TestRichEscapes(t *testing.T) {
	t.Parallel()
	l, err := loadLocale("en")
	if err != nil {
		t.Fatal(err)
	}
	if got := l.rich("change.status", "service", "<b>x</b>", "status", "a & b\x001\x00"); strings.Contains(string(got), "<b>") || !strings.Contains(string(got), "a &amp; b") {
		t.Errorf("rich = %q", got)
	}
}

// Whatever the store writes into the audit log has words, and so has whoever
// acts without having signed in.
func TestAuditHasWords(t *testing.T) {
	t.Parallel()
	l, err := loadLocale("en") // the others are as complete
	if err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Glob("../store/*.go")
	if err != nil {
		t.Fatal(err)
	}
	rooms, err := filepath.Glob("../store/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	sources = append(sources, rooms...)
	action := regexp.MustCompile(`(?:Action(?:: |.* = .*)|action, .*|changeUser\(.*)"([a-z]+(?:\.[a-z]+)+)"|action = "([a-z.]+)"`)
	found := map[string]bool{}
	for _, path := range sources {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range action.FindAllStringSubmatch(string(text), -1) {
			found["did."+m[1]+m[2]] = true
		}
	}
	for _, name := range []string{tocsin.Desk, tocsin.Stranger, tocsin.CommandLine, tocsin.SettingsFile} {
		found["who."+strings.ReplaceAll(name, " ", ".")] = true
	}
	for key := range found {
		if _, ok := l.texts[key]; !ok {
			t.Errorf("%s has no words", key)
		}
	}
	for key := range l.texts {
		if (strings.HasPrefix(key, "did.") || strings.HasPrefix(key, "who.")) && !found[key] {
			t.Errorf("nothing is written as %s", key)
		}
	}
}

// Japanese sentences follow each other without a blank.
func TestSentencesAreJoinedAsTheirLanguageDoes(t *testing.T) {
	t.Parallel()
	blank := regexp.MustCompile(`v\.text\(.*\) \+ " " \+ v\.text\(`)
	eachSource(t, func(name, text string) {
		if found := blank.FindString(text); found != "" {
			t.Errorf("%s joins two texts with a blank: %s", name, found)
		}
	})
}
