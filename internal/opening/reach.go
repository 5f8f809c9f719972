package opening

import (
	"context"
	"encoding/json"
	"fmt"

	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/tocsin"
)

// reach works out how many an issue hits in a tenant, and whether that is enough for a
// rule: by the seats of the sites of what stalls, else as the provider counts users.
// Where nobody knows it is enough, and what is noted says so: silence hides no outage. A share of all
// users of the provider, as posts have it, says nothing of one tenant and is not asked.
func (c *Consumer) reach(ctx context.Context, rule route.Room, tenant tocsin.Tenant, issue tocsin.Issue) (noted string, enough bool, err error) {
	if rule.Seats == 0 {
		return "", true, nil
	}
	m, names, err := c.Carried.Of(ctx, tenant.ID, nil)
	if err != nil {
		return "", false, err
	}
	hit, known := business.Seats(&m, names.Sites, func(id string) tocsin.Severity {
		if id != issue.ServiceID {
			return tocsin.SeverityOK
		}
		return max(issue.Status.Severity(), tocsin.SeverityDegraded)
	})
	if known {
		seats := 0
		for _, n := range hit {
			seats += n
		}
		return fmt.Sprintf("seats %d", seats), seats >= rule.Seats, nil
	}
	if users := counted(issue.Legacy); users > 0 {
		return fmt.Sprintf("users %d", users), users >= rule.Seats, nil
	}
	return "unknown", true, nil
}

// counted is how many users the provider says are hit, as the form of the legacy API has
// it; 0 where it does not say, and where it says 0 of an issue that goes on.
func counted(legacy json.RawMessage) int {
	var fields struct{ AffectedUserCount json.Number }
	if json.Unmarshal(legacy, &fields) != nil {
		return 0
	}
	n, err := fields.AffectedUserCount.Int64()
	if err != nil || n < 0 {
		return 0
	}
	return int(n)
}
