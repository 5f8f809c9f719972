package web

import (
	"fmt"
	"net/url"
	"strings"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

// IssueHref returns the address of the page of an issue.
func (v *Request) IssueHref(id string) string { return v.Href("/issues/" + EscapeID(id)) }

// MessageHref returns the address of the page of a message.
func (v *Request) MessageHref(id string) string { return v.Href("/messages/" + EscapeID(id)) }

// ServiceHref returns the address of the page of a service.
func (v *Request) ServiceHref(id string) string { return v.Href("/services/" + EscapeID(id)) }

// EscapeID writes an id as one segment of a path.
func EscapeID(id string) string { return url.PathEscape(id) }

// SameTenant returns the address of a page that is read with another
// permission, in other tenants: the tenant is named when it was named before.
func (v *Request) SameTenant(path string) string {
	tenant := ""
	if v.R.URL.Query().Has("tenant") {
		tenant = v.Snapshot.Tenant.Name
	}
	return AddressOf(v.Code, path, tenant)
}

// There returns the address of a page that is read with another permission, in
// other tenants, and names the tenant: nobody is led to the first of theirs.
func (v *Request) There(path string) string {
	return AddressOf(v.Code, path, v.Snapshot.Tenant.Name)
}

// Address returns the one of the desk that was asked, for what is read
// elsewhere; empty where it is not known.
func (v *Request) Address() string {
	if v.pages.config.Base == "" {
		return ""
	}
	return v.pages.names.For(v.R.Host)
}

// PrefixOf returns how addresses in a language begin.
func PrefixOf(code string) string {
	if code == lang.Languages()[0] {
		return ""
	}
	return "/" + code
}

// RequestRef is what people call a support request, such as SR-2026-0001.
func (v *Request) RequestRef(r tocsin.Request) string {
	return v.Text("request.ref", "year", r.OpenedAt.In(v.Zone).Format("2006"), "n", fmt.Sprintf("%04d", r.N))
}

// languageOf splits a path into its language and the rest.
func languageOf(path string) (code, rest string) {
	for _, code := range lang.Languages()[1:] {
		if rest, ok := strings.CutPrefix(path, "/"+code); ok && (rest == "" || rest[0] == '/') {
			return code, "/" + strings.TrimPrefix(rest, "/")
		}
	}
	for _, code := range lang.Publications()[len(lang.Languages()):] { // whose pages are in the frame of the first one
		if rest, ok := strings.CutPrefix(path, "/"+code+"/"); ok {
			return lang.Languages()[0], "/" + rest
		}
	}
	return lang.Languages()[0], path
}

// Href returns the address of a page in the language and about the tenant of the
// request. path may have a query and a fragment.
func (v *Request) Href(path string) string {
	tenant := ""
	if len(v.Tenants) > 1 && v.Snapshot != nil {
		tenant = v.Snapshot.Tenant.Name
	}
	return AddressOf(v.Code, path, tenant)
}

// AddressOf returns the address of a page in a language and about a tenant,
// both as addresses name them; tenant may be empty.
func AddressOf(code, path, tenant string) string {
	path, fragment, _ := strings.Cut(path, "#")
	if tenant != "" {
		mark := "?"
		if strings.Contains(path, "?") {
			mark = "&"
		}
		path += mark + "tenant=" + url.QueryEscape(tenant)
	}
	if fragment != "" {
		path += "#" + fragment
	}
	return PrefixOf(code) + path
}

// With returns the present address with another value for one parameter of its
// query, or without it.
func (v *Request) With(name, value string) string {
	query := v.R.URL.Query()
	query.Del("page")
	if value == "" {
		query.Del(name)
	} else {
		query.Set(name, value)
	}
	if len(query) == 0 {
		return PrefixOf(v.Code) + v.Path
	}
	return PrefixOf(v.Code) + v.Path + "?" + query.Encode()
}
