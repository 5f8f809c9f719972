package public

import (
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// channels are where people turn who want to hear the provider itself, or
// somebody of their own organisation.
type channels struct {
	Help     []string // lines
	Official []tocsin.OfficialChannel
}

// Addresses of the provider's own pages, in the cloud that most tenants are in.
const (
	portalAddress = "https://admin.cloud.microsoft/"
	statusAddress = "https://status.cloud.microsoft/"
	socialAddress = "https://x.com/MSFT365Status"
)

// channels are those that the tenant chose for the language of the interface,
// else those of Microsoft.
func (v *view) channels() channels {
	c := channels{Official: v.edition.Channels[v.Code]}
	if v.edition.Help != "" {
		c.Help = strings.Split(v.edition.Help, "\n")
	}
	if len(c.Official) > 0 {
		return c
	}
	c.Official = []tocsin.OfficialChannel{
		{Label: v.Text("channel.health"), Address: portalAddress, Path: v.Text("channel.health.path")},
		{Label: v.Text("channel.messages"), Address: portalAddress, Path: v.Text("channel.messages.path")},
		{Label: v.Text("channel.status"), Address: statusAddress},
		{Label: v.Text("channel.social"), Address: socialAddress},
	}
	return c
}
