package connection

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/tocsin"
)

// sourcesOf are the sources of the settings by tenant and label.
func sourcesOf(c config.Config) map[[2]string]config.Source {
	list := map[[2]string]config.Source{}
	for _, t := range c.Tenants {
		for _, s := range t.All() {
			list[[2]string{strings.ToLower(t.TenantID), s.Label}] = s
		}
	}
	return list
}

// chosen are the settings as they are now.
func (n *Connections) chosen() config.Config {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.settings
}

// made is a source of new settings that is not the one that is polled.
type made struct {
	key    [2]string
	from   config.Source
	source collect.Source
}

// Follow makes the sources of new settings that are not as they were, and
// returns what has them polled and those that are gone polled no more. Sources
// that stay the same remember what they saw.
func (n *Connections) Follow(_ context.Context, next config.Config) (func(context.Context) error, error) {
	before := n.chosen()
	old, fresh := sourcesOf(before), sourcesOf(next)
	clouds := reflect.DeepEqual(before.Clouds, next.Clouds)
	var list []made
	for _, t := range next.Tenants {
		id := strings.ToLower(t.TenantID)
		for _, s := range t.All() {
			key := [2]string{id, s.Label}
			if was, had := old[key]; had && clouds && reflect.DeepEqual(was, s) {
				continue
			}
			access, err := accessOf(next, s.Kind, id, s)
			if err != nil {
				return nil, err
			}
			source, err := n.adapter.Source(access)
			if err != nil {
				return nil, fmt.Errorf("tenant %s, source %s: %w", t.Name, s.Label, err)
			}
			list = append(list, made{key, s, source})
		}
	}
	return func(ctx context.Context) error { return n.replace(ctx, next, list, old, fresh) }, nil
}

// replace puts new settings in force.
func (n *Connections) replace(ctx context.Context, next config.Config, list []made, old, fresh map[[2]string]config.Source) error {
	ctx = tocsin.WithActor(ctx, tocsin.Actor{Name: tocsin.SettingsFile})
	for _, t := range next.Tenants {
		tenant := t.Tenant()
		tenant.CreatedAt = n.now()
		if err := n.roster.PutTenant(ctx, tenant); err != nil {
			return err
		}
	}
	for _, one := range list {
		if err := n.roster.PutSource(ctx, one.key[0], one.key[1], time.Duration(one.from.Every)); err != nil {
			return err
		}
		if err := n.roster.NameProvider(ctx, one.key[0], one.key[1], one.from.Provider); err != nil {
			return err
		}
		n.collector.Add(collect.Target{TenantID: one.key[0], Name: one.key[1], Source: one.source, Full: one.from.Kind != "graph"})
		if err := n.archive.HurrySource(ctx, one.key[0], one.key[1]); err != nil {
			return err
		}
	}
	for key := range old {
		if _, stays := fresh[key]; !stays {
			n.collector.Remove(key[0], key[1])
		}
	}
	n.mu.Lock()
	if !reflect.DeepEqual(n.settings.Clouds, next.Clouds) { // those of the pages may be reached elsewhere
		for key := range n.applied {
			n.applied[key] = -1
		}
	}
	n.read(next)
	for key := range fresh {
		delete(n.applied, key) // the one of the pages was replaced
	}
	n.mu.Unlock()
	return n.Apply(ctx) // a source of the pages may stand where one of the file stood
}
