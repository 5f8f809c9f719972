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
			if formula(cell) {
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

// formula reports whether a spreadsheet takes a cell that begins so for a formula.
func formula(cell string) bool {
	begin, _ := utf8.DecodeRuneInString(cell)
	return cell != "" && strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", begin) // the wide ones where one writes Japanese
}

// EscapeCell returns a text so that [UnescapeCell] has it again after [WriteTable]: one that
// begins with apostrophes of its own before what a spreadsheet takes for a formula
// has one more.
func EscapeCell(text string) string {
	if strings.HasPrefix(text, "'") && formula(strings.TrimLeft(text, "'")) {
		return "'" + text
	}
	return text
}

// UnescapeCell returns the text of a cell that [WriteTable] wrote.
func UnescapeCell(cell string) string {
	if strings.HasPrefix(cell, "'") && formula(strings.TrimLeft(cell, "'")) {
		return cell[1:]
	}
	return cell
}
