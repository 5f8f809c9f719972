package native

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// subscriptions are what people asked to be told of.
type subscriptions interface {
	Subscriptions(ctx context.Context, userID string) ([]tocsin.Subscription, error)
	Subscription(ctx context.Context, ref string) (tocsin.Subscription, error)
	Subscribe(ctx context.Context, one tocsin.Subscription, tenant tocsin.Tenant, now time.Time) (tocsin.Subscription, error)
	ChangeSubscription(ctx context.Context, id string, now time.Time, change func(*tocsin.Subscription) error) (tocsin.Subscription, error)
	Unsubscribe(ctx context.Context, ref string, now time.Time) (tocsin.Subscription, error)
}

// wishBody is what an address is to be told of.
type wishBody struct {
	Mail     string   `json:"mail" maxLength:"254" format:"email" example:"desk@contoso.example" doc:"Who reads it is asked first, at most once a day."`
	Services []string `json:"services,omitempty" maxItems:"200" doc:"Ids of services; absent for all."`
	Classes  []string `json:"classes,omitempty" enum:"incident,advisory,planned,message" doc:"What is told; incidents when absent."`
	Language string   `json:"language,omitempty" enum:"en,fr,ja,es,de" doc:"Of what is sent; en when absent."`
	Zone     string   `json:"zone,omitempty" maxLength:"64" example:"Europe/Paris" doc:"Of times and of the hour of a digest; UTC when absent."`
	Digest   string   `json:"digest,omitempty" maxLength:"40" example:"daily 08:00" doc:"When all that has gathered is told: daily or a weekday, and an hour; at once when absent."`
}

// wishPatch is what is to be told otherwise.
type wishPatch struct {
	Services *[]string `json:"services,omitempty" maxItems:"200" doc:"Ids of services; an empty list for all."`
	Classes  *[]string `json:"classes,omitempty" minItems:"1" enum:"incident,advisory,planned,message" doc:"What is told. Only people themselves add classes to theirs."`
	Language *string   `json:"language,omitempty" enum:"en,fr,ja,es,de"`
	Zone     *string   `json:"zone,omitempty" maxLength:"64"`
	Digest   *string   `json:"digest,omitempty" maxLength:"40" doc:"daily or a weekday, and an hour; empty for at once."`
}

func (p wishPatch) apply(s *tocsin.Subscription) {
	set(&s.Services, p.Services)
	set(&s.Classes, p.Classes)
	set(&s.Language, p.Language)
	set(&s.Zone, p.Zone)
	set(&s.Digest, p.Digest)
}

// subscriptionBody is a subscription, without what opens its page.
type subscriptionBody struct {
	ID       string `json:"id"`
	Channel  string `json:"channel,omitempty" doc:"Channel of the settings, in the place of mail."`
	Personal bool   `json:"personal" doc:"Of a person of the desk, who hears of what they may read; else of what the tenant publishes for everybody."`
	wishBody
	State       string     `json:"state" enum:"pending,active,paused" doc:"pending: not confirmed yet. paused: the address refused several messages."`
	Reason      string     `json:"reason,omitempty" doc:"Why the last message was not accepted."`
	CreatedAt   time.Time  `json:"createdAt"`
	ConfirmedAt *time.Time `json:"confirmedAt,omitempty"`
	PausedAt    *time.Time `json:"pausedAt,omitempty"`
}

func newSubscriptionBody(s tocsin.Subscription) subscriptionBody {
	return subscriptionBody{
		ID: s.ID, Channel: s.Channel, Personal: s.UserID != "", State: string(s.State), Reason: s.Reason, CreatedAt: s.CreatedAt.UTC(), ConfirmedAt: instant(s.ConfirmedAt), PausedAt: instant(s.PausedAt),
		wishBody: wishBody{Mail: s.Address, Services: s.Services, Classes: s.Classes, Language: s.Language, Zone: s.Zone, Digest: s.Digest},
	}
}

type subscriptionList struct {
	Value []subscriptionBody `json:"value" nullable:"false" doc:"The oldest first."`
}

// InSubscription names a subscription of a tenant. It is exported because huma reads no
// others.
type InSubscription struct {
	InTenant
	Subscription string `path:"subscription" maxLength:"36" minLength:"36" doc:"Id of the subscription."`
}

func (a *API) registerSubscriptions() {
	operation := func(id, method, path, summary, description string) operation {
		return operation{needs: access.ManageDesk, across: true, Operation: huma.Operation{
			OperationID: id, Method: method, Path: "/tenants/{tenant}/subscriptions" + path, Tags: []string{"subscriptions"}, Summary: summary, Description: description,
		}}
	}
	add(a, operation("listSubscriptions", http.MethodGet, "", "List subscriptions", "Who asked to be told of the tenant, and whether they are."), a.listSubscriptions)
	subscribe := operation("subscribe", http.MethodPost, "", "Have an address told of a tenant", "It hears of what the tenant publishes for everybody, once whoever reads it has confirmed that by the mail that they get; the answer is the same whether the address is known or not. People of the desk subscribe on their own page.")
	subscribe.DefaultStatus = http.StatusCreated
	add(a, subscribe, a.subscribe)
	change := operation("changeSubscription", http.MethodPatch, "/{subscription}", "Change what a subscription tells", "What is left out stays, and so do address and state. When it is to tell less, what waits for it is not sent.")
	add(a, change, a.changeSubscription)
	end := operation("unsubscribe", http.MethodDelete, "/{subscription}", "End a subscription", "What waits for it is not sent.")
	end.DefaultStatus = http.StatusNoContent
	add(a, end, a.unsubscribe)
}

func (a *API) listSubscriptions(ctx context.Context, x *exchange, _ *InTenant) (*struct{ Body subscriptionList }, error) {
	list, err := a.subscriptions.Subscriptions(ctx, "")
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(s tocsin.Subscription) bool { return s.TenantID != x.tenant.ID })
	body := subscriptionList{Value: []subscriptionBody{}}
	for _, s := range list {
		body.Value = append(body.Value, newSubscriptionBody(s))
	}
	return &struct{ Body subscriptionList }{body}, nil
}

func (a *API) subscribe(ctx context.Context, x *exchange, in *struct {
	InTenant
	Body wishBody
},
) (*struct{ Body subscriptionBody }, error) {
	b := in.Body
	one := tocsin.Subscription{ID: tocsin.NewGUID(), Address: b.Mail, Services: b.Services, Classes: b.Classes, Language: b.Language, Zone: b.Zone, Digest: b.Digest}
	if len(one.Classes) == 0 {
		one.Classes = []string{"incident"}
	}
	if one.Language == "" {
		one.Language = "en"
	}
	if one.Zone == "" {
		one.Zone = "UTC"
	}
	one, err := a.subscriptions.Subscribe(ctx, one, x.tenant, x.now)
	if err != nil {
		return nil, err
	}
	return &struct{ Body subscriptionBody }{newSubscriptionBody(one)}, nil
}

// set puts what is given in the place of what was.
func set[T any](of *T, given *T) {
	if given != nil {
		*of = *given
	}
}

// subscriptionOf finds a subscription of the tenant by its id.
func (a *API) subscriptionOf(ctx context.Context, x *exchange, id string) (tocsin.Subscription, error) {
	one, err := a.subscriptions.Subscription(ctx, id)
	if err == nil && (one.ID != id || one.TenantID != x.tenant.ID) {
		err = tocsin.NotFoundf("There is no such subscription.")
	}
	return one, err
}

func (a *API) changeSubscription(ctx context.Context, x *exchange, in *struct {
	InSubscription
	Body wishPatch
},
) (*struct{ Body subscriptionBody }, error) {
	one, err := a.subscriptionOf(ctx, x, in.Subscription)
	if err != nil {
		return nil, err
	}
	one, err = a.subscriptions.ChangeSubscription(ctx, one.ID, x.now, func(s *tocsin.Subscription) error {
		in.Body.apply(s)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &struct{ Body subscriptionBody }{newSubscriptionBody(one)}, nil
}

func (a *API) unsubscribe(ctx context.Context, x *exchange, in *InSubscription) (*struct{}, error) {
	one, err := a.subscriptionOf(ctx, x, in.Subscription)
	if err != nil {
		return nil, err
	}
	_, err = a.subscriptions.Unsubscribe(ctx, one.ID, x.now)
	return nil, err
}
