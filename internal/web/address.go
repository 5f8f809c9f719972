package web

import (
	"net/url"
	"strings"
)

// issueHref, messageHref and serviceHref are the addresses of what has an id.
func (v *visit) issueHref(id string) string { return v.href("/issues/" + escapeID(id)) }

func (v *visit) messageHref(id string) string { return v.href("/messages/" + escapeID(id)) }

func (v *visit) serviceHref(id string) string { return v.href("/services/" + escapeID(id)) }

func escapeID(id string) string { return url.PathEscape(id) }

// sameTenant is the address of a page that is read with another permission, in
// other tenants: the tenant is named when it was named before.
func (v *visit) sameTenant(path string) string {
	tenant := ""
	if v.r.URL.Query().Has("tenant") {
		tenant = v.snapshot.Tenant.Name
	}
	return addressOf(v.code, path, tenant)
}

// address is the one of the desk that was asked, for what is read elsewhere;
// empty where it is not known.
func (v *visit) address() string {
	if v.pages.config.Base == "" {
		return ""
	}
	return v.pages.names.For(v.r.Host)
}

// prefixOf is how addresses in a language begin.
func prefixOf(code string) string {
	if code == languages()[0] {
		return ""
	}
	return "/" + code
}

// languageOf splits a path into its language and the rest.
func languageOf(path string) (code, rest string) {
	for _, code := range languages()[1:] {
		if rest, ok := strings.CutPrefix(path, "/"+code); ok && (rest == "" || rest[0] == '/') {
			return code, "/" + strings.TrimPrefix(rest, "/")
		}
	}
	return languages()[0], path
}

// href is the address of a page in the language and about the tenant of the
// visit. path may have a query and a fragment.
func (v *visit) href(path string) string {
	tenant := ""
	if len(v.tenants) > 1 && v.snapshot != nil {
		tenant = v.snapshot.Tenant.Name
	}
	return addressOf(v.code, path, tenant)
}

func addressOf(code, path, tenant string) string {
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
	return prefixOf(code) + path
}

// with is the present address with another value for one parameter of its
// query, or without it.
func (v *visit) with(name, value string) string {
	query := v.r.URL.Query()
	query.Del("page")
	if value == "" {
		query.Del(name)
	} else {
		query.Set(name, value)
	}
	if len(query) == 0 {
		return prefixOf(v.code) + v.path
	}
	return prefixOf(v.code) + v.path + "?" + query.Encode()
}
