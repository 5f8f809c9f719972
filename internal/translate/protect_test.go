package translate

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestProtect(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		sent  string
		spans []string
	}{
		{"Mail in Exchange Online waits.", "Mail in ⟦1⟧ waits.", []string{"Exchange Online"}},
		{"Open Outlook on the web, not Outlook.", "Open ⟦1⟧, not ⟦2⟧.", []string{"Outlook on the web", "Outlook"}},
		{"Outlook’s cache and Teams's too", "⟦1⟧ cache and ⟦2⟧ too", []string{"Outlook’s", "Teams's"}},
		{"Streaming in Words is no Stream or Word.", "Streaming in Words is no ⟦1⟧ or ⟦2⟧.", []string{"Stream", "Word"}},
		{"Look into the Microsoft 365 admin center today.", "Look into ⟦1⟧ today.", []string{"the Microsoft 365 admin center"}},
		{"See EX123456, KB4012345 and MC1234567.", "See ⟦1⟧, ⟦2⟧ and ⟦3⟧.", []string{"EX123456", "KB4012345", "MC1234567"}},
		{"It says “Cannot open C:\\Users\\a” twice.", "It says ⟦1⟧ twice.", []string{"“Cannot open C:\\Users\\a”"}},
		{"Error 451 4.7.500 at build 16.0.17328.20162", "Error ⟦1⟧ at build ⟦2⟧", []string{"451 4.7.500", "16.0.17328.20162"}},
		{"Run Set-Mailbox on mail.contoso.com or ask admin@contoso.com, see https://aka.ms/x?y=1.", "Run ⟦1⟧ on ⟦2⟧ or ask ⟦3⟧, see ⟦4⟧.", []string{"Set-Mailbox", "mail.contoso.com", "admin@contoso.com", "https://aka.ms/x?y=1"}},
		{"It began on Friday, March 6, 2026, at 5:30 PM UTC.", "It began on ⟦1⟧.", []string{"Friday, March 6, 2026, at 5:30 PM UTC"}},
		{"From 10:00 AM UTC on Sunday until late July 2026 and March 2 and 1:00 PM", "From ⟦1⟧ on ⟦2⟧ until ⟦3⟧ and ⟦4⟧ and ⟦5⟧", []string{"10:00 AM UTC", "Sunday", "late July 2026", "March 2", "1:00 PM"}},
		{"You may march in May.", "You may march in May.", nil},
		{"The NDR has ⟦1⟧ in it.", "The ⟦1⟧ has ⟦2⟧1⟦3⟧ in it.", []string{"NDR", "⟦", "⟧"}},
		{"Ask the Frobnicator.", "Ask the ⟦1⟧.", []string{"Frobnicator"}},
	} {
		p := DefaultBook().Protect(c.text, "Frobnicator")
		if p.Text != c.sent {
			t.Errorf("%q:\n got %q\nwant %q", c.text, p.Text, c.sent)
		}
		if diff := cmp.Diff(c.spans, p.Spans(), cmp.Transformer("", func(l []string) string { return strings.Join(l, "|") })); diff != "" {
			t.Errorf("%q: %s", c.text, diff)
		}
	}
}

func TestRestore(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ lang, text, answer, want string }{
		{"es", "Go to the Microsoft 365 admin center.", "Vaya a ⟦1⟧.", "Vaya al Centro de administración de Microsoft 365."},
		{"es", "Go to the Microsoft 365 admin center.", "Vaya al ⟦ 1 ⟧.", "Vaya al Centro de administración de Microsoft 365."},
		{"es", "In the Microsoft 365 admin center.", "En el ⟦1⟧.", "En el Centro de administración de Microsoft 365."},
		{"fr", "Go to the Exchange admin center.", "Accédez à ⟦1⟧.", "Accédez au centre d’administration Exchange."},
		{"fr", "The Exchange admin center is slow.", "⟦1⟧ est lent.", "Le centre d’administration Exchange est lent."},
		{"de", "Sign in to the Exchange admin center.", "Melden Sie sich bei 〚１〛 an.", "Melden Sie sich beim Exchange Admin Center an."},
		{"ja", "Open Outlook on the web.", "⟦1⟧ を開いてください。", "Outlook on the web を開いてください。"},
		{"ja", "Open the Exchange admin center.", "⟦1⟧ を開いてください。", "Exchange 管理センターを開いてください。"},
		{"ja", "It ends on Friday, March 6, 2026, at 5:30 PM UTC.", "⟦1⟧ に終了します。", "2026年3月6日(金)\u00a017:30\u00a0UTC に終了します。"},
		{"de", "It ends by late July 2026 or on Monday.", "Es endet bis ⟦1⟧ oder am ⟦2⟧.", "Es endet bis Ende Juli\u00a02026 oder am Montag."},
		{"fr", "From 10:00 AM UTC on March 1.", "De ⟦1⟧ le ⟦2⟧.", "De 10\u00a0h\u00a000\u00a0UTC le 1er\u00a0mars."},
		{"es", "Outlook’s cache is full.", "El caché de ⟦1⟧ está lleno.", "El caché de Outlook está lleno."},
	} {
		p := DefaultBook().Protect(c.text)
		if got, reason := p.Restore(c.answer, c.lang); got != c.want || reason != ReasonNone {
			t.Errorf("%q: got %q (%s), want %q", c.text, got, reason, c.want)
		}
	}
}

// What a hostile or broken engine answers never passes, and says why.
func TestGuardRefuses(t *testing.T) {
	t.Parallel()
	const text = "We sent 12 messages from Exchange Online to Microsoft Teams on Friday, March 6, 2026, at 5:30 PM UTC."
	const good = "Nous avons envoyé 12 messages depuis ⟦1⟧ vers ⟦2⟧ le ⟦3⟧."
	sent, accept := DefaultBook().Guard()(text, "fr")
	if want := "We sent 12 messages from ⟦1⟧ to ⟦2⟧ on ⟦3⟧."; sent != want {
		t.Fatalf("sent %q, want %q", sent, want)
	}
	if got, reason := accept(good); reason != ReasonNone || got != "Nous avons envoyé 12 messages depuis Exchange Online vers Microsoft Teams le vendredi 6\u00a0mars\u00a02026 à 17\u00a0h\u00a030\u00a0UTC." {
		t.Errorf("a good answer is %q (%s)", got, reason)
	}
	for answer, want := range map[string]Reason{
		"Nous avons envoyé 12 messages vers ⟦2⟧ depuis ⟦1⟧ le ⟦ 3 ⟧ .":         ReasonNone, // languages have orders of their own
		"Nous avons envoyé 12 messages depuis ⟦1⟧ vers ⟦2⟧.":                   ReasonPlaceholder,
		"Nous avons envoyé 12 messages depuis ⟦1⟧ vers ⟦2⟧ et ⟦2⟧ le ⟦3⟧.":     ReasonPlaceholder,
		"Nous avons envoyé 12 messages depuis ⟦1⟧ vers ⟦2⟧ le ⟦3⟧ ⟦4⟧.":        ReasonPlaceholder,
		"Nous avons envoyé 12 messages depuis ⟦1⟧ vers ⟦2⟧ le ⟦3.":             ReasonPlaceholder,
		"Nous avons envoyé 12 messages depuis ⟦1⟧ vers ⟦x⟧ le ⟦3⟧.":            ReasonPlaceholder,
		"Nous avons envoyé 12 messages depuis ⟦1⟧ vers ⟦2⟧ le ⟦3⟧ ⟧.":          ReasonPlaceholder,
		"Nous avons envoyé 21 messages depuis ⟦1⟧ vers ⟦2⟧ le ⟦3⟧.":            ReasonDigits,
		"Nous avons envoyé des messages depuis ⟦1⟧ vers ⟦2⟧ le ⟦3⟧.":           ReasonDigits,
		"Nous avons envoyé 12 messages en 7 jours depuis ⟦1⟧ vers ⟦2⟧ le ⟦3⟧.": ReasonDigits,
		"Nous avons <b>envoyé</b> 12 messages depuis ⟦1⟧ vers ⟦2⟧ le ⟦3⟧.":     ReasonMarkup,
		"Nous avons *sent 12 messages depuis ⟦1⟧ vers ⟦2⟧ le ⟦3⟧.":             ReasonMarkup,
		"L&#39;envoi de 12 messages depuis ⟦1⟧ vers ⟦2⟧ le ⟦3⟧.":               ReasonMarkup,
		"Voici :\nNous avons envoyé 12 messages depuis ⟦1⟧ vers ⟦2⟧ le ⟦3⟧.":   ReasonMarkup,
		"Nous \u202eavons envoyé 12 messages depuis ⟦1⟧ vers ⟦2⟧ le ⟦3⟧.":      ReasonMarkup,
		"⟦1⟧⟦2⟧⟦3⟧ 12":                          ReasonLength,
		"":                                      ReasonLength,
		"🙂":                                     ReasonPlaceholder,
		strings.Repeat(good+" ", 3):             ReasonPlaceholder,
		good + strings.Repeat(" et encore", 20): ReasonLength,
		"we sent 12 messages from ⟦1⟧ to ⟦2⟧ on ⟦3⟧":                               ReasonUnchanged,
		"We have sent 12 of the messages from ⟦1⟧ to ⟦2⟧ on ⟦3⟧, and that is all.": ReasonScript,
		"Hemos enviado 12 mensajes desde ⟦1⟧ para ⟦2⟧ el ⟦3⟧ con los usuarios":     ReasonScript,
		"Мы отправили 12 сообщений из ⟦1⟧ в ⟦2⟧ ⟦3⟧ числа":                         ReasonScript,
		"⟦1⟧ から ⟦2⟧ に ⟦3⟧ に 12 件のメッセージを送信しました。":                                    ReasonScript,
	} {
		if got, reason := accept(answer); reason != want || (got != "") != (want == ReasonNone) {
			t.Errorf("%q passes as %q (%q), want %q", answer, got, reason, want)
		}
	}
	_, japanese := DefaultBook().Guard()(text, "ja")
	for answer, want := range map[string]Reason{
		"⟦3⟧ に ⟦1⟧ から ⟦2⟧ へ 12 件のメッセージを送信しました。":           ReasonNone,
		"我们于⟦3⟧从⟦1⟧向⟦2⟧发送了12封邮件消息。":                       ReasonScript,
		"Watashi wa 12 messages ⟦1⟧ ⟦2⟧ ⟦3⟧ okurimashita": ReasonScript,
	} {
		if _, reason := japanese(answer); reason != want {
			t.Errorf("%q: %q, want %q", answer, reason, want)
		}
	}
}

func TestNumbersMayBeWrittenOtherwise(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		source, target, lang string
		want                 Reason
	}{
		{"About 1,200 mailboxes wait for two hours.", "Environ 1 200 boîtes attendent depuis deux heures.", "fr", ReasonNone}, //nolint:misspell // French
		{"About 1,200 mailboxes wait for two hours.", "約1200個のメールボックスが2時間待っています。", "ja", ReasonNone},
		{"About 1,200 mailboxes wait for two hours.", "Unos 1.200 buzones esperan 3 horas más.", "es", ReasonDigits},
		{"⟦1⟧ ⟦2⟧", "⟦2⟧ ⟦1⟧", "fr", ReasonNone},
		{"Yes.", "Oui.", "fr", ReasonNone},
		{"No.", "いいえ。", "ja", ReasonNone},
	} {
		if got := Check(c.source, c.target, c.lang); got != c.want {
			t.Errorf("%q, %q: %q, want %q", c.source, c.target, got, c.want)
		}
	}
}

// Whatever a text holds, an engine that answers what it was sent gives the
// spans back, and the text itself in a language that the book does not speak.
func TestProtectGivesBack(t *testing.T) {
	t.Parallel()
	words := []string{"Outlook", "the Exchange admin center", "EX123456", "March 2, 2026", "10:00 AM", "⟦", "⟧", "⟦1⟧", "“a b”", "https://aka.ms/x", ".", ",", " ", "we", "é", "障害", "mid-", "C:\\a", "\xff", "Friday"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom(words)).Draw(t, "words"), rapid.SampledFrom([]string{"", " "}).Draw(t, "blank"))
		giveBack(t, text)
	})
}

func giveBack(t failer, text string) {
	p := DefaultBook().Protect(text)
	got, reason := p.Restore(p.Text, "none")
	if reason != ReasonNone || got != text {
		t.Fatalf("%q comes back as %q (%s)", text, got, reason)
	}
	for _, lang := range Languages() {
		if _, reason := p.Restore(p.Text, lang); reason != ReasonNone {
			t.Fatalf("%q does not come back in %s: %s", text, lang, reason)
		}
	}
}

func FuzzProtect(f *testing.F) {
	f.Add("Go to the Exchange admin center on Friday, March 6, 2026, at 5:30 PM UTC.", "Vaya al ⟦1⟧ el ⟦2⟧.")
	f.Fuzz(func(t *testing.T, text, answer string) {
		giveBack(t, text)
		p := DefaultBook().Protect(text)
		for _, lang := range Languages() {
			target, reason := p.Restore(answer, lang)
			if reason == ReasonNone && !holds(target, p) {
				t.Fatalf("%q of %q has lost a piece: %q", answer, text, target)
			}
			Check(p.Text, answer, lang)
		}
	})
}

// holds reports whether a text has every piece that is printed unchanged.
func holds(target string, p Protected) bool {
	return !slices.ContainsFunc(p.spans, func(s span) bool {
		return s.value == nil && s.name == nil && !strings.Contains(target, strings.TrimSuffix(strings.TrimSuffix(s.text, "’s"), "'s"))
	})
}

func TestProtectIsBounded(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"Outlook ", "⟦", "“", "10:00 AM ", "https://", "March ", "the ", "a.b.", "EX123456 "} {
		text := strings.Repeat(unit, 50_000/len(unit))
		p := DefaultBook().Protect(text)
		if len(p.Spans()) > maxSpans {
			t.Errorf("%q: %s spans", unit, strconv.Itoa(len(p.Spans())))
		}
	}
}
