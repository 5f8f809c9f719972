// Command gosdk asks a running desk with the official Go client of Microsoft
// Graph. The desk's address and tokens come from the environment. It is a
// module of its own, so that nobody builds the client who does not want it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	kiota "github.com/microsoft/kiota-http-go"
	jsonserialization "github.com/microsoft/kiota-serialization-json-go"
	textserialization "github.com/microsoft/kiota-serialization-text-go"
	graphcore "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go/admin"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"
)

// bearer adds one token to every request.
type bearer string

func (b bearer) AuthenticateRequest(_ context.Context, request *abstractions.RequestInformation, _ map[string]any) error {
	if request.Headers == nil {
		request.Headers = abstractions.NewRequestHeaders()
	}
	request.Headers.Add("Authorization", "Bearer "+string(b))
	return nil
}

// A client asks as one program or person.
type client struct {
	adapter *kiota.NetHttpRequestAdapter
	*admin.ServiceAnnouncementRequestBuilder
}

func as(token string) (client, error) {
	adapter, err := kiota.NewNetHttpRequestAdapter(bearer(token))
	if err != nil {
		return client{}, err
	}
	adapter.SetBaseUrl(os.Getenv("TOCSIN_BASE") + "/v1.0")
	return client{adapter, admin.NewAdminRequestBuilderInternal(nil, adapter).ServiceAnnouncement()}, nil
}

func pointer[T any](v T) *T { return &v }

// expect fails unless two texts are the same.
func expect(what, got, want string) error {
	if got != want {
		return fmt.Errorf("%s: %q, want %q", what, got, want)
	}
	return nil
}

func ids(list []models.ServiceHealthIssueable) string {
	var all []string
	for _, issue := range list {
		all = append(all, *issue.GetId())
	}
	return strings.Join(all, " ")
}

func main() {
	abstractions.RegisterDefaultSerializer(func() serialization.SerializationWriterFactory {
		return jsonserialization.NewJsonSerializationWriterFactory()
	})
	abstractions.RegisterDefaultDeserializer(func() serialization.ParseNodeFactory { return jsonserialization.NewJsonParseNodeFactory() })
	abstractions.RegisterDefaultDeserializer(func() serialization.ParseNodeFactory { return textserialization.NewTextParseNodeFactory() })
	failed := false
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{{"reads", reads}, {"pages", pages}, {"files", files}, {"marks", marks}, {"refusals", refusals}} {
		if err := part.run(context.Background()); err != nil {
			failed = true
			fmt.Printf("%s: %v\n", part.name, err)
			continue
		}
		fmt.Printf("%s: good\n", part.name)
	}
	if failed {
		os.Exit(1)
	}
}

func reads(ctx context.Context) error {
	c, err := as(os.Getenv("TOCSIN_PROGRAM"))
	if err != nil {
		return err
	}
	all, err := c.Issues().Get(ctx, nil)
	if err != nil {
		return err
	}
	open, err := c.Issues().Get(ctx, &admin.ServiceAnnouncementIssuesRequestBuilderGetRequestConfiguration{
		QueryParameters: &admin.ServiceAnnouncementIssuesRequestBuilderGetQueryParameters{
			Filter: pointer("isResolved eq false"), Orderby: []string{"startDateTime desc"}, Select: []string{"id", "status"}, Count: pointer(true),
		},
	})
	if err != nil {
		return err
	}
	issue, err := c.Issues().ByServiceHealthIssueId("EX100").Get(ctx, nil)
	if err != nil {
		return err
	}
	health, err := c.HealthOverviews().ByServiceHealthId("Exchange Online").Get(ctx, nil)
	if err != nil {
		return err
	}
	count, err := c.Issues().Count().Get(ctx, nil)
	if err != nil {
		return err
	}
	message, err := c.Messages().ByServiceUpdateMessageId("MC1000002").Get(ctx, nil)
	if err != nil {
		return err
	}
	return errors.Join(
		expect("all issues", ids(all.GetValue()), "EX100 EX500 FM400 MO300 MO600 TM200"),
		expect("open issues", ids(open.GetValue()), "TM200 EX100"),
		expect("counted", fmt.Sprint(*open.GetOdataCount(), *count), "2 6"),
		expect("status", issue.GetStatus().String(), "serviceDegradation"),
		expect("posts", fmt.Sprint(len(issue.GetPosts())), "2"),
		expect("overview", *health.GetId()+" "+health.GetStatus().String(), "Exchange serviceDegradation"),
		expect("message", message.GetSeverity().String()+" "+strings.Join(message.GetTags(), ","), "critical Retirement,Admin impact"),
	)
}

func pages(ctx context.Context) error {
	c, err := as(os.Getenv("TOCSIN_PROGRAM"))
	if err != nil {
		return err
	}
	headers := abstractions.NewRequestHeaders()
	headers.Add("Prefer", "odata.maxpagesize=2")
	first, err := c.Issues().Get(ctx, &admin.ServiceAnnouncementIssuesRequestBuilderGetRequestConfiguration{Headers: headers})
	if err != nil {
		return err
	}
	iterator, err := graphcore.NewPageIterator[models.ServiceHealthIssueable](first, c.adapter, models.CreateServiceHealthIssueCollectionResponseFromDiscriminatorValue)
	if err != nil {
		return err
	}
	iterator.SetHeaders(headers)
	var seen []models.ServiceHealthIssueable
	err = iterator.Iterate(ctx, func(issue models.ServiceHealthIssueable) bool {
		seen = append(seen, issue)
		return true
	})
	return errors.Join(err, expect("first page", fmt.Sprint(len(first.GetValue())), "2"), expect("all pages", ids(seen), "EX100 EX500 FM400 MO300 MO600 TM200"))
}

func files(ctx context.Context) error {
	c, err := as(os.Getenv("TOCSIN_PROGRAM"))
	if err != nil {
		return err
	}
	review, err := c.Issues().ByServiceHealthIssueId("MO300").IncidentReport().Get(ctx, nil)
	if err != nil {
		return err
	}
	attachments := c.Messages().ByServiceUpdateMessageId("MC1000003").Attachments()
	list, err := attachments.Get(ctx, nil)
	if err != nil {
		return err
	}
	content, err := attachments.ByServiceAnnouncementAttachmentId("a2").Content().Get(ctx, nil)
	return errors.Join(err, expect("review", fmt.Sprint(len(review)), "10240"), expect("attachments", fmt.Sprint(len(list.GetValue())), "2"), expect("content", string(content), "two"))
}

func marks(ctx context.Context) error {
	c, err := as(os.Getenv("TOCSIN_PERSON"))
	if err != nil {
		return err
	}
	body := admin.NewServiceAnnouncementMessagesMarkReadPostRequestBody()
	body.SetMessageIds([]string{"MC1000001"})
	answer, err := c.Messages().MarkRead().PostAsMarkReadPostResponse(ctx, body, nil)
	if err != nil {
		return err
	}
	message, err := c.Messages().ByServiceUpdateMessageId("MC1000001").Get(ctx, nil)
	if err != nil {
		return err
	}
	return errors.Join(expect("markRead", fmt.Sprint(*answer.GetValue()), "true"), expect("isRead", fmt.Sprint(*message.GetViewPoint().GetIsRead()), "true"))
}

func refusals(ctx context.Context) error {
	var problems []error
	for _, tt := range []struct{ token, id, code string }{
		{os.Getenv("TOCSIN_PROGRAM"), "NO", "ResourceNotFound"},
		{os.Getenv("TOCSIN_PROGRAM"), "FB900", "ResourceNotFound"},
		{os.Getenv("TOCSIN_EXPIRED"), "EX100", "InvalidAuthenticationToken"},
	} {
		c, err := as(tt.token)
		if err != nil {
			return err
		}
		_, err = c.Issues().ByServiceHealthIssueId(tt.id).Get(ctx, nil)
		var refused *odataerrors.ODataError
		if !errors.As(err, &refused) || refused.GetErrorEscaped() == nil {
			problems = append(problems, fmt.Errorf("%s: %w", tt.id, err))
			continue
		}
		problems = append(problems, expect(tt.id, *refused.GetErrorEscaped().GetCode(), tt.code))
	}
	return errors.Join(problems...)
}
