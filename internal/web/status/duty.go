package status

import (
	"context"
	"errors"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// duty is who takes incidents in hand, and who is called when nobody does.
type duty interface {
	Acknowledge(ctx context.Context, tenantID string, ref tocsin.Ref, now time.Time) (tocsin.Acknowledgement, error)
	Escalation(ctx context.Context, tenantID string, ref tocsin.Ref) (tocsin.Escalation, error)
}

// mayAcknowledge reports why an incident cannot be taken in hand now, nil when it
// can.
func (v *view) mayAcknowledge(row *readmodel.Row) error {
	if row.LeftAt != 0 {
		return tocsin.Conflictf("The incident is listed no longer.")
	}
	return tocsin.MayAcknowledge(row.Course(), v.Now)
}

// duty notes who has an open incident in hand, or who is called next, for those
// who may take it in hand themselves.
func (page *issuePage) duty(v *view, row *readmodel.Row) error {
	if v.mayAcknowledge(row) != nil || !v.Reads(access.Triage) {
		return nil
	}
	e, err := v.pages.config.Duty.Escalation(v.R.Context(), v.Snapshot.Tenant.ID, tocsin.Ref{Kind: tocsin.KindIssue, ID: row.ID})
	if err != nil {
		return err
	}
	if one := e.Acknowledged; one != nil {
		page.Notes = append(page.Notes, note{"ok", "ok", v.Text("duty.taken"), v.Text("duty.taken.by", "name", one.By, "time", v.Stamp(one.At.In(v.Zone)))})
		return nil
	}
	page.Acknowledge = v.Href("/issues/" + web.EscapeID(row.ID) + "/acknowledge")
	words := ""
	for _, s := range e.Steps {
		if s.Sent {
			words = v.called("duty.sent", s)
		}
	}
	if next := e.Next(); next != nil {
		words = v.called("duty.next", *next)
	}
	if words != "" {
		page.Notes = append(page.Notes, note{"watch", "clock", v.Text("duty.nobody"), words})
	}
	return nil
}

// called says who is called, and when.
func (v *view) called(key string, s tocsin.EscalationStep) string {
	return v.Text(key, "channel", strings.TrimPrefix(s.Endpoint, "channel:"), "time", v.Stamp(s.At.In(v.Zone)))
}

// acknowledge serves POST /issues/{id}/acknowledge. Where somebody else was first
// the page says who.
func (p *Pages) acknowledge(v *view) error {
	row, ok := v.Snapshot.Issue(v.R.PathValue("id"))
	if !ok {
		return tocsin.NotFoundf("%q is not known in this tenant.", tocsin.Clip(v.R.PathValue("id"), 80))
	}
	if err := v.mayAcknowledge(row); err != nil {
		return err
	}
	_, err := p.config.Duty.Acknowledge(v.R.Context(), v.Snapshot.Tenant.ID, tocsin.Ref{Kind: tocsin.KindIssue, ID: row.ID}, v.Now)
	if err != nil && !errors.Is(err, tocsin.ErrConflict) {
		return err
	}
	return v.Redirect(v.Href("/issues/" + web.EscapeID(row.ID)))
}
