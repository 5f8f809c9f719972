package translate

import "context"

// An Engine translates texts. Each is a child of this package.
type Engine interface {
	// Name returns the name of the engine as people know it, such as "DeepL".
	Name() string
	// Translate returns the texts of a job in their order. An engine that cannot
	// answer returns an error; one text that it cannot translate is "" in the
	// answer and costs the others nothing.
	Translate(ctx context.Context, job Job) (Answer, error)
	// Limits returns the bounds of one job.
	Limits() Limits
}

// A Job is what an engine is asked: plain texts in English with ⟦n⟧ in the
// place of what must not be touched.
type Job struct {
	To    string // fr, ja, es, de
	Texts []string
	// Glossary are words with the translation that the desk wants, for engines
	// that take some.
	Glossary map[string]string
}

// An Answer is what an engine said.
type Answer struct {
	Texts  []string // as many as the job has
	Billed int      // characters, as the engine reports them; 0 when it does not
	Model  string   // name and version of the model, "" when it does not say
}

// Limits are the bounds of one job.
type Limits struct {
	Texts      int // in one call
	Characters int // of all texts of one call, code points
}
