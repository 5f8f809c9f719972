package business

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"example.org/tocsin/internal/plaintext"
	"example.org/tocsin/internal/tocsin"
)

// columns are those of a table, in the order in which they are written. The name of
// a sheet is its service.
func columns() []string {
	return []string{"kind", "name", "department", "owner", "services", "secondary", "uses", "sites", "fallback", "triedOn", "tried", "cost", "currency", "documents", "client", "meeting", "numbers"}
}

// between separates the values of a cell that holds several.
const between = ";"

// readCSV reads the entries of a table with commas, semicolons or tabs between its
// cells, as spreadsheets write it.
func readCSV(body []byte, faults *Faults) (entries []entry) {
	r := csv.NewReader(bytes.NewReader(body))
	r.FieldsPerRecord = -1
	r.Comma = comma(body)
	head, err := r.Read()
	if err != nil {
		faults.broken(err)
		return nil
	}
	if !faults.head(head) {
		return nil
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return entries
		}
		if err != nil {
			faults.broken(err)
			return entries
		}
		if e, ok := rowOf(r, head, row, faults); ok {
			entries = append(entries, e)
		}
	}
}

// comma is what stands between the cells of the first row.
func comma(body []byte) rune {
	head, _, _ := bytes.Cut(body, []byte("\n"))
	best := ','
	for _, r := range []rune{';', '\t'} {
		if bytes.Count(head, []byte(string(r))) > bytes.Count(head, []byte(string(best))) {
			best = r
		}
	}
	return best
}

// head checks the names of columns, and folds them.
func (list *Faults) head(head []string) bool {
	seen := map[string]bool{}
	for i, name := range head {
		name = strings.TrimSpace(name)
		at := slices.IndexFunc(columns(), func(c string) bool { return strings.EqualFold(c, name) })
		switch {
		case at < 0:
			list.add(1, tocsin.Clip(name, 40), "column", name)
		case seen[columns()[at]]:
			list.add(1, name, "twice", name)
		default:
			head[i] = columns()[at]
		}
		seen[head[i]] = true
	}
	if !seen["kind"] || !seen["name"] {
		list.add(1, "file", "head", "")
	}
	return len(*list) == 0
}

// broken tells where a table stops being one.
func (list *Faults) broken(err error) {
	var parse *csv.ParseError
	line := 1
	if errors.As(err, &parse) {
		line = parse.Line
	}
	list.add(line, "file", "csv", "")
}

// rowOf reads a row. One without any value is none.
func rowOf(r *csv.Reader, head, row []string, faults *Faults) (e entry, ok bool) {
	line, _ := r.FieldPos(0)
	e = entry{line: line, cells: map[string]cell{}}
	if !slices.ContainsFunc(row, func(text string) bool { return strings.TrimSpace(text) != "" }) {
		return e, false
	}
	for i, text := range row {
		if text = plaintext.UnescapeCell(text); strings.TrimSpace(text) == "" {
			continue
		}
		at, _ := r.FieldPos(i)
		if i >= len(head) {
			faults.add(at, "file", "cells", text)
			continue
		}
		if head[i] == "kind" {
			e.kind = strings.ToLower(strings.TrimSpace(text))
			continue
		}
		c := cell{at, []string{text}}
		if listed(head[i]) {
			c.values = strings.Split(text, between)
			c.values = slices.DeleteFunc(c.values, func(one string) bool { return strings.TrimSpace(one) == "" })
		}
		e.cells[head[i]] = c
	}
	if kindList(e.kind) == "" {
		faults.add(line, "kind", "kind", e.kind)
		return e, false
	}
	for field, c := range e.cells {
		if !slices.Contains(fieldsOf(e.kind), field) {
			faults.add(c.line, kindList(e.kind)+"/"+tocsin.Clip(e.one("name"), 60)+"/"+field, "column", field)
		}
	}
	return e, true
}

// writeCSV writes entries as a table that a spreadsheet shows as it is.
func writeCSV(entries []entry) ([]byte, error) {
	rows := [][]string{columns()}
	for _, e := range entries {
		row := []string{e.kind}
		for _, field := range columns()[1:] {
			row = append(row, plaintext.EscapeCell(strings.Join(e.cells[field].values, between+" ")))
		}
		rows = append(rows, row)
	}
	var out bytes.Buffer
	err := plaintext.WriteTable(&out, rows)
	return out.Bytes(), err
}
