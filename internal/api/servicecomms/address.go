package servicecomms

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/tocsin"
)

// A place is what a path names below an operation: one entity, one of its
// properties, or the number of what a list holds.
type place struct {
	key   string // of an entity
	keyed bool
	below []string // segments behind the entity, or "$count" behind a list
}

func (p place) plain() bool { return !p.keyed && len(p.below) == 0 }

// counts reports whether it is the number of entities in a list.
func (p place) counts() bool { return !p.keyed && len(p.below) == 1 && p.below[0] == "$count" }

// text reports whether the answer is text.
func (p place) text() bool {
	last := ""
	if len(p.below) > 0 {
		last = p.below[len(p.below)-1]
	}
	return last == "$count" || last == "$value"
}

func noProperty() error {
	return failf(http.StatusNotFound, codeNotFound, "The entity has no property of that name.")
}

// addressed answers for one entity, or for a property of it.
func (x *exchange) addressed(operation string) error {
	o, of, kind, err := x.entity(operation)
	if err != nil {
		return err
	}
	set := strings.TrimPrefix(operation, opRoot+"/")
	fragment := "#" + set + "('" + url.PathEscape(strings.ReplaceAll(x.place.key, "'", "''")) + "')"
	path := x.place.below
	if len(path) > 0 && (path[0] == namespace+"."+kind || path[0] == namespace+"."+of.Name) {
		path = path[1:] // the name of its own type or of the one that it derives from
	}
	if len(path) == 0 {
		return x.whole(o, of, kind, "#"+set+"/$entity")
	}
	return x.property(o, x.properties(of, kind), fragment, path)
}

// properties is the type that has every property of an entity.
func (x *exchange) properties(of *odata.Type, kind string) *odata.Type {
	if kind == typeMessageCenter {
		return x.api.schema.posts
	}
	return of
}

// entity finds the entity that the key names, with the type of its set and the
// name of its own.
func (x *exchange) entity(operation string) (o object, of *odata.Type, kind string, err error) {
	s := x.api.schema
	switch operation {
	case opMessages:
		o, kind, err = x.message()
		return o, s.message, kind, err
	case opHistorical:
		return nil, nil, "", failf(http.StatusNotFound, codeNotFound, "A service has a row for each day here, which no key names: filter by Workload.")
	}
	found, ok := x.snapshot.Service(x.place.key)
	switch {
	case !ok || found.ID != x.place.key:
		return nil, nil, "", nobody()
	case operation == opServices:
		return service(found), s.service, s.service.Name, nil
	}
	return x.statusNow(indexOf(x.snapshot), found).object(), s.status, s.status.Name, nil
}

func nobody() error {
	return failf(http.StatusNotFound, codeNotFound, "The entity does not exist in this tenant.")
}

// message finds the issue or post that the key names, with the name of its
// type.
func (x *exchange) message() (o object, kind string, err error) {
	index, n := indexOf(x.snapshot), &notice{x: x}
	kind = typeMessage
	if row, ok := index.messages.Row(x.place.key); ok {
		n.of, n.message, kind = row, true, typeMessageCenter
	} else if n.of, ok = index.issues.Row(x.place.key); !ok {
		return nil, "", nobody()
	}
	if o, err = n.read(); err == nil {
		err = x.linkReview(n, o)
	}
	return o, kind, err
}

// whole writes one entity.
func (x *exchange) whole(o object, of *odata.Type, kind, fragment string) error {
	of = x.properties(of, kind)
	options, err := x.options(&odata.Endpoint{Model: x.api.schema.model, Type: of, Allow: []string{"$select", "$format"}, Ignore: ignored(), Single: true})
	if err != nil {
		return err
	}
	body := []byte{'{'}
	if x.level != odata.MetadataNone {
		body = append(appendText(append(body, `"@odata.context":`...), x.address(opShortcut)+fragment), ',')
		if x.level == odata.MetadataFull || kind == typeMessageCenter {
			body = append(appendText(append(body, `"@odata.type":`...), "#"+namespace+"."+kind), ',')
		}
	}
	fields := appendFields(nil, o, newWanted(x.shape, options.Select))
	if len(fields) == 0 && len(body) > 1 {
		body = body[:len(body)-1]
	}
	return x.deliver(x.levelType(), append(append(body, fields...), '}'))
}

// property writes what a path leads to: a value, its text, or the number of
// its items.
func (x *exchange) property(o object, of *odata.Type, fragment string, path []string) error {
	p, declared := of.Property(path[0], false)
	single := declared && !p.Collection
	suffix := strings.Join(path[1:], "/")
	if !declared || suffix != "" && (!single || suffix != "$value") && (single || suffix != "$count") {
		return noProperty()
	}
	if _, err := x.options(&odata.Endpoint{Model: x.api.schema.model, Type: of, Allow: []string{"$format"}, Ignore: ignored(), Single: single}); err != nil {
		return err
	}
	raw := appendValue(nil, o.value(p.Name))
	switch {
	case suffix == "$count":
		var items []json.RawMessage
		_ = json.Unmarshal(raw, &items) // our own encoding
		return x.plain(strconv.Itoa(len(items)))
	case string(raw) == "null":
		if err := x.checkTag(""); err != nil {
			return err
		}
		x.w.WriteHeader(http.StatusNoContent)
		return nil
	case suffix == "$value":
		text := string(raw)
		if raw[0] == '"' {
			_ = json.Unmarshal(raw, &text) // our own encoding
		}
		return x.plain(text)
	}
	body := []byte{'{'}
	if x.level != odata.MetadataNone {
		body = append(appendText(append(body, `"@odata.context":`...), x.address(opShortcut)+fragment+"/"+p.Name), ',')
	}
	body = append(append(body, `"value":`...), raw...)
	return x.deliver(x.levelType(), append(body, '}'))
}

// plain sends text.
func (x *exchange) plain(text string) error { return x.deliver(textType, []byte(text)) }

// textType is the content type of what is no JSON.
const textType = "text/plain;charset=utf-8"

// deliver sends a body that was made for this request alone.
func (x *exchange) deliver(kind string, body []byte) error {
	asked := []string{kind, x.identity.TenantID, tocsin.Clip(x.r.URL.RequestURI(), 400)}
	return x.deliverAs(kind, body, httpserver.DigestOf(append([]byte(strings.Join(asked, "\x00")+"\x00"), body...)), nil)
}
