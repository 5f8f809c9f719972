package tocsin

// A Row is the present state of one item of a tenant without its text: what
// lists are made of. Instants are microseconds UTC, 0 for none.
type Row struct {
	Kind       Kind
	ID         string
	N          int
	Document   int64 // number of its text in the archive; negative for a newer wording of it
	At         int64
	SeenAt     int64
	LeftAt     int64
	StartAt    int64
	EndAt      int64
	Modified   int64
	Title      string
	Service    string
	Workload   string
	Feature    string
	FeatureSet string
	Status     Status
	Class      string
	Private    bool   // a message about data privacy
	Source     string // whose list it is on
}

// A State is one version of an item as far as its history needs it.
type State struct {
	ID       string
	Document int64 // number of its text in the archive
	At       int64 // microseconds UTC
	SeenAt   int64
	Status   Status
	Source   string // where it was seen
}

// A Block is the rows of a tenant in a compact form that only the read side
// knows. It is an aid for a quick start, and never the truth.
type Block struct {
	Seq   int64             // the last change that it includes
	Parts map[Kind][][]byte // in order
}
