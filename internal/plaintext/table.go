package plaintext

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"
)

// WriteTable writes rows as CSV (RFC 4180) whose cells a spreadsheet shows as
// they are: what it would take for a formula begins with an apostrophe.
func WriteTable(to io.Writer, rows [][]string) error {
	w := csv.NewWriter(to)
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			if begin, _ := utf8.DecodeRuneInString(cell); cell != "" && strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", begin) { // the wide ones where one writes Japanese
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
