// Package agreement feeds combinations of what can be said about a service to
// a running desk and asks every output how the service and its tenant are. It
// fails where two of them disagree.
//
// A new output adds one row to the table of outputs.
package agreement
