// Package servicecomms collects from a server that still speaks the legacy
// Office 365 Service Communications API. The form itself is read by package
// legacy.
package servicecomms
