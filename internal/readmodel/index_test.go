package readmodel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.org/tocsin/internal/tocsin"
)

func randomRow(r *rand.Rand, id int) *Row {
	row := &Row{
		Traits: &Traits{Service: fmt.Sprint("Service ", r.IntN(3)), ServiceID: fmt.Sprint("s", r.IntN(3)), FeatureSet: fmt.Sprint("f", r.IntN(2)), Status: tocsin.StatusDegradation, Private: r.IntN(5) == 0},
		ID:     fmt.Sprintf("EX%05d", id), Document: r.Int64N(1 << 40), N: int32(1 + r.IntN(9)), StartAt: Instant(r.IntN(40)), ModifiedAt: Instant(1 + r.IntN(40)),
	}
	if r.IntN(4) > 0 {
		row.EndAt = row.StartAt + Instant(1+r.IntN(10))
	}
	if r.IntN(9) == 0 {
		row.LeftAt = row.ModifiedAt + 1
	}
	return row
}

// alike compares rows without what only their index knows.
func alike(a, b *Row) bool {
	x, y := *a, *b
	x.Traits, y.Traits, x.group, y.group = nil, nil, 0, 0
	return x == y && *a.Traits == *b.Traits
}

// An index that followed changes says what one made of the same rows says, and
// both say what a look at every row says.
func TestIndexFollows(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for round := range 40 {
		truth := map[string]*Row{}
		followed := NewIndex(nil, 0)
		for step := range 8 {
			batch := map[string]*Row{}
			for range r.IntN(30) {
				row := randomRow(r, r.IntN(200))
				batch[row.ID] = row
			}
			var changed []*Row
			for id, row := range batch {
				changed = append(changed, row)
				truth[id] = row
			}
			before := slices.Clone(followed.rows)
			next := followed.with(changed, uint64(step))
			if !slices.Equal(before, followed.rows) {
				t.Fatal("a change altered the index before it")
			}
			followed = next
		}
		var rows []*Row
		for _, row := range truth {
			copied := *row
			rows = append(rows, &copied)
		}
		slices.SortFunc(rows, ByID.compare)
		for name, x := range map[string]*Index{"followed": followed, "made": NewIndex(rows, 9)} {
			if !slices.EqualFunc(rows, x.rows, alike) {
				t.Fatalf("round %d, %s: other rows", round, name)
			}
			checkWalks(t, r, x)
			checkOverlaps(t, r, x)
		}
	}
}

func checkWalks(t *testing.T, r *rand.Rand, x *Index) {
	t.Helper()
	for o := range Order(orders) {
		span := Span{Instant(r.IntN(40)), Instant(r.IntN(60))}
		if r.IntN(2) == 0 || o == ByID {
			span = Always()
		}
		var want, got []string
		var groups []*Group
		chosen := map[*Group]bool{}
		for _, g := range x.Groups() {
			if r.IntN(3) > 0 {
				groups, chosen[g] = append(groups, g), true
			}
		}
		sorted := slices.SortedFunc(slices.Values(x.rows), o.compare)
		for _, row := range sorted {
			if key := o.Key(row); chosen[x.groups[row.group]] && key >= span.From && key <= span.To {
				want = append(want, row.ID)
			}
		}
		desc := r.IntN(2) == 0
		if desc {
			slices.Reverse(want)
		}
		walk := NewWalk(groups, o, span, desc)
		for row := walk.Next(); row != nil; row = walk.Next() {
			got = append(got, row.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("order %d, span %v, desc %v:\n%s", o, span, desc, diff)
		}
		if o != ByID {
			continue
		}
		behind := fmt.Sprintf("EX%05d", r.IntN(200))
		want = slices.DeleteFunc(want, func(id string) bool { return desc && id >= behind || !desc && id <= behind })
		got = nil
		walk = NewWalkBehind(groups, behind, desc)
		for row := walk.Next(); row != nil; row = walk.Next() {
			got = append(got, row.ID)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("behind %s, desc %v:\n%s", behind, desc, diff)
		}
	}
}

func checkOverlaps(t *testing.T, r *rand.Rand, x *Index) {
	t.Helper()
	from := Instant(r.IntN(50))
	span := Span{from, from + Instant(1+r.IntN(5))}
	var want, got []string
	for _, row := range x.rows {
		if row.ServiceID == "s1" && row.Starts() < span.To && (row.Ends() > span.From || row.Starts() >= span.From) {
			want = append(want, row.ID)
		}
	}
	first, last := Instant(math.MaxInt64), Instant(0)
	for _, g := range x.OfService("s1") {
		for _, row := range g.Overlapping(nil, span) {
			got = append(got, row.ID)
		}
		if g.Len() > 0 {
			a, b := g.Known()
			first, last = min(first, a), max(last, b)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("overlap with %v:\n%s", span, diff)
	}
	for _, row := range x.rows {
		if row.ServiceID == "s1" && (row.Starts() < first || max(row.EndAt, row.ModifiedAt) > last) {
			t.Fatalf("%+v is outside of what is known, %d to %d", row, first, last)
		}
	}
}

// Rows come back from a block as they were, and a block that was tampered with
// is refused.
func TestBlock(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	var rows []*Row
	for i := range blockRows + 100 {
		rows = append(rows, randomRow(r, i))
	}
	shared := newSharing(&naming{})
	for _, row := range rows {
		row.Traits = shared.of(*row.Traits, row.ModifiedAt)
	}
	parts, err := packRows(rows)
	if err != nil || len(parts) != 2 {
		t.Fatal(len(parts), err)
	}
	again, err := unpackRows(parts, newSharing(&naming{}))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.EqualFunc(rows, again, alike) {
		t.Error("other rows come back")
	}
	if _, err := unpackRows([][]byte{parts[1], parts[0]}, newSharing(&naming{})); err == nil {
		t.Error("parts in another order are accepted")
	}
	for range 200 {
		bad := slices.Clone(parts[1])
		bad[r.IntN(len(bad))] ^= 1 << r.IntN(8)
		if again, err := unpackRows([][]byte{parts[0], bad}, newSharing(&naming{})); err == nil && !slices.EqualFunc(rows, again, alike) {
			t.Fatal("a damaged block is accepted")
		}
		short := part{rest: packPart(rows[:20])}
		short.rest = short.rest[:r.IntN(len(short.rest))]
		if short.read(nil, newSharing(&naming{})); !short.bad {
			t.Fatal("half a part is accepted")
		}
	}
}

// FuzzPart feeds what is no part to the reader of parts.
func FuzzPart(f *testing.F) {
	r := rand.New(rand.NewPCG(7, 8))
	f.Add(packPart([]*Row{randomRow(r, 1), randomRow(r, 2)}))
	f.Add([]byte{blockFormat, 1, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		p := part{rest: data}
		if rows := p.read(nil, newSharing(&naming{})); !p.bad && len(rows) > len(data) {
			t.Errorf("%d rows out of %d bytes", len(rows), len(data))
		}
	})
}

func TestOrderKeepsNullFirst(t *testing.T) {
	t.Parallel()
	open, over := &Row{ID: "b"}, &Row{ID: "a", EndAt: -5}
	if ByEnd.compare(open, over) >= 0 || strings.Compare(open.ID, over.ID) <= 0 {
		t.Error("what has no end does not come first")
	}
}
