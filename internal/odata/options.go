package odata

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Endpoint is one collection or entity and the query options it offers.
type Endpoint struct {
	Model         *Model
	Type          *Type
	Allow         []string         // offered system options, such as "$filter"
	AllowExpanded []string         // the same within $expand(...)
	Ignore        []string         // bare names that are accepted without effect
	Aliases       map[string]Alias // bare names that are conditions
	Limits        Limits
	Single        bool // it is one entity or value: what is about collections is a mistake
}

// An Alias makes a bare parameter such as `?Workload=Exchange` a condition.
type Alias struct {
	Property string
	Op       string // "eq" if empty, or "ne", "gt", "ge", "lt", "le"
}

// Options are the query options of one request. The zero value asks for
// everything.
type Options struct {
	Filter    *Filter
	OrderBy   OrderBy
	Select    *Selection // nil for all properties
	Expand    []Expansion
	Search    *Search // nil for none
	Top       int     // a limit only if HasTop
	HasTop    bool
	Skip      int
	Count     bool
	SkipToken string // see OpenToken
	Format    string // for Negotiate

	given []Option
}

// Parse reads the raw query of a URL. What is not an option of the endpoint
// is refused: with [NotImplemented] if OData knows it, else [UnknownOption].
// The time is what `now()` gives.
func (e *Endpoint) Parse(raw string, now time.Time) (*Options, error) {
	given, err := ParseQuery(raw, e.Limits)
	if err != nil {
		return nil, err
	}
	r := reader{endpoint: e, typ: e.Type, allow: e.Allow, now: now, options: Options{given: given}}
	var conditions []*node
	for _, option := range given {
		if alias, ok := e.Aliases[option.Name]; ok {
			condition, err := e.condition(option, alias)
			if err != nil {
				return nil, err
			}
			conditions = append(conditions, condition)
			continue
		}
		if slices.Contains(e.Ignore, option.Name) {
			continue
		}
		if err := r.read(option); err != nil {
			return nil, err
		}
	}
	if err := r.restrict(conditions); err != nil {
		return nil, err
	}
	return &r.options, nil
}

// Timed reports whether an option may depend on what `now()` gives.
func (o *Options) Timed() bool {
	return slices.ContainsFunc(o.given, func(option Option) bool { return strings.Contains(strings.ToLower(option.Value), "now") })
}

// SaysNow reports whether a query as it was sent has the name of a function of time
// in it, in any spelling, or cannot be read.
func SaysNow(raw string) bool {
	var last [3]byte
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c == '%' {
			if i+2 >= len(raw) || unhex(raw[i+1]) < 0 || unhex(raw[i+2]) < 0 {
				return true
			}
			c = byte(unhex(raw[i+1])<<4 | unhex(raw[i+2]))
			i += 2
		}
		last = [3]byte{last[1], last[2], c | 0x20}
		if last == [3]byte{'n', 'o', 'w'} {
			return true
		}
	}
	return false
}

// Link encodes the options again, for the query of a next link, with the
// values in set instead of those given. An empty value in set leaves the option
// out; one that was given empty stays, since it may be a condition.
func (o *Options) Link(set ...Option) string {
	var link []byte
	add := func(option Option) {
		if len(link) > 0 {
			link = append(link, '&')
		}
		link = option.appendLink(link)
	}
	for _, option := range o.given {
		if !slices.ContainsFunc(set, func(s Option) bool { return s.Name == option.Name }) {
			add(option)
		}
	}
	for _, option := range set {
		if option.Value != "" {
			add(option)
		}
	}
	return string(link)
}

func (o Option) appendLink(to []byte) []byte {
	to = append(to, strings.Replace(url.QueryEscape(o.Name), "%24", "$", 1)...)
	to = append(to, '=')
	return append(to, strings.ReplaceAll(url.QueryEscape(o.Value), "+", "%20")...)
}

// condition is the comparison that a bare parameter stands for.
func (e *Endpoint) condition(option Option, alias Alias) (*node, error) {
	p, ok := e.Type.Property(alias.Property, false)
	if !ok {
		return nil, errorf(UnknownProperty, option.Name, 0, "Could not find a property named '%s' on type '%s'.",
			alias.Property, e.Model.qualified(e.Type.Name))
	}
	lit, ok := readAs(p.kind(), option.Value)
	if !ok {
		return nil, errorf(WrongType, option.Name, 0, "'%s' is not a value of type %s.", clip(option.Value), p.kind())
	}
	if p.Enum != nil {
		if _, ok := e.Model.member(p.Enum, option.Value); !ok {
			return nil, errorf(InvalidValue, option.Name, 0, "'%s' is not a member of %s.", clip(option.Value), p.Enum.Name)
		}
	}
	o, _, _ := binaryOperator(alias.Op)
	if o == 0 {
		o = opEq
	}
	path := &node{op: opPath, name: p.Name}
	return &node{op: o, args: []*node{path, {op: opLiteral, lit: lit}}}, nil
}

// readAs reads a parameter without quotes as a value of the given kind.
func readAs(kind Kind, text string) (literal, bool) {
	if kind == String || kind == enumKind {
		return literal{kind: String, value: Text(text)}, true
	}
	if kind == Boolean {
		b, err := strconv.ParseBool(strings.ToLower(text))
		return literal{kind: Boolean, value: Bool(b)}, err == nil
	}
	if text == "" {
		return literal{}, false
	}
	lit, reason := parseBare(text)
	fits := lit.kind == kind || kind.numeric() && lit.kind.numeric() || kind == DateTimeOffset && lit.kind == Date
	return lit, reason == "" && fits
}

// A reader collects the options of one level: of the query, or of an expansion.
type reader struct {
	endpoint *Endpoint
	typ      *Type
	allow    []string
	now      time.Time
	depth    int // of nested expansions
	options  Options
}

func (r *reader) read(option Option) error {
	name, value := option.Name, option.Value
	if !slices.Contains(r.allow, name) {
		if r.endpoint.Single && r.depth == 0 && isForCollections(name) {
			return errorf(UnknownOption, name, 0, "The query option '%s' is for collections, and this is none.", name)
		}
		if isSystemOption(name) {
			return errorf(NotImplemented, name, 0, "The query option '%s' is not offered here.", name)
		}
		hint := ""
		if strings.IndexByte(name, ' ') >= 0 {
			hint = " An '&' within a value is written as %26, and conditions are joined by 'and'."
		}
		return errorf(UnknownOption, name, 0, "There is no query option named '%s'.%s", clip(name), hint)
	}
	var err error
	o, model := &r.options, r.endpoint.Model
	switch name {
	case "$filter":
		o.Filter, err = model.parseFilter(r.typ, value, r.now, r.endpoint.Limits)
		if err == nil && r.depth > 0 && o.Filter.tree.startsAt(itself) {
			err = errorf(NotImplemented, name, 0, "$it is not offered within $expand, where it means the outer entity.")
		}
	case "$orderby":
		o.OrderBy, err = model.parseOrderBy(r.typ, value, r.now, r.endpoint.Limits)
	case "$select":
		o.Select, err = model.parseSelect(r.typ, value, r.endpoint.Limits)
	case "$expand":
		o.Expand, err = r.expand(value)
	case "$search":
		o.Search, err = parseSearch(value, r.endpoint.Limits)
	case "$top":
		o.HasTop = true
		o.Top, err = parseCount(name, value)
	case "$skip":
		o.Skip, err = parseCount(name, value)
	case "$count":
		o.Count, err = parseFlag(name, value)
	case "$skiptoken":
		o.SkipToken = value
		if value == "" {
			err = errorf(InvalidPageToken, name, 0, "The page token is empty.")
		}
	case "$format":
		o.Format = value
	default:
		err = errorf(NotImplemented, name, 0, "The query option '%s' is not offered here.", name)
	}
	return err
}

// restrict adds the conditions of bare parameters to the filter.
func (r *reader) restrict(conditions []*node) error {
	if len(conditions) == 0 {
		return nil
	}
	if r.options.Filter != nil {
		conditions = append([]*node{r.options.Filter.tree}, conditions...)
	}
	tree := conditions[0]
	for _, condition := range conditions[1:] {
		tree = &node{op: opAnd, args: []*node{tree, condition}}
	}
	var err error
	r.options.Filter, err = r.endpoint.Model.bindFilter(r.typ, tree, r.now)
	return err
}

// parseCount reads a number of rows.
func parseCount(option, value string) (int, error) {
	n, err := strconv.ParseUint(value, 10, 31)
	if err != nil {
		return 0, errorf(InvalidValue, option, 0, "'%s' is not a whole number from 0 to 2147483647.", clip(value))
	}
	return int(n), nil
}

func parseFlag(option, value string) (bool, error) {
	switch {
	case strings.EqualFold(value, "true"):
		return true, nil
	case strings.EqualFold(value, "false"):
		return false, nil
	}
	return false, errorf(InvalidValue, option, 0, "'%s' is neither true nor false.", clip(value))
}
