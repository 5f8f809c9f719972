package cli

import (
	"context"

	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

type serviceCmd struct {
	Add serviceAddCmd `cmd:"" help:"Add a service of one's own. Example: tocsin service add --tenant contoso --id Vpn --name Remote-access --feature Gateway"`
}

type serviceAddCmd struct {
	ofTenant
	ID      string   `help:"Id of the service; it never changes." required:""`
	Name    string   `help:"Name as people know it." required:""`
	Feature []string `help:"Name of a part of it; may be repeated." placeholder:"NAME"`
}

func (c *serviceAddCmd) Run(ctx context.Context, s *session) error {
	draft := author.ServiceDraft{ID: c.ID, Name: c.Name}
	for _, name := range c.Feature {
		draft.Features = append(draft.Features, tocsin.Feature{Name: name})
	}
	return c.write(ctx, s, "added", func(ctx context.Context, a *author.Author, act author.Act) (archive.Authored, error) {
		return a.AddService(ctx, act, draft)
	})
}
