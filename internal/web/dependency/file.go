package dependency

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// importPage takes a map as a file or as text.
type importPage struct {
	web.Frame
	Form    web.Form
	Version string
	Faults  []string
	Good    string // that a file would be taken, and what is in it
	Files   []link
	Back    string
}

// upload serves GET /map/import.
func (v *view) upload() error { return v.showImport(http.StatusOK, importPage{}, "", nil) }

func (v *view) showImport(status int, page importPage, text string, problem error) error {
	page.Frame = v.Frame(web.Crumb{Name: v.Text("nav.map"), Href: v.Href("/map?v=all")}, web.Crumb{Name: v.Text("map.import")})
	page.Files, page.Back = v.files(""), v.Href("/map?v=all")
	if page.Version == "" {
		page.Version = digits(v.have.Version)
	}
	file := v.input("file", "", 0).Hinted(v.Text("map.field.file.hint")).NotRequired()
	file.Type = "file"
	area := v.area("text", text).Hinted(v.Text("map.field.text.hint"))
	area.Max = business.MaxFile
	page.Form = web.Form{Action: v.Href("/map/import"), Submit: v.Text("map.import"), Fields: []web.Field{file, area}}
	if problem != nil {
		if !v.Blame(&page.Form, problem) {
			return problem
		}
	}
	if len(page.Faults) > 0 {
		page.Form.Problem = v.Text("map.faults", "n", len(page.Faults))
	}
	v.Title(&page.Frame, page.Form)
	return v.Render(status, "map-import", page)
}

// take serves POST /map/import: it checks a file, or writes what is in it.
func (v *view) take() error {
	name, body, err := v.sent()
	if err != nil {
		return v.showImport(web.FormStatus(err), importPage{}, "", err)
	}
	page := importPage{Version: v.R.PostFormValue("version")}
	m, faults := business.Read(business.FormOf(name, body), body, v.Snapshot.Tenant.ID, v.names, v.Now)
	if len(faults) > 0 {
		page.Faults = words(faults, v.Locale.Locale)
		return v.showImport(http.StatusBadRequest, page, string(body), nil)
	}
	if v.R.PostFormValue("do") == "check" {
		page.Good = v.Text("map.good", "processes", len(m.Processes), "uses", len(m.Uses), "sheets", len(m.Sheets))
		return v.showImport(http.StatusOK, page, string(body), nil)
	}
	version, _ := strconv.ParseInt(page.Version, 10, 64) // no number is no version
	if _, err := v.pages.config.Maps.PutBusinessMap(v.R.Context(), m, version, v.Now); err != nil {
		return v.showImport(web.FormStatus(err), page, string(body), err)
	}
	return v.Redirect(v.There("/map?v=all"))
}

func words(faults business.Faults, l *lang.Locale) (list []string) {
	for _, f := range faults {
		list = append(list, f.Words(l.Text))
	}
	return list
}

// sent is the file that was sent, or else the text.
func (v *view) sent() (name string, body []byte, err error) {
	file, head, err := v.R.FormFile("file")
	if err == nil {
		defer func() { err = errors.Join(err, file.Close()) }()
		if body, err = io.ReadAll(io.LimitReader(file, business.MaxFile+1)); err != nil {
			return "", nil, fmt.Errorf("read map: %w", err)
		}
		if len(body) > 0 {
			return head.Filename, body, nil
		}
	}
	if body = []byte(v.R.PostFormValue("text")); len(body) == 0 {
		return "", nil, tocsin.Invalidf("text", "%s", v.Text("map.nofile"))
	}
	return "", body, nil
}

// file serves GET /map/file?as=yaml|csv&version=.
func (v *view) file() error {
	query := v.R.URL.Query()
	form := web.OneOf(query, "as", business.Forms()...)
	if form == "" {
		return web.NothingHere()
	}
	m := v.have
	if n, err := strconv.ParseInt(query.Get("version"), 10, 64); err == nil && n != m.Version {
		if m, err = v.old(n); err != nil {
			return err
		}
	}
	body, err := business.Write(form, &m, v.names)
	if err != nil {
		return fmt.Errorf("write map: %w", err)
	}
	kind := "application/yaml"
	if form == "csv" {
		kind, body = "text/csv", append([]byte("\ufeff"), body...) // spreadsheets take the file for UTF-8
	}
	v.W.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="tocsin-%s-map.%s"`, v.Snapshot.Tenant.Name, form))
	v.Send(http.StatusOK, web.Content{Kind: kind + "; charset=utf-8", Body: body})
	return nil
}

// old is an earlier version of the map.
func (v *view) old(n int64) (tocsin.BusinessMap, error) {
	list, err := v.pages.config.Maps.BusinessMaps(v.R.Context(), v.Snapshot.Tenant.ID, maxVersions)
	for _, m := range list {
		if m.Version == n {
			return m, nil
		}
	}
	if err != nil {
		return tocsin.BusinessMap{}, err
	}
	return tocsin.BusinessMap{}, web.NothingHere()
}
