package notifytest

import (
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/tocsin"
)

// Now is the time of all tests.
func Now() time.Time { return time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC) }

// Message returns a message about one incident, as it is sent first: with every
// block, one without a label, a translated line, lines above and below, and text that means something to each form that it
// may be put into.
func Message() *notify.Message {
	return &notify.Message{
		ID: "msg_2b7d4f1e9a", Kind: notify.KindUpdate, Attempt: 1, Endpoint: notify.Endpoint{Key: "channel:ops", Zone: time.UTC}, Language: "en",
		MadeAt: Now(), Thread: "thr_5c1d", Letter: &notify.Letter{
			Language: "en", Heading: "[serviceDegradation] EX123456", Title: notify.Line{Text: Hostile, Language: "en"},
			Lead:   []notify.Line{{Text: "For managers. " + Hostile, Language: "en"}},
			Footer: []notify.Line{{Text: "Service desk. " + Hostile, Language: "en"}},
			Entries: []notify.Entry{{
				Heading: "[serviceDegradation] EX123456", Title: notify.Line{Text: Hostile, Language: "en"},
				Severity: tocsin.SeverityDegraded, At: Now(), Link: "https://status.contoso.com/contoso/issues/EX123456", LinkLabel: "Open EX123456",
				Blocks: []notify.Block{
					{Kind: notify.BlockChanged, Label: "What changed", Lines: []notify.Line{
						{Text: "Status: investigating → service degradation", Language: "en"},
						{Text: "We restarted 12 servers. " + Hostile, Language: "en", Origin: "machine translation"},
					}},
					{Kind: notify.BlockImpact, Label: "User impact", Lines: []notify.Line{{Text: "Users cannot send mail.", Language: "en"}}},
					{Kind: notify.BlockWorkaround, Label: "Workaround", Lines: []notify.Line{{Text: "Use Outlook on the web.", Language: "en"}}},
					{Kind: notify.BlockNext, Label: "Next update", Lines: []notify.Line{{Text: "Sunday 29 November 2026, 14:00 UTC", Language: "en"}}},
					{Kind: notify.BlockServices, Lines: []notify.Line{{Text: "A line without a label.", Language: "en"}}},
					{Kind: notify.BlockTenants, Label: "Tenants", Lines: []notify.Line{{Text: "Contoso", Language: "en"}}},
				},
			}},
		},
		Facts: []notify.Fact{{
			Change: "status", Kind: tocsin.KindIssue, ID: "EX123456", N: 3, Title: Hostile, Class: "incident", Severity: tocsin.SeverityDegraded,
			Status: tocsin.StatusDegradation, Was: tocsin.StatusInvestigating, Services: []notify.Service{{ID: "Exchange", Name: "Exchange Online"}},
			Feature: "Outlook", Tenants: []notify.Tenant{{ID: "8f0c4c1e-0000-4000-8000-00000000c001", Name: "contoso"}}, Changes: []int64{41, 42},
			At: Now(), StartAt: Now().Add(-2 * time.Hour), NextUpdateBy: Now().Add(2 * time.Hour), Link: "https://status.contoso.com/contoso/issues/EX123456",
		}},
	}
}

// Hostile is a title that would do something in the forms of mails, chats and
// cards if it were not escaped.
const Hostile = `Mail <b>late</b> & <!channel> <@U1> <https://evil.example|ok> *b* _i_ [x](https://evil.example) {{.Secret}} ${x} "q" \n @everyone <at>a</at>`
