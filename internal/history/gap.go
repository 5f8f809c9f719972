package history

import (
	"context"
	"fmt"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// maxServices bounds how many services of a tenant are asked for their source.
const maxServices = 10_000

// gapsOf are the times in which nobody looked at a service, since its source
// was not polled completely; ascending and apart from each other.
func (p *Past) gapsOf(ctx context.Context, s *readmodel.Service) ([]piece, error) {
	if p.gaps == nil {
		if err := p.loadGaps(ctx); err != nil {
			return nil, fmt.Errorf("read gaps of tenant %s: %w", p.snapshot.Tenant.ID, err)
		}
	}
	return p.gaps[s.ID], nil
}

func (p *Past) loadGaps(ctx context.Context) error {
	list, err := p.reader.archive.Gaps(ctx, p.snapshot.Tenant.ID, p.since)
	if err != nil {
		return err
	}
	bySource := map[string][]piece{}
	for _, gap := range list {
		bySource[gap.Source] = append(bySource[gap.Source], piece{from: gap.From, to: gap.To})
	}
	for _, source := range p.snapshot.Sources() {
		if since, stale := source.StaleSince(p.now); stale && !since.IsZero() {
			bySource[source.Name] = append(bySource[source.Name], piece{from: since, to: p.now})
		}
	}
	p.gaps = map[string][]piece{}
	if len(bySource) == 0 {
		return nil
	}
	items, _, err := p.reader.archive.Items(ctx, p.snapshot.Tenant.ID, archive.ItemsQuery{Kind: tocsin.KindOverview, Limit: maxServices})
	if err != nil {
		return err
	}
	for _, item := range items {
		if gaps := bySource[item.Source]; len(gaps) > 0 {
			p.gaps[item.ID] = merged(gaps, everything)
		}
	}
	return nil
}

func everything(piece) bool { return true }

// overlap is how much of a span some pieces cover that do not touch.
func overlap(pieces []piece, from, to time.Time) time.Duration {
	var total time.Duration
	for _, p := range pieces {
		if part := earliest(p.to, to).Sub(latest(p.from, from)); part > 0 {
			total += part
		}
	}
	return total
}
