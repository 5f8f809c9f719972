package app

import (
	"fmt"
	"time"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/sink"
)

// demoMails are the mailboxes of the demonstration, by language.
func demoMails() []config.Channel {
	return []config.Channel{
		{Name: "mail", Language: "en", Mail: config.Mail{To: "service-desk@contoso.example"}},
		{Name: "mail-fr", Language: "fr", Zone: "Europe/Paris", Mail: config.Mail{To: "centre-de-services@contoso.example"}},
		{Name: "mail-ja", Language: "ja", Zone: "Asia/Tokyo", Mail: config.Mail{To: "helpdesk-jp@contoso.example"}},
	}
}

// inbox makes the other side of the channels, and says how it is told: ordinary
// channels, and the routes as they are shipped, where changes that gather do so
// as fast as the incident unfolds.
func (r *demoRun) inbox() (config.Notify, error) {
	secret := NewWebhookSecret()
	var err error
	if r.sink, err = sink.Listen(secret, time.Now); err != nil {
		return config.Notify{}, err
	}
	r.info.Inbox = r.sink.Pages()
	n := config.Notify{Routes: route.Shipped("all", "").Routes, Channels: demoMails()}
	n.Routes.GroupInterval = fmt.Sprintf("%ds", max(1, int(30/r.Speed)))
	for i := range n.Channels {
		c := &n.Channels[i]
		c.Kind, c.Mail.From, c.Mail.Relay = "mail", "Tocsin <tocsin@contoso.example>", config.Relay{Host: sink.Host, Port: r.sink.MailPort(), TLS: "none"}
	}
	n.Channels = append(
		n.Channels,
		config.Channel{Name: "cards", Kind: "teams", Address: config.Hook(r.sink.CardAddress()), Hosts: []string{sink.Host}, Inside: true},
		config.Channel{Name: "hooks", Kind: "webhook", Address: config.Hook(r.sink.HookAddress()), Secret: config.Secret(secret), Inside: true},
	)
	return n, nil
}
