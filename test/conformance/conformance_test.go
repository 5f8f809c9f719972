package conformance

import "testing"

// TestRequests asks one desk everything that the tables hold.
func TestRequests(t *testing.T) {
	t.Parallel()
	d := start(t)
	for name, rows := range map[string]func(*testing.T, *desk){
		"graph paths": graphPaths, "graph filters": graphFilters, "graph options": graphOptions, "graph shape": graphShape,
		"graph viewpoints": graphViewpoints, "graph batch": graphBatch,
		"legacy queries": legacyQueries, "legacy shapes": legacyShapes, "legacy values": legacyValues, "legacy form": legacyForm, "strays": strays, "graph properties": graphProperties,
		"service documents": serviceDocuments, "walk graph": walkGraph, "walk legacy": walkLegacy, "legacy addresses": legacyAddresses, "public metadata": publicMetadata,
	} {
		t.Run(name, func(t *testing.T) { rows(t, d) })
	}
}
