package cli

import (
	"testing"

	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// Of what the desk does itself it is said what it is: its numbers name no issue.
func TestExplainSaysOfWhatAChangeIs(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]tocsin.Change{
		"updated":               {Kind: tocsin.KindIssue, ID: "EX1", What: tocsin.WhatUpdated},
		"step 3/updates/2 late": {Kind: tocsin.KindStep, ID: "3/updates/2", What: tocsin.WhatLate},
		"incident 3 message":    {Kind: tocsin.KindIncident, ID: "3", What: tocsin.WhatMessage},
		"request 7 filed":       {Kind: tocsin.KindRequest, ID: "7", What: tocsin.WhatFiled},
	} {
		list := explain([]delivery.Entry{{Change: c, Endpoint: delivery.ChannelKey("ops")}}, []string{"ops", "mail"}, "")
		if len(list) != 2 || list[0].saying() != want || list[1].saying() != want {
			t.Errorf("%+v, want %q", list, want)
		}
	}
}
