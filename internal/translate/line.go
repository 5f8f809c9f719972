package translate

import "slices"

// Source is the language of the posts.
const Source = "en"

// Languages returns the languages that posts are translated into.
func Languages() []string { return []string{"fr", "ja", "es", "de"} }

// OwnName returns what a language that posts are translated into calls itself.
func OwnName(language string) string {
	return map[string]string{"fr": "Français", "ja": "日本語", "es": "Español", "de": "Deutsch"}[language]
}

// An Origin says where the words of a line came from.
type Origin string

// The origins of lines. Original is English: nobody could say it better.
const (
	OriginBook     Origin = "book"     // the phrase book
	OriginNames    Origin = "names"    // nobody's: names, numbers, dates and quoted texts alone, see [Book.Names]
	OriginHuman    Origin = "human"    // a person of the desk
	OriginMemory   Origin = "memory"   // an engine, asked earlier for the same words
	OriginEngine   Origin = "engine"   // an engine, asked for this text
	OriginOriginal Origin = "original" // nobody yet, see [Line.Reason]
)

// A Line is a segment beside its translation.
type Line struct {
	Segment
	Key    Key    // of the segment
	Target string // in the language of the translation; Text when Origin is OriginOriginal
	Origin Origin
	By     string // the engine, "" for others
	Reason Reason // why it is the original, "" for others
}

// A Reason says why a segment stays in the provider's language.
type Reason string

// The reasons. A failed check stands in the ledger with what the engine said.
const (
	ReasonNone     Reason = ""
	ReasonWaiting  Reason = "waiting"  // an engine is going to be asked
	ReasonNoEngine Reason = "noEngine" // no engine speaks the language
	ReasonOff      Reason = "off"      // the tenant wants book and memory only
	ReasonBudget   Reason = "budget"   // the engine's budget is used up
	ReasonFailed   Reason = "failed"   // the engine did not answer
	ReasonPrivate  Reason = "private"  // a message about data privacy goes to no engine
	ReasonLong     Reason = "long"     // it is longer than any sentence that engines are asked for

	// Checks that an answer failed.
	ReasonPlaceholder Reason = "placeholder" // a protected span is missing, doubled or changed
	ReasonDigits      Reason = "digits"      // other digits than the source
	ReasonLength      Reason = "length"      // much longer or shorter than the source
	ReasonMarkup      Reason = "markup"      // marks of the engine or markup are left
	ReasonScript      Reason = "script"      // not in the script, or not in the language
	ReasonUnchanged   Reason = "unchanged"   // the answer is the source
)

// A Translation is a text in one language, line by line.
type Translation struct {
	Language string
	Lines    []Line
}

// Translated reports whether somebody knew any of it.
func (t Translation) Translated() bool {
	return slices.ContainsFunc(t.Lines, func(l Line) bool { return l.Origin != OriginOriginal })
}
