package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"

	"example.org/tocsin/internal/plaintext"
)

// printTable writes a list of what is printed as JSON as CSV: the same members
// in the same order, as columns.
func printTable(to io.Writer, list any) error {
	v := reflect.ValueOf(list)
	var columns []reflect.StructField
	var head []string
	for _, f := range reflect.VisibleFields(v.Type().Elem()) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			columns, head = append(columns, f), append(head, name)
		}
	}
	rows := [][]string{head}
	for i := range v.Len() {
		row := make([]string, len(columns))
		for n, f := range columns {
			cell, err := cellOf(v.Index(i).FieldByIndex(f.Index))
			if err != nil {
				return fmt.Errorf("print %s: %w", head[n], err)
			}
			row[n] = cell
		}
		rows = append(rows, row)
	}
	return plaintext.WriteTable(to, rows)
}

// cellOf is a value in a cell: several texts one after the other, and what is
// deeper as JSON.
func cellOf(v reflect.Value) (string, error) {
	if texts, ok := v.Interface().([]string); ok {
		return strings.Join(texts, " "), nil
	}
	switch v.Kind() {
	case reflect.Struct, reflect.Slice, reflect.Map, reflect.Pointer:
		if v.Kind() != reflect.Struct && v.IsNil() {
			return "", nil
		}
		text, err := json.Marshal(v.Interface())
		return string(text), err
	default:
		return fmt.Sprint(v.Interface()), nil
	}
}
