package letters_test

import (
	"strings"
	"testing"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// What becomes of support requests is told in each language with their numbers, those
// of two tenants apart, and without what people wrote.
func TestLetterOfRequests(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Rooms = d.Responses
	for _, tenant := range []string{storetest.Contoso, storetest.Fabrikam} {
		content := tocsin.RequestContent{To: "provider", Title: "Mail of " + tenant[:4] + " waits", Kind: "technical", Severity: "A", Services: []string{"Exchange Online"}, Repro: "Private steps."}
		if _, err := d.OpenRequest(t.Context(), tenant, respond.RequestDraft{Content: content}, d.now); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{
		d.FileRequest(t.Context(), storetest.Contoso, 1, tocsin.RequestFiling{Channel: "portal", Case: "2407190050001234", By: "The liaison"}, d.now),
		d.SayInRequest(t.Context(), storetest.Contoso, 1, tocsin.RequestSaid{Kind: "theirs", Text: "Private answer.", Answers: true, At: d.now}, d.now),
		d.SetRequestSeverity(t.Context(), storetest.Contoso, 1, tocsin.RequestSeverity{Stage: "given", Severity: "B"}, d.now),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	change := func(tenant string, n int, what tocsin.What) delivery.Pending {
		return delivery.Pending{Change: tocsin.Change{Seq: int64(len(tenant) + n), TenantID: tenant, Kind: tocsin.KindRequest, ID: "1", N: n, What: what, At: d.now}}
	}
	filed := []delivery.Pending{change(storetest.Contoso, 2, tocsin.WhatFiled)}
	for language, want := range map[string]string{
		"en": "Support request 1 is filed with the provider: case 2407190050001234", "fr": "Demande de support 1 : déposée chez le fournisseur, dossier 2407190050001234", "ja": "サポート要求 1 を提供元に提出しました（ケース番号 2407190050001234）",
		"es": "Solicitud de soporte 1: presentada al proveedor, caso 2407190050001234", "de": "Supportanfrage 1 ist beim Anbieter eingereicht: Fall 2407190050001234",
	} {
		c := d.write(language, notify.KindUpdate, filed)
		if got := strings.Join(strings.Fields(c.Letter.Title.Text), " "); got != want || !strings.Contains(c.Letter.Entries[0].Link, "/requests/1?tenant=") || strings.Contains(string(c.Body()), "Private") {
			t.Errorf("%s: %q, %+v", language, got, c.Letter)
		}
		if f := c.Facts[0]; f.Request == nil || f.Request.Severity != "B" || f.Request.Case == "" || f.Class != "request" || f.Change != notify.ChangeFiled || f.Services[0].ID != "Exchange" {
			t.Errorf("%s: %+v", language, f)
		}
	}
	c := d.write("en", notify.KindDigest, append(filed, change(storetest.Contoso, 3, tocsin.WhatAnswered), change(storetest.Contoso, 4, tocsin.WhatSeverity), change(storetest.Fabrikam, 1, tocsin.WhatOpened)))
	if len(c.Letter.Entries) != 2 || c.Letter.Entries[0].Blocks[0].Label != "Mail of "+storetest.Fabrikam[:4]+" waits" || len(c.Letter.Entries[1].Blocks[0].Lines) != 4 || strings.Join(strings.Fields(c.Letter.Entries[1].Blocks[0].Lines[2].Text), " ") != "The provider gave support request 1 severity B" || len(c.Facts[0].Tenants) != 1 {
		t.Errorf("of two tenants: %+v", c.Letter.Entries)
	}
}
