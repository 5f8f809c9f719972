// Package servicecomms reads the form of the legacy Office 365 Service
// Communications API: its answers, with the documented and the real field names
// alike, from a server that still speaks it or from anywhere else.
//
// The functions that convert take one object as received and give it in the
// vocabulary; [tocsin.NewDocument] makes it a document. Issues and messages keep
// the object, since Graph's form has no member for some of its fields.
package servicecomms
