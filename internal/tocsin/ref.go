package tocsin

// A Ref names one item of a tenant: an issue, a message, a service or its
// overview.
type Ref struct {
	Kind Kind
	ID   string
}
