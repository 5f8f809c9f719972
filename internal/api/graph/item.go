package graph

import (
	"net/http"
	"strings"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
)

// item answers for one entity.
func (x *exchange) item() error {
	l := x.schema().listing(x.to.list)
	rows, err := x.itemCursor(l)
	if err != nil {
		return err
	}
	k, keep := x.key()
	if k.document = rows.document(); k.document == 0 {
		keep = false
	}
	a, ok := x.kept(k, keep)
	lent := false
	if !ok {
		opts, err := x.parse(l.item)
		if err != nil {
			return err
		}
		if x.level == odata.MetadataFull {
			keep = false // it holds a tag of the tenant
		}
		keep = keep && !x.expandsFiles(opts)
		to := append(x.api.buffers.Get(), '{')
		if x.level != odata.MetadataNone {
			to = append(to, `"@odata.context":`...)
			to = append(appendString(to, x.context(l.fragment(opts)+"/$entity")), ',')
		}
		head := len(to)
		body, err := x.object(to, l, rows, 0, opts, nil)
		if err != nil {
			return err
		}
		body = joined(body, head)
		a, lent = x.keep(k, keep, body, httpserver.DigestOf(body), "")
	}
	err = x.deliver(a)
	if lent {
		x.api.buffers.Put(a.plain)
	}
	return err
}

// joined takes out the brace at which an object was appended to members.
func joined(body []byte, at int) []byte {
	if at+1 < len(body) && body[at+1] == '}' && body[at-1] == ',' {
		at-- // an object without members leaves no comma behind
		return append(body[:at], '}')
	}
	return append(body[:at], body[at+1:]...)
}

// itemCursor is a list of the one row that the key names.
func (x *exchange) itemCursor(l *listing) (cursor, error) {
	r := x.reading()
	switch l.name {
	case listOverviews:
		service, ok := x.snapshot.ServiceNamed(x.to.key)
		if !ok {
			return nil, notFound("service")
		}
		return &overviewCursor{reading: r, services: []readmodel.Service{*service}}, nil
	case listMessages:
		row, ok := x.snapshot.Message(x.to.key)
		if !ok {
			return nil, notFound("message")
		}
		var err error
		r.views, err = x.viewpoints()
		return r.messages(row), err
	}
	row, err := x.issue()
	return r.issues(row), err
}

// issue finds the issue that the key names, below its service if the path
// names one.
func (x *exchange) issue() (*readmodel.Row, error) {
	row, ok := x.snapshot.Issue(x.to.key)
	if ok && x.to.service != "" {
		service, found := x.snapshot.ServiceNamed(x.to.service)
		ok = found && service.ID == row.ServiceID
	}
	if !ok {
		return nil, notFound("issue")
	}
	return row, nil
}

// single answers for an entity that has nothing but an id and lies in no list.
func (x *exchange) single(t *odata.Type, path, id string) error {
	e := &odata.Endpoint{Model: x.schema().model, Type: t, Allow: []string{"$select", "$format"}, Ignore: ignored(), Single: true}
	opts, err := x.parse(e)
	if err != nil {
		if f := failureOf(err); f.status == http.StatusNotImplemented {
			return failf(http.StatusBadRequest, "%s Ask for what lies below.", f.message)
		}
		return err
	}
	to := []byte{'{'}
	if x.level != odata.MetadataNone {
		fragment := "#" + path
		if parts := selectionText(opts.Select); len(parts) > 0 {
			fragment += "(" + strings.Join(parts, ",") + ")"
		}
		to = append(appendString(append(to, `"@odata.context":`...), x.context(fragment)), ',')
	}
	head := len(to)
	l := listing{wire: []*odata.Property{propertyAt(t, propID)}}
	to = l.write(append(to, '{'), idOnly(id), opts.Select, odata.MetadataMinimal)
	return x.replyJSON(joined(append(to, '}'), head))
}

// idOnly is the entity of which nothing is told but an id.
func idOnly(id string) *entity {
	e := newEncoder(propID+1, false)
	e.text(propID, "id", id)
	return e.done()
}
