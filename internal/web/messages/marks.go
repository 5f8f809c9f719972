package messages

import (
	"context"
	"net/http"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// marks is the part of the store about how people marked messages: the same
// rows that the Graph API reads and writes.
type marks interface {
	Viewpoints(ctx context.Context, tenantID, person string) (map[string]tocsin.Viewpoint, error)
	SetViewpoints(ctx context.Context, tenantID, person string, ids []string, now time.Time, change func(tocsin.Viewpoint) tocsin.Viewpoint) error
}

// reader is whose marks a request reads, "" for strangers.
func (v *view) reader() string {
	user := access.VisitorOf(v.R.Context()).User
	if v.pages.config.Marks == nil || user.ID == "" {
		return ""
	}
	if v.pages.config.Person == nil {
		return user.ID
	}
	return v.pages.config.Person(user)
}

// viewpoints are the visitor's marks by message id, nil for strangers.
func (v *view) viewpoints() (map[string]tocsin.Viewpoint, error) {
	reader := v.reader()
	if reader == "" {
		return nil, nil
	}
	return v.pages.config.Marks.Viewpoints(v.R.Context(), v.Snapshot.Tenant.ID, reader)
}

// markAs marks messages of the tenant as read or unread.
func (v *view) markAs(read bool, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	return v.pages.config.Marks.SetViewpoints(v.R.Context(), v.Snapshot.Tenant.ID, v.reader(), ids, v.Now, func(w tocsin.Viewpoint) tocsin.Viewpoint {
		w.Read = read
		return w
	})
}

// open marks a message as read by whoever opens its page.
func (v *view) open(id string) error {
	views, err := v.viewpoints()
	if err != nil || v.reader() == "" || views[id].Read || v.R.Method != http.MethodGet {
		return err
	}
	return v.markAs(true, id)
}

// markRead serves POST /messages/read: one message as unread again, or all that
// the visitor sees as read.
func (p *Pages) markRead(v *view) error {
	if v.reader() == "" {
		return &tocsin.Error{Kind: tocsin.ErrUnauthenticated, Message: "Sign in to keep marks."}
	}
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	if id := v.R.PostFormValue("unread"); id != "" {
		row, ok := v.Snapshot.Message(id)
		if !ok {
			return tocsin.NotFoundf("%q is not known in this tenant.", tocsin.Clip(id, 80))
		}
		if err := v.markAs(false, row.ID); err != nil {
			return err
		}
		return v.Redirect(v.messagesHref("#" + row.ID))
	}
	views, err := v.viewpoints()
	if err != nil {
		return err
	}
	var ids []string
	for _, row := range v.Snapshot.Messages {
		if !views[row.ID].Read {
			ids = append(ids, row.ID)
		}
	}
	if err := v.markAs(true, ids...); err != nil {
		return err
	}
	return v.Redirect(v.messagesHref(""))
}
