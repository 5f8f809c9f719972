package part

import (
	"net/http"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// FileLine is a document that belongs to an issue or a message.
type FileLine struct{ Name, Href, Size string }

// Files lists the documents that the archive holds of an item, whose address
// is given.
func (v *View) Files(ref tocsin.Ref, href string) ([]FileLine, error) {
	held, err := v.parts.config.Archive.Files(v.R.Context(), v.Snapshot.Tenant.ID, ref)
	if err != nil {
		return nil, err
	}
	var lines []FileLine
	for _, f := range held {
		kilobytes := (f.Size + 1023) / 1024
		lines = append(lines, FileLine{f.Name, v.Href(href + "/files/" + web.EscapeID(f.ID)), v.Text("file.size", "size", v.Number(kilobytes))})
	}
	return lines, nil
}

// unknownFile is the error of a file that an item does not have.
func unknownFile() error { return tocsin.NotFoundf("There is no such file.") }

// SendFile sends a document of the issue or message that the address names for
// saving, whatever it says it is.
func (v *View) SendFile(kind tocsin.Kind) error {
	ref, err := v.asked(kind)
	if err != nil {
		return unknownFile()
	}
	held, err := v.parts.config.Archive.Files(v.R.Context(), v.Snapshot.Tenant.ID, ref)
	if err != nil {
		return err
	}
	for _, f := range held {
		if f.ID != v.R.PathValue("file") {
			continue
		}
		body, err := v.parts.config.Archive.FileContent(v.R.Context(), v.Snapshot.Tenant.ID, ref, f.ID)
		if err != nil {
			return err
		}
		header := v.W.Header()
		httpserver.SaveAs(header, f.Name)
		header.Set("Cache-Control", "private, no-store")
		v.Send(http.StatusOK, web.Content{Kind: "application/octet-stream", Body: body})
		return nil
	}
	return unknownFile()
}
