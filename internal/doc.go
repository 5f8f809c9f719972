// Package internal holds nothing but tests of the structure: who imports whom,
// how long files and functions are, which modules are linked. A package of the
// product lives in a folder below.
package internal
