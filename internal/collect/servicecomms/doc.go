// Package servicecomms reads the form of the legacy Office 365 Service
// Communications API: its answers, documented and real field names alike.
package servicecomms
