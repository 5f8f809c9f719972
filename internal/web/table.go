package web

import (
	"bytes"
	"fmt"
	"net/http"

	"example.org/tocsin/internal/plaintext"
)

// SendTable answers with a table about the tenant, to save.
func (v *Request) SendTable(name string, rows [][]string) error {
	return v.SendTableAs(fmt.Sprintf("tocsin-%s-%s.csv", v.Snapshot.Tenant.Name, name), rows)
}

// SendTableAs answers with a table to save under a name.
func (v *Request) SendTableAs(file string, rows [][]string) error {
	var body bytes.Buffer
	body.WriteString("\ufeff") // spreadsheets take the file for UTF-8
	if err := plaintext.WriteTable(&body, rows); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	header := v.W.Header()
	header.Set("Cache-Control", "private, no-cache")
	header.Set("Content-Disposition", fmt.Sprintf(`attachment; filename=%q`, file))
	v.Send(http.StatusOK, Content{Kind: "text/csv; charset=utf-8", Body: body.Bytes()})
	return nil
}

// MaxTable is how many rows a table to save has at most.
const MaxTable = 20_000
