// Package lang words what the program knows as codes. It holds the texts of
// [tocsin.Problem] in each language of the pages, so that a page, a log, an API
// and a command say the same. Begin reading at [Sentence].
package lang

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.org/tocsin/internal/tocsin"
)

//go:embed problems
var files embed.FS

// prefix begins the key of every text of this package.
const prefix = "cause."

// Texts returns the texts of a language, a JSON object of text by key. Each key
// begins with "cause."; values are as the pages' other texts are.
func Texts(language string) ([]byte, error) { return files.ReadFile("problems/" + language + ".json") }

// A Text returns the text of a key with its slots filled: pairs are names and
// values.
type Text func(key string, pairs ...any) string

// Sentence words a problem with the texts of a language; "" for none. A code
// that is not on the list stands for itself.
func Sentence(p *tocsin.Problem, text Text) string {
	if p == nil {
		return ""
	}
	if _, known := p.Code.Slots(); !known {
		return string(p.Code)
	}
	sentence := text(prefix+string(p.Code), arguments(p, text)...)
	for _, more := range p.More {
		if !strings.HasSuffix(sentence, "。") { // which brings its own room
			sentence += " "
		}
		sentence += Sentence(more, text)
	}
	return sentence
}

// Help says what an operator can do about a problem, "" when there is nothing
// to say that its sentence does not.
func Help(p *tocsin.Problem, text Text) string {
	if p == nil {
		return ""
	}
	if slices.Contains(helped(), p.Code) {
		return text(prefix+string(p.Code)+".help", arguments(p, text)...)
	}
	for _, more := range p.More {
		if help := Help(more, text); help != "" {
			return help
		}
	}
	return ""
}

// helped are the codes for which there is something to do that their sentence
// does not say.
func helped() []tocsin.ProblemCode {
	return []tocsin.ProblemCode{
		tocsin.ProblemSettings, tocsin.ProblemUnread, tocsin.ProblemUntried, tocsin.ProblemShort,
		tocsin.ProblemName, tocsin.ProblemConnection, tocsin.ProblemCertificate, tocsin.ProblemOutdated, tocsin.ProblemOtherName, tocsin.ProblemTLS,
		tocsin.ProblemTimeout, tocsin.ProblemProxy, tocsin.ProblemSilent, tocsin.ProblemWebPage, tocsin.ProblemContentType, tocsin.ProblemRedirect,
		tocsin.ProblemUnauthorized, tocsin.ProblemPermission, tocsin.ProblemLicence, tocsin.ProblemConditional, tocsin.ProblemForbidden,
		tocsin.ProblemNotFound, tocsin.ProblemThrottled, tocsin.ProblemFault,
		tocsin.ProblemProof, tocsin.ProblemRefused, tocsin.ProblemSecret, tocsin.ProblemSecretExpired, tocsin.ProblemAppUnknown, tocsin.ProblemAppDisabled,
		tocsin.ProblemTenantUnknown, tocsin.ProblemConsent, tocsin.ProblemResource, tocsin.ProblemResourceDisabled, tocsin.ProblemScope, tocsin.ProblemKeyUnknown, tocsin.ProblemClock,
		tocsin.ProblemFederation, tocsin.ProblemTokenConditional, tocsin.ProblemOtherCloud, tocsin.ProblemProofMissing,
	}
}

// arguments are the arguments of a problem; what is a word of ours is put in
// the language of the texts, and counts are numbers.
func arguments(p *tocsin.Problem, text Text) (pairs []any) {
	for _, name := range slices.Sorted(maps.Keys(p.Args)) {
		value := p.Args[name]
		switch name {
		case "who":
			pairs = append(pairs, name, word(text, "who.", value, "upstream", "tokens"))
		case "kind":
			pairs = append(pairs, name, word(text, "kind.", value, "overview", "issue", "message", "service"))
		case "reason":
			if value == "" {
				value = text(prefix + "unknown")
			}
			pairs = append(pairs, name, value)
		case "n", "missing", "page":
			if n, err := strconv.Atoi(value); err == nil {
				pairs = append(pairs, name, n)
				continue
			}
			pairs = append(pairs, name, value)
		default:
			pairs = append(pairs, name, value)
		}
	}
	return pairs
}

// word is one of our own words; another one stays as it is.
func word(text Text, family, value string, known ...string) string {
	if slices.Contains(known, value) {
		return text(prefix + family + value)
	}
	return value
}

// english are the English texts, read once.
var english = sync.OnceValues(func() (texts map[string]string, err error) { //nolint:gochecknoglobals // read once, never changed
	body, err := Texts("en")
	if err != nil {
		return nil, err
	}
	return texts, json.Unmarshal(body, &texts)
})

// English words a problem in English, for logs, programs and commands.
func English(p *tocsin.Problem) string { return Sentence(p, inEnglish) }

// EnglishHelp is [Help] in English.
func EnglishHelp(p *tocsin.Problem) string { return Help(p, inEnglish) }

func inEnglish(key string, pairs ...any) string {
	texts, err := english()
	if err != nil { // the files are part of the program
		return key
	}
	s := texts[key]
	for i := 0; i+1 < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, fmt.Sprintf("{%v}", pairs[i]), fmt.Sprint(pairs[i+1]))
	}
	return s
}
