package translate

import (
	"context"
	"fmt"
	"slices"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/store/translation"
)

// said is the part of the memory that proposals are made of.
type said interface {
	Revision(ctx context.Context, language string) (int64, error)
	SaidSources(ctx context.Context, tenantID, language string, limit int) ([]translation.Source, error)
	KnownLines(ctx context.Context, tenantID, language string, segments []int64) ([]translation.Known, error)
}

// Bounds of what is kept for proposals.
const (
	maxSaid   = 50_000   // the newest texts of a tenant in one language
	nearBytes = 32 << 20 // in one of two generations of indexes
)

// Proposals finds what was said for texts that are nearly the same, among what
// one tenant has seen. It is asked from any goroutine.
type Proposals struct {
	memory said
	made   *cache.Cache[nearKey, *nearSaid]
}

// nearKey names an index by what it is made of.
type nearKey struct {
	tenant, language string
	revision         int64
}

type nearSaid struct {
	index    *NearIndex
	segments []int64
}

// NewProposals makes proposals of a memory.
func NewProposals(memory said) *Proposals {
	return &Proposals{memory, cache.New[nearKey, *nearSaid](cache.Bounds{Bytes: nearBytes})}
}

// A Proposal is what holds for a text that is nearly the same as another. It is
// for a person to take or leave.
type Proposal struct {
	Segment int64
	Source  string
	Target  string
	Human   bool
	By      string
	Share   float64 // of the words of Source that agree, 0.75 to 1
}

// For returns up to most proposals for each of some texts, what persons wrote
// first, then the nearest. What was said for a text itself is none. The memory is
// asked again about all that is proposed: it says what the tenant has seen now.
func (p *Proposals) For(ctx context.Context, tenantID, language string, texts []string, most int) ([][]Proposal, error) {
	near, err := p.of(ctx, tenantID, language)
	if err != nil {
		return nil, err
	}
	found := make([][]NearMatch, len(texts))
	var segments []int64
	for i, text := range texts {
		for _, m := range near.index.Find(text, most+1) {
			found[i] = append(found[i], m)
			segments = append(segments, near.segments[m.Index])
		}
	}
	slices.Sort(segments)
	known, err := p.known(ctx, tenantID, language, slices.Compact(segments))
	if err != nil {
		return nil, err
	}
	list := make([][]Proposal, len(texts))
	for i, text := range texts {
		for _, m := range found[i] {
			k, ok := known[near.segments[m.Index]]
			if holds := k.Holds(); ok && holds.Text != "" && KeyOf(k.Source) != KeyOf(text) && len(list[i]) < most {
				list[i] = append(list[i], Proposal{k.Segment, k.Source, holds.Text, k.Human(), holds.By, m.Share})
			}
		}
		slices.SortStableFunc(list[i], func(a, b Proposal) int {
			switch {
			case a.Human == b.Human:
				return 0
			case a.Human:
				return -1
			}
			return 1
		})
	}
	return list, nil
}

// known asks the memory about segments, a part at a time.
func (p *Proposals) known(ctx context.Context, tenantID, language string, segments []int64) (map[int64]translation.Known, error) {
	found := map[int64]translation.Known{}
	for part := range slices.Chunk(segments, 400) {
		list, err := p.memory.KnownLines(ctx, tenantID, language, part)
		if err != nil {
			return nil, fmt.Errorf("propose translations: %w", err)
		}
		for _, k := range list {
			found[k.Segment] = k
		}
	}
	return found, nil
}

// of is the index of a tenant, made anew when something was said since.
func (p *Proposals) of(ctx context.Context, tenantID, language string) (*nearSaid, error) {
	revision, err := p.memory.Revision(ctx, language)
	if err != nil {
		return nil, fmt.Errorf("propose translations: %w", err)
	}
	key := nearKey{tenantID, language, revision}
	if near, ok := p.made.Get(key); ok {
		return near, nil
	}
	sources, err := p.memory.SaidSources(ctx, tenantID, language, maxSaid)
	if err != nil {
		return nil, fmt.Errorf("propose translations: %w", err)
	}
	near := &nearSaid{segments: make([]int64, len(sources))}
	texts, bytes := make([]string, len(sources)), 0
	for i, one := range sources {
		texts[i], near.segments[i] = one.Text, one.Segment
		bytes += len(one.Text) + 64
	}
	near.index = NewNearIndex(texts)
	p.made.Put(key, near, bytes)
	return near, nil
}

// Successor returns which of some texts a text became, and whether one is near
// enough to say so.
func Successor(text string, others []string) (string, bool) {
	found := NewNearIndex(others).Find(text, 1)
	if len(found) == 0 {
		return "", false
	}
	return others[found[0].Index], true
}
