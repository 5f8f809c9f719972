package tocsin_test

import (
	"testing"

	"example.org/tocsin/internal/tocsin"
)

func TestUnread(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind                   tocsin.Kind
		body                   string
		reason                 tocsin.UnreadableReason
		member                 string
		id, service, serviceID string
	}{
		{tocsin.KindIssue, `{"id":"EX1","service":"Exchange Online","details":[{"name":"n","value":5}]}`, tocsin.UnreadableMember, "details.value", "EX1", "Exchange Online", "Exchange"},
		{tocsin.KindIssue, `{"id":"EX1","service":"Contoso Desk","posts":"x"}`, tocsin.UnreadableMember, "posts", "EX1", "Contoso Desk", ""},
		{tocsin.KindIssue, `{"id":"EX1","isResolved":"yes"}`, tocsin.UnreadableMember, "isResolved", "EX1", "", ""},
		{tocsin.KindIssue, `{"id":"EX1","title":["x"]}`, tocsin.UnreadableMember, "title", "EX1", "", ""},
		{tocsin.KindIssue, `{"id":"EX1","service":5}`, tocsin.UnreadableMember, "service", "EX1", "", ""},
		{tocsin.KindIssue, `{"id":7,"service":"Exchange Online"}`, tocsin.UnreadableMember, "id", "", "Exchange Online", "Exchange"},
		{tocsin.KindIssue, `{"title":"x"}`, tocsin.UnreadableID, "id", "", "", ""},
		{tocsin.KindIssue, "{\"id\":\"a\\u0007\"}", tocsin.UnreadableID, "id", "", "", ""},
		{tocsin.KindIssue, `{"id":"EX1","id":"EX2","posts":1}`, tocsin.UnreadableMember, "posts", "", "", ""},
		{tocsin.KindIssue, "{\"id\":\"EX1\",\"title\":\"\xff\"}", tocsin.UnreadableText, "", "EX1", "", ""},
		{tocsin.KindIssue, "{\"id\":\"EX\xff\",\"title\":\"x\"}", tocsin.UnreadableText, "", "", "", ""},
		{tocsin.KindIssue, `{"id":"EX1","n":NaN,"service":"Exchange Online"}`, tocsin.UnreadableSyntax, "", "EX1", "Exchange Online", "Exchange"},
		{tocsin.KindIssue, `null`, tocsin.UnreadableForm, "", "", "", ""},
		{tocsin.KindIssue, `5`, tocsin.UnreadableForm, "", "", "", ""},
		{tocsin.KindIssue, `"EX1"`, tocsin.UnreadableForm, "", "", "", ""},
		{tocsin.KindIssue, `[{"id":"EX1"}]`, tocsin.UnreadableForm, "", "", "", ""},
		{tocsin.KindOverview, `{"id":"Exchange","service":"Exchange Online","status":5}`, tocsin.UnreadableMember, "status", "Exchange", "Exchange Online", "Exchange"},
		{tocsin.KindOverview, `{"id":"EX1","service":"Exchange Online","status":5}`, tocsin.UnreadableMember, "status", "Exchange", "Exchange Online", "Exchange"},
		{tocsin.KindOverview, `{"service":"Exchange Online","status":5}`, tocsin.UnreadableMember, "status", "Exchange", "Exchange Online", "Exchange"},
		{tocsin.KindOverview, `{"id":"Exchange","service":{}}`, tocsin.UnreadableMember, "service", "Exchange", "", "Exchange"},
		{tocsin.KindOverview, `{"status":"serviceOperational"}`, tocsin.UnreadableID, "id", "", "", ""},
		{tocsin.KindService, `{"id":"Exchange","displayName":"Exchange Online","features":5}`, tocsin.UnreadableMember, "features", "Exchange", "Exchange Online", "Exchange"},
		{tocsin.KindMessage, `{"id":"MC1","services":"Exchange Online"}`, tocsin.UnreadableMember, "services", "MC1", "", ""},
		{tocsin.KindMessage, `{"id":"MC1","body":"text"}`, tocsin.UnreadableMember, "body", "MC1", "", ""},
	} {
		_, err := tocsin.ReadDocument(tt.kind, []byte(tt.body))
		got := tocsin.Unread(tt.kind, []byte(tt.body), err)
		if got.Reason != tt.reason || got.Member != tt.member || got.ID != tt.id || got.Service != tt.service || got.ServiceID != tt.serviceID || string(got.Body) != tt.body {
			t.Errorf("%s: %+v (%v)", tt.body, got, err)
		}
	}
}

func FuzzUnread(f *testing.F) {
	for _, seed := range []string{`{"id":"EX1","service":"Exchange Online","details":[{"name":"n","value":5}]}`, `{"id":"a"`, `{"id":"a\`, `null`, `}{`, `{"a":{"id":"x"},"id":"y",}`, "{\"id\":\"\xff\"}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, kind := range []tocsin.Kind{tocsin.KindService, tocsin.KindOverview, tocsin.KindIssue, tocsin.KindMessage} {
			doc, err := tocsin.ReadDocument(kind, body)
			u := tocsin.Unread(kind, body, err)
			if err == nil && kind == tocsin.KindIssue && u.ID != "" && u.ID != doc.ID {
				t.Errorf("a glimpse at %q says %q, it is %q", body, u.ID, doc.ID)
			}
			if len(u.ID) > 200 {
				t.Errorf("id of %d bytes", len(u.ID))
			}
		}
	})
}
