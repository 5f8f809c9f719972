package lang

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.org/tocsin/internal/tocsin"
)

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
	sentence := text("cause."+string(p.Code), arguments(p, text)...)
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
		return text("cause."+string(p.Code)+".help", arguments(p, text)...)
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
		tocsin.ProblemChange, tocsin.ProblemChangeUnread, tocsin.ProblemChangeClash,
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
			pairs = append(pairs, name, word(text, "cause.who.", value, "upstream", "tokens"))
		case "kind":
			pairs = append(pairs, name, word(text, "cause.kind.", value, "overview", "issue", "message", "service"))
		case "reason":
			if value == "" {
				value = text("cause.unknown")
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
		return text(family + value)
	}
	return value
}

// inEnglish are the English texts as they are typed, for what is no page.
var inEnglish = sync.OnceValues(func() (*Locale, error) { return plainLocale("en") })

// English words a problem in English, for logs, programs and commands.
func English(p *tocsin.Problem) string { return Sentence(p, InEnglish) }

// EnglishHelp is [Help] in English.
func EnglishHelp(p *tocsin.Problem) string { return Help(p, InEnglish) }

// InEnglish returns the English text of a key, for logs, programs and commands. It does
// not group the digits of numbers, which programs may read.
func InEnglish(key string, pairs ...any) string {
	l, err := inEnglish()
	if err != nil { // the files are part of the program
		return key
	}
	plain := make([]any, len(pairs))
	for i, v := range pairs {
		plain[i] = v
		if n, ok := v.(int); ok {
			plain[i] = strconv.Itoa(n)
		}
	}
	return l.Text(key, plain...)
}
