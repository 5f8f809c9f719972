package translate

import (
	"context"
	"io"
	"time"

	"example.org/tocsin/internal/store/translation"
)

// pairsPerRead is how many translations are read at once.
const pairsPerRead = 1000

// shelf is the part of the memory that files are made of.
type shelf interface {
	Pairs(ctx context.Context, q translation.PairQuery) ([]translation.Pair, error)
}

// Pairs returns all translations of segments that a tenant has seen, by the
// number of the segment; only what people wrote when human is set.
func Pairs(ctx context.Context, memory shelf, tenantID, language string, human bool) (list []translation.Pair, err error) {
	q := translation.PairQuery{TenantID: tenantID, Language: language, Human: human, Limit: pairsPerRead}
	for {
		page, err := memory.Pairs(ctx, q)
		if err != nil {
			return nil, err
		}
		whole := len(page) < q.Limit
		if !whole { // the last segment may go on in the next page
			last := page[len(page)-1].Segment
			for len(page) > 0 && page[len(page)-1].Segment == last {
				page = page[:len(page)-1]
			}
		}
		if list = append(list, page...); whole || len(page) == 0 {
			return list, nil
		}
		q.After = page[len(page)-1].Segment
	}
}

// Units returns the translations that hold for a tenant, as files exchange them.
func Units(ctx context.Context, memory shelf, tenantID, language string) ([]Unit, error) {
	pairs, err := Pairs(ctx, memory, tenantID, language, false)
	units := make([]Unit, 0, len(pairs))
	for i, p := range pairs {
		if i > 0 && pairs[i-1].Segment == p.Segment {
			continue // the first of a segment is the one that holds
		}
		unit := Unit{Source: p.Source, Target: p.Target, Origin: OriginEngine, By: p.Engine, Review: "pending", Changed: p.CreatedAt}
		switch {
		case p.Human:
			unit.Origin, unit.By, unit.Review = OriginHuman, p.Reviewer, "reviewed"
		case p.Engine == "":
			unit.Origin = OriginNames
		}
		units = append(units, unit)
	}
	return units, err
}

// taker is the part of the memory that takes files.
type taker interface {
	Import(ctx context.Context, o translation.Override, list []translation.Imported, now time.Time) (kept, unseen int, err error)
}

// Taken says what became of a file of translations.
type Taken struct {
	Units   int // that were read
	Kept    int // new to the tenant
	Unseen  int // of sentences that the tenant has not seen
	Refused int // that cannot be read
}

// TakeTMX takes the translations of a TMX file for one tenant as those of a
// person, see [ReadTMX].
func TakeTMX(ctx context.Context, memory taker, o translation.Override, r io.Reader, now time.Time) (Taken, error) {
	units, refused, err := ReadTMX(r, o.Language)
	if err != nil {
		return Taken{}, err
	}
	list := make([]translation.Imported, len(units))
	for i, u := range units {
		list[i] = translation.Imported{Key: translation.Key(KeyOf(u.Source)), Text: u.Target}
	}
	t := Taken{Units: len(units), Refused: len(refused)}
	t.Kept, t.Unseen, err = memory.Import(ctx, o, list, now)
	return t, err
}
