package web

import (
	"net/http"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// fileLine is a document that belongs to an issue or a message.
type fileLine struct{ Name, Href, Size string }

// files lists the documents that the archive holds of an item, whose address
// is given.
func (v *visit) files(ref store.Ref, href string) ([]fileLine, error) {
	held, err := v.pages.config.Archive.Files(v.r.Context(), v.snapshot.Tenant.ID, ref)
	if err != nil {
		return nil, err
	}
	var lines []fileLine
	for _, f := range held {
		kilobytes := (f.Size + 1023) / 1024
		lines = append(lines, fileLine{f.Name, v.href(href + "/files/" + escapeID(f.ID)), v.text("file.size", "size", v.number(kilobytes))})
	}
	return lines, nil
}

func unknownFile() error { return tocsin.NotFoundf("There is no such file.") }

// sendFile sends a document of an item for saving, whatever it says it is.
func (v *visit) sendFile(ref store.Ref) error {
	held, err := v.pages.config.Archive.Files(v.r.Context(), v.snapshot.Tenant.ID, ref)
	if err != nil {
		return err
	}
	for _, f := range held {
		if f.ID != v.r.PathValue("file") {
			continue
		}
		body, err := v.pages.config.Archive.FileContent(v.r.Context(), v.snapshot.Tenant.ID, ref, f.ID)
		if err != nil {
			return err
		}
		header := v.w.Header()
		httpserver.SaveAs(header, f.Name)
		header.Set("Cache-Control", "private, no-store")
		v.send(http.StatusOK, content{kind: "application/octet-stream", body: body})
		return nil
	}
	return unknownFile()
}
