package enginetest

import (
	"strings"
	"testing"

	"example.org/tocsin/internal/translate"
)

// Damaged returns the protected pieces of a text that a translation does not
// have: unchanged, or where the phrase book prints them in the language, in its
// words there. An article in front of a name may have become part of another word.
func Damaged(t testing.TB, source, target, language string) (missing []string) {
	t.Helper()
	book, wants := translate.DefaultBook(), map[string]int{}
	for _, piece := range book.Protect(source).Spans() {
		printed, reason := book.Protect(piece).Restore("⟦1⟧", language)
		if reason != translate.ReasonNone {
			printed = piece // quoted in a longer one
		}
		for _, article := range []string{"le ", "la ", "les ", "el ", "das ", "der ", "die "} {
			printed = strings.TrimPrefix(printed, article)
		}
		wants[strings.TrimSuffix(strings.TrimSuffix(printed, "'s"), "’s")]++
	}
	for printed, n := range wants {
		if strings.Count(strings.ToLower(target), strings.ToLower(printed)) < n {
			missing = append(missing, printed)
		}
	}
	return missing
}

// Notices are sentences of service notices with much in them that no engine may
// touch.
func Notices() []string {
	return []string{
		"Between Monday, March 2, 2026, at 10:00 AM UTC and 1:00 PM UTC, some users could not open Exchange Online in Outlook on the web.",
		"Users who open https://portal.contoso.com/mail?id=7 see the message \"Something went wrong (0x80070005)\" and have to sign in again.",
		"EX869331 affects tenants that set MaxReceiveSize with Set-TransportConfig, and KB5034441 does not help.",
		"Copy C:\\Users\\Public\\Outlook.pst or \\\\files.contoso.com\\share\\mail to another place before you start the Microsoft Teams desktop client.",
		"Messages from helpdesk@contoso.com are returned with 550 5.7.1 while the Microsoft 365 admin center shows no error.",
		"We restarted 12 servers on March 3, 2026, and 45 percent of requests to outlook.office365.com now succeed.",
		"The API returns 429 and the ID 3f2504e0-4f89-41d3-9a0c-0305e82c3301 in SharePoint Online, Microsoft Teams and Power BI.",
		"Version 2.16.1 of Microsoft Authenticator is not affected, but users on iOS may see ⟦1⟧ in its place.",
		"Set HKLM\\SOFTWARE\\Policies\\Contoso to 1 and run Get-Mailbox until its state is Ready.",
		"An update that is planned for mid-March 2026 will resolve Teams's delays for users in Japan.",
	}
}
