// Package backup is the form of a backup: all rows of a desk in one file that is
// encrypted and cannot be changed or cut without being noticed. It knows neither
// engine: what one wrote, the other reads.
//
// A file is made by age (https://age-encryption.org/v1), for recipients whose
// secret key need not be on the machine that makes backups, or for a passphrase.
// Inside stands a zstd stream:
//
//	"tocsin backup 1\n"
//	header    length, JSON of [Header]
//	records   'T' name, number of columns, their names: a table begins
//	          'R' a value for each column
//	          'E' number of rows, SHA-256 of all before this record
//
// Lengths and numbers are varints of encoding/binary. A value is a byte that says
// what it is, and then it: 0 NULL, 1 integer, 2 text, 3 bytes, 4 false, 5 true.
//
// Whoever has a recipient's public key can make a file for it, so that a reader
// trusts nothing in it: lengths are bounded, and names are held against the
// database by whoever writes to it.
package backup
