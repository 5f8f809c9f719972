package web

import (
	"bytes"
	"fmt"
	"net/http"

	"example.org/tocsin/internal/plain"
)

// sendTable answers with a table about the tenant, to save.
func (v *visit) sendTable(name string, rows [][]string) error {
	return v.sendTableAs(fmt.Sprintf("tocsin-%s-%s.csv", v.snapshot.Tenant.Name, name), rows)
}

// sendTableAs answers with a table to save under a name.
func (v *visit) sendTableAs(file string, rows [][]string) error {
	var body bytes.Buffer
	body.WriteString("\ufeff") // spreadsheets take the file for UTF-8
	if err := plain.WriteTable(&body, rows); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	header := v.w.Header()
	header.Set("Cache-Control", "private, no-cache")
	header.Set("Content-Disposition", fmt.Sprintf(`attachment; filename=%q`, file))
	v.send(http.StatusOK, content{kind: "text/csv; charset=utf-8", body: body.Bytes()})
	return nil
}

// maxTable is how many rows a table to save has at most.
const maxTable = 20_000
