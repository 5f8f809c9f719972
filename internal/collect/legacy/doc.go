// Package legacy reads the form of the legacy Office 365 Service Communications
// API, with the documented and the real field names alike, wherever an object
// of it came from.
//
// Each function takes one object as received and gives it in the vocabulary;
// [tocsin.NewDocument] makes it a document. Issues and messages keep the
// object, since Graph's form has no member for some of its fields.
package legacy
