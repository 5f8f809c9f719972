package app

import (
	"context"

	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/demo"
	"example.org/tocsin/internal/tocsin"
)

// carry writes down what services carry at Contoso.
func (r *demoRun) carry(ctx context.Context, desk *App) error {
	snapshot, err := desk.Model.Snapshot(ctx, demo.Contoso)
	if err != nil {
		return err
	}
	names, err := business.Library{Maps: desk.Responses, People: desk.People}.Directory(ctx, demo.Contoso, snapshot.NamedServices())
	if err != nil {
		return err
	}
	m, faults := business.Read("yaml", demo.Map(r.info.Started), demo.Contoso, names, r.info.Started)
	if err := faults.Err(); err != nil {
		return err
	}
	ctx = tocsin.WithActor(ctx, tocsin.Actor{Name: string(tocsin.RoleSupportN3)})
	_, err = desk.Responses.PutBusinessMap(ctx, m, 0, r.info.Started)
	return err
}
