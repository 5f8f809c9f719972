package admin

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// previewer words what a channel would say of a version of an issue or a message,
// 0 for the newest, and sends nothing.
type previewer func(ctx context.Context, channel, tenantID, id string, n int) (*notify.Letter, error)

// previewView is what a channel would say.
type previewView struct {
	*notify.Letter
	Channel string
}

// previewForm asks for a channel and for what it would tell of; nil where there
// is no channel or no tenant.
func (v *view) previewForm(routing Routing) (*web.Form, error) {
	tenants, err := v.administers(access.ManageTenants)
	if err != nil || len(routing.Names) == 0 || len(tenants) == 0 {
		return nil, err
	}
	asked := v.R.URL.Query()
	item := v.Field("item", strings.TrimSpace(asked.Get("item"))).Hinted(v.Text("field.item.hint"))
	item.Max = 64
	channel := web.Field{ID: "channel", Label: v.Text("field.channel")}
	for _, name := range routing.Names {
		channel.Choices = append(channel.Choices, web.Choice{Value: name, Name: name, On: name == asked.Get("channel")})
	}
	of := web.Field{ID: "of", Label: v.Text("field.tenant")}
	for _, t := range tenants {
		on := t.ID == asked.Get("of") || !asked.Has("of") && v.Snapshot != nil && t.ID == v.Snapshot.Tenant.ID
		of.Choices = append(of.Choices, web.Choice{Value: t.ID, Name: t.Title(), On: on})
	}
	return &web.Form{Action: v.Href("/admin/routes") + "#r-p", Submit: v.Text("preview.show"), Fields: []web.Field{item, channel, of}}, nil
}

// preview words what is asked for, nil where nothing is. What is wrong stands in
// the form, with the status of the answer.
func (v *view) preview(routing Routing, form *web.Form) (*previewView, int, error) {
	asked := v.R.URL.Query()
	item := strings.TrimSpace(asked.Get("item"))
	if form == nil || item == "" {
		return nil, http.StatusOK, nil
	}
	of := asked.Get("of")
	if of == "" && v.Snapshot != nil {
		of = v.Snapshot.Tenant.ID
	}
	tenant, err := v.administered(access.ManageTenants, of)
	if err != nil {
		return nil, 0, err
	}
	letter, err := routing.Preview(v.R.Context(), asked.Get("channel"), tenant.ID, item, 0)
	switch {
	case errors.Is(err, tocsin.ErrNotFound):
		form.Fields[0].Problem = v.Text("preview.none", "id", tocsin.Clip(item, 40))
		return nil, http.StatusNotFound, nil
	case errors.Is(err, tocsin.ErrUnavailable):
		form.Fields[0].Problem = v.Text("preview.later")
		return nil, http.StatusOK, nil
	case err != nil:
		return nil, 0, err
	}
	return &previewView{letter, asked.Get("channel")}, http.StatusOK, nil
}
