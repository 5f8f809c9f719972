package history

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// Why says how an issue comes to touch a service.
type Why string

// The ways in which an issue touches a service, the surest first.
const (
	WhyFiled   Why = "filed"   // it is about the service
	WhyListed  Why = "listed"  // an overview of the service names it
	WhyFeature Why = "feature" // it is about a feature of the service, filed under another one
	WhyNamed   Why = "named"   // it is an incident of another service whose posts name this one
)

// A Touch is an issue that touches a service.
type Touch struct {
	Row *readmodel.Row
	Why Why
}

// maxNamed bounds what a reader remembers of which posts name whom in one of two
// generations.
const maxNamed = 50_000

// namedKey is an issue as it was written and a name of a service.
type namedKey struct {
	document int64
	name     string
}

// Touching returns the issues that touch a service and lasted into a span, the
// newest first. Posts of other services are read of the newest 5,000 of them;
// each is read once for each of its documents. What the desk authors touches only
// what it authors, and the other way round.
func (p *Past) Touching(ctx context.Context, s *readmodel.Service, from, to time.Time) ([]Touch, error) {
	var list []Touch
	var others []*readmodel.Row
	listed := map[string]bool{}
	for _, t := range s.Transitions {
		for _, id := range t.Overview.IssueIDs {
			listed[id] = true
		}
	}
	for _, row := range p.snapshot.Issues {
		switch {
		case !row.Starts().Time().Before(to) || row.EndAt != 0 && row.EndAt.Time().Before(from):
		case row.ServiceID == s.ID:
			list = append(list, Touch{row, WhyFiled})
		case listed[row.ID]:
			list = append(list, Touch{row, WhyListed})
		case row.Own() == s.Own() && row.Status != tocsin.StatusFalsePositive && !row.Course().Maintenance():
			others = append(others, row)
		}
	}
	slices.SortFunc(others, newestFirst)
	features := p.featuresOf(s)
	for i, row := range others {
		if p.about(row, features) {
			list = append(list, Touch{row, WhyFeature})
			continue
		}
		if i >= maxStated {
			continue
		}
		named, err := p.named(ctx, row, s.Name)
		if err != nil {
			return nil, err
		}
		if named {
			list = append(list, Touch{row, WhyNamed})
		}
	}
	slices.SortFunc(list, func(a, b Touch) int { return newestFirst(a.Row, b.Row) })
	return list, nil
}

func newestFirst(a, b *readmodel.Row) int {
	return cmp.Or(cmp.Compare(b.StartAt, a.StartAt), cmp.Compare(a.ID, b.ID))
}

// featuresOf are the names of a service and of its features, with the one other
// service that has the like, "" for none; without those that several others have.
// Features such as "Sign-in" are everywhere and tell nothing.
func (p *Past) featuresOf(s *readmodel.Service) map[string]string {
	own := map[string]string{s.Name: ""}
	for _, f := range s.Features {
		own[f.Name], own[f.DisplayName] = "", ""
	}
	delete(own, "")
	for i := range p.snapshot.Services {
		other := &p.snapshot.Services[i]
		if other.ID == s.ID {
			continue
		}
		for _, f := range other.Features {
			for _, name := range []string{f.Name, f.DisplayName} {
				if has, ok := own[name]; ok && has != other.ID {
					if own[name] = other.ID; has != "" {
						delete(own, name)
					}
				}
			}
		}
	}
	return own
}

// about reports whether an issue of another service is about one of some features.
// The suite seems to have each feature that issues filed under it are about.
func (p *Past) about(row *readmodel.Row, features map[string]string) bool {
	for _, name := range []string{row.Feature, row.FeatureSet} {
		if other, ok := features[name]; ok && (other == "" || other == row.ServiceID && other == p.snapshot.SuiteID()) {
			return true
		}
	}
	return false
}

// named reports whether posts of an incident have the name of a service.
func (p *Past) named(ctx context.Context, row *readmodel.Row, name string) (bool, error) {
	if row.Class == "advisory" || p.reader.texts == nil {
		return false, nil
	}
	key := namedKey{row.Document, name}
	if named, ok := p.reader.named.Get(key); ok {
		return named, nil
	}
	issue, err := p.reader.texts.Issue(ctx, row)
	if err != nil {
		return false, fmt.Errorf("read issue %s: %w", row.ID, err)
	}
	named := slices.ContainsFunc(issue.Posts, func(one tocsin.Post) bool { return post.Names(one.Content, name) })
	p.reader.named.Put(key, named, 0)
	return named, nil
}
