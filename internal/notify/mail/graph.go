package mail

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/wire"
)

// Graph sends mails through Microsoft Graph, for tenants in which SMTP takes no
// passwords. It needs the application permission Mail.Send.
type Graph struct {
	client *wire.Client
	config GraphConfig
}

// GraphConfig says whose mailbox sends.
type GraphConfig struct {
	Wire    wire.Config // Address is Graph's, such as https://graph.microsoft.com
	Mailbox string      // that sends: an address or an id
	Token   func(context.Context) (string, error)
}

// NewGraph makes a transport.
func NewGraph(c GraphConfig) (*Graph, error) {
	c.Wire.Address = strings.TrimRight(c.Wire.Address, "/") + "/v1.0/users/" + url.PathEscape(c.Mailbox) + "/sendMail"
	client, err := wire.New(c.Wire)
	if err != nil {
		return nil, err
	}
	return &Graph{client, c}, nil
}

// Send implements [Transport]. The message is sent in MIME form, whose To is the
// recipient. Graph answers 202 when it has accepted it.
func (g *Graph) Send(ctx context.Context, _, _ string, message []byte) (notify.Receipt, error) {
	token, err := g.config.Token(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return notify.Receipt{}, ctx.Err()
		}
		return notify.Receipt{}, &notify.Failure{Reason: notify.ReasonAuthentication, Detail: "There is no token to sign in with. Look at `graph`.", Cause: err}
	}
	body := base64.StdEncoding.AppendEncode(nil, message)
	answer, err := g.client.Post(ctx, http.Header{"Content-Type": {"text/plain"}, "Authorization": {"Bearer " + token}}, body)
	if err != nil {
		return notify.Receipt{}, err
	}
	return notify.Receipt{Status: answer.Status, Detail: "accepted by Graph"}, nil
}
