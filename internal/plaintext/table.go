package plaintext

import (
	"encoding/csv"
	"io"
	"strings"
)

// WriteTable writes rows as CSV (RFC 4180) whose cells a spreadsheet shows as
// they are: what it would take for a formula begins with an apostrophe.
func WriteTable(to io.Writer, rows [][]string) error {
	w := csv.NewWriter(to)
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r\n|%", rune(cell[0])) {
				cell = "'" + cell
			}
			cells[i] = cell
		}
		if err := w.Write(cells); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
