package backup

import "time"

const magic = "tocsin backup 1\n"

// Bounds of what is read.
const (
	maxHeader  = 64 << 10  // bytes
	maxName    = 256       // bytes of the name of a table or column
	maxColumns = 256       // of a table
	maxValue   = 256 << 20 // bytes of a value
)

// A Header says where a backup comes from.
type Header struct {
	Program string    `json:"program"` // version of the program that made it
	Schema  int64     `json:"schema"`  // newest migration of the database
	Engine  string    `json:"engine"`  // sqlite or postgres
	MadeAt  time.Time `json:"madeAt"`  // the rows are those of this instant or a little later
	// Key is the fingerprint of the master key that sealed the secrets among the
	// rows, in hexadecimal: backups of one desk have the same.
	Key string `json:"key"`
}

// What a value is.
const (
	tagNull byte = iota
	tagInteger
	tagText
	tagBytes
	tagFalse
	tagTrue
)

// What a record is.
const (
	recordTable byte = 'T'
	recordRow   byte = 'R'
	recordEnd   byte = 'E'
)
