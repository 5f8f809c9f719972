package translate

import (
	"encoding/json"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// say is what the book says for a text of one segment.
func say(t *testing.T, lang, text string) string {
	t.Helper()
	segments := Segments(text)
	if len(segments) != 1 {
		t.Errorf("%q is %d segments", text, len(segments))
		return ""
	}
	target, _ := DefaultBook().Line(lang, segments[0])
	return target
}

// Each row is a text and what the book says in fr, ja, es and de; "" for
// nothing.
func TestLine(t *testing.T) {
	t.Parallel()
	for _, row := range [][5]string{
		// Labels and headings keep their colon and brackets.
		{"User impact:", "Impact sur les utilisateurs\u00a0:", "ユーザーへの影響：", "Impacto en los usuarios:", "Auswirkungen auf Benutzer:"},
		{"USER IMPACT:", "Impact sur les utilisateurs\u00a0:", "ユーザーへの影響：", "Impacto en los usuarios:", "Auswirkungen auf Benutzer:"},
		{"[Rollout Schedule]", "[Calendrier de déploiement]", "[ロールアウト スケジュール]", "[Calendario de lanzamiento]", "[Rollout-Zeitplan]"},
		{"[What and Why:]", "[Ce qui change et pourquoi]\u00a0:", "[変更内容と理由]：", "[Qué cambia y por qué]:", "[Was sich ändert und warum]:"},
		{"ACTION REQUIRED AND RECOMMENDATIONS", "Actions requises et recommandations", "必要な対応と推奨事項", "Acciones necesarias y recomendaciones", "Erforderliche Aktionen und Empfehlungen"}, //nolint:misspell // French
		{"General Availability (Worldwide, GCC High, and DoD):", "Disponibilité générale (monde entier, GCC High, DoD)\u00a0:", "一般提供 (全世界、GCC High、DoD)：", "Disponibilidad general (todo el mundo, GCC High, DoD):", "Allgemeine Verfügbarkeit (weltweit, GCC High, DoD):"},
		// Statuses and classes.
		{"Service restored", "Service rétabli", "サービス復旧済み", "Servicio restaurado", "Dienst wiederhergestellt"},
		// Dates are printed as written: this was no Friday, and no year is mended.
		{"Friday, March 6, 2025, at 5:30 PM UTC", "vendredi 6\u00a0mars\u00a02025 à 17\u00a0h\u00a030\u00a0UTC", "2025年3月6日(金)\u00a017:30\u00a0UTC", "viernes 6\u00a0de marzo de\u00a02025 a las\u00a017:30\u00a0UTC", "Freitag, 6.\u00a0März\u00a02025, 17:30\u00a0Uhr\u00a0UTC"},
		{"Sunday, February 1, 2026, at 1:05 AM UTC.", "dimanche 1er\u00a0février\u00a02026 à 1\u00a0h\u00a005\u00a0UTC.", "2026年2月1日(日)\u00a01:05\u00a0UTC。", "domingo 1\u00a0de febrero de\u00a02026 a la\u00a01:05\u00a0UTC.", "Sonntag, 1.\u00a0Februar\u00a02026, 1:05\u00a0Uhr\u00a0UTC."},
		{"March 6, 2025", "6\u00a0mars\u00a02025", "2025年3月6日", "6\u00a0de marzo de\u00a02025", "6.\u00a0März\u00a02025"},
		{"12:30 PM UTC", "12\u00a0h\u00a030\u00a0UTC", "12:30\u00a0UTC", "12:30\u00a0UTC", "12:30\u00a0Uhr\u00a0UTC"},
		{"Friday, March 6, 2025, at 15:30 PM UTC", "", "", "", ""},
		{"Friday, March 36, 2025, at 5:30 PM UTC", "", "", "", ""},
		{"Friday, March 6, 99999, at 5:30 PM UTC", "", "", "", ""},
		// The final stop is the source's.
		{"We've confirmed that the issue is resolved.", "Nous avons confirmé que le problème est résolu.", "問題が解決したことを確認しました。", "Hemos confirmado que el problema está resuelto.", "Wir haben bestätigt, dass das Problem behoben ist."},
		{"We have confirmed that the issue is resolved", "Nous avons confirmé que le problème est résolu", "問題が解決したことを確認しました", "Hemos confirmado que el problema está resuelto", "Wir haben bestätigt, dass das Problem behoben ist"},
		// Articles: contracted, repeated before each entry, in the dative.
		{
			"We are investigating a potential issue with the Microsoft 365 admin center and checking for impact to your organization.",
			"Nous examinons un problème potentiel lié au centre d’administration Microsoft 365 et vérifions s’il affecte votre organisation.",
			"Microsoft 365 管理センターに関する潜在的な問題を調査し、お客様の組織への影響を確認しています。",
			"Estamos investigando un posible problema con el Centro de administración de Microsoft 365 y comprobando si afecta a su organización.",
			"Wir untersuchen ein mögliches Problem mit dem Microsoft 365 Admin Center und prüfen, ob Ihre Organisation betroffen ist.",
		},
		{
			"Users may have been unable to access Microsoft Teams or the Teams admin center.",
			"Les utilisateurs n’ont peut-être pas pu accéder à Microsoft Teams ou au centre d’administration Teams.",
			"ユーザーが Microsoft Teams または Teams 管理センターにアクセスできなかった可能性があります。",
			"Los usuarios quizá no hayan podido acceder a Microsoft Teams o al Centro de administración de Teams.",
			"Benutzer konnten möglicherweise nicht auf Microsoft Teams oder das Teams Admin Center zugreifen.",
		},
		{
			"Admins are unable to connect to the admin center",
			"Les administrateurs ne peuvent pas se connecter au centre d’administration", "管理者が管理センターに接続できません",
			"Los administradores no pueden conectarse al centro de administración", "Administratoren können keine Verbindung mit dem Admin Center herstellen",
		},
		{
			"Some users in North America may intermittently be unable to open files via Outlook on the web.",
			"Certains utilisateurs situés en Amérique du Nord risquent, par intermittence, de ne pas pouvoir ouvrir les fichiers via Outlook on the web.",
			"北米の一部のユーザーが Outlook on the web で断続的にファイルを開けない場合があります。",
			"Algunos usuarios situados en América del Norte quizá no puedan, de forma intermitente, abrir los archivos mediante Outlook on the web.",
			"Einige Benutzer in Nordamerika können möglicherweise zeitweise über Outlook on the web Dateien nicht öffnen.",
		},
		// A part outside of the lists: nothing, rather than half of it.
		{"Some users on Mars may be unable to open files.", "", "", "", ""},
		{"Users may be unable to access the frobnicator.", "", "", "", ""},
		{"We have confirmed that the issue is resolved for most.", "", "", "", ""},
		// Products are written in their case: these are no products.
		{"word", "", "", "", ""},
		{"Word", "Word", "Word", "Word", "Word"},
		// Months, rollouts, roadmap.
		{
			"We will begin rolling out mid‑August 2026 (previously late July) and expect to complete by September 2026.",
			"Le déploiement commencera mi-août\u00a02026 (auparavant fin juillet) et devrait être terminé d’ici septembre\u00a02026.", //nolint:misspell // French
			"2026年8月中旬 (以前は7月下旬)にロールアウトを開始し、2026年9月までに完了する予定です。",
			"El lanzamiento comenzará a mediados de agosto de\u00a02026 (antes: a finales de julio) y se prevé que finalice en septiembre de\u00a02026.",
			"Der Rollout beginnt Mitte August\u00a02026 (zuvor Ende Juli) und soll bis September\u00a02026 abgeschlossen sein.",
		},
		{
			"This message is associated with Microsoft 365 Roadmap ID 123456.",
			"Ce message est associé à l’ID 123456 de la feuille de route Microsoft\u00a0365.", "このメッセージは Microsoft 365 ロードマップ ID 123456 に関連しています。",
			"Este mensaje está asociado al identificador 123456 de la hoja de ruta de Microsoft 365.", "Diese Nachricht gehört zur Microsoft 365-Roadmap-ID 123456.",
		},
		{
			"This rollout will happen automatically with no admin action required before the rollout.",
			"Ce déploiement se fera automatiquement, sans action requise de la part des administrateurs avant le déploiement.",
			"このロールアウトは自動的に行われ、管理者による事前の操作は必要ありません。",
			"Este lanzamiento se realizará automáticamente, sin que el administrador deba hacer nada antes.",
			"Dieser Rollout erfolgt automatisch; vorab ist keine Aktion des Administrators erforderlich.",
		},
		{
			"We will provide an update within one hour.", "Nous publierons une mise à jour dans un délai de 1 heure.", "1時間以内に最新情報をお知らせします。",
			"Publicaremos una actualización en un plazo de 1 hora.", "Wir veröffentlichen innerhalb von 1 Stunde ein Update.",
		},
		// Lists of the book in a sentence: elision, contraction, blanks, dative.
		{
			"We’ve identified that a recent change is causing impact.", "Nous avons déterminé qu’une modification récente du service est à l’origine de l’impact.", "最近のサービス変更が影響の原因であることを特定しました。",
			"Hemos determinado que un cambio reciente del servicio es la causa del impacto.", "Wir haben festgestellt: eine kürzliche Änderung am Dienst ist die Ursache der Auswirkungen.",
		},
		{
			"Some users in Europe may experience delays when connecting to Exchange Online.", "Certains utilisateurs situés en Europe risquent de rencontrer des retards lors de la connexion à Exchange Online.",
			"ヨーロッパの一部のユーザーが Exchange Online に接続する際に遅延が発生する場合があります。", "Algunos usuarios situados en Europa podrían experimentar retrasos al conectarse a Exchange Online.",
			"Einige Benutzer in Europa stellen möglicherweise beim Herstellen einer Verbindung mit Exchange Online Verzögerungen fest.",
		},
		{
			"Users are experiencing errors with the Teams admin center.", "Les utilisateurs rencontrent des erreurs avec le centre d’administration Teams.", "ユーザーが使用する Teams 管理センターでエラーが発生しています。",
			"Los usuarios están experimentando errores con el Centro de administración de Teams.", "Benutzer stellen derzeit beim Teams Admin Center Fehler fest.",
		},
		{
			"Impact is specific to users who are served through the affected infrastructure in Europe.", "L’impact se limite aux utilisateurs desservis par l’infrastructure concernée en Europe.",
			"影響は、ヨーロッパの該当するインフラストラクチャを通じてサービスを利用しているユーザーに限られます。", "El impacto se limita a los usuarios atendidos a través de la infraestructura afectada en Europa.",
			"Die Auswirkungen beschränken sich auf Benutzer, die über die betroffene Infrastruktur in Europa bedient werden.",
		},
		{
			"As a workaround, affected users may be able to use Outlook on the web to access their mailbox.", "Comme solution de contournement, les utilisateurs concernés peuvent peut-être utiliser Outlook on the web pour accéder à leur boîte aux lettres.",
			"回避策として、影響を受けるユーザーはメールボックスへのアクセスに Outlook on the web を使用できる場合があります。",
			"Como solución alternativa, los usuarios afectados quizá puedan usar Outlook on the web para acceder a su buzón.", "Als Problemumgehung können betroffene Benutzer möglicherweise Outlook on the web verwenden, um auf ihr Postfach zuzugreifen.",
		},
		{
			"Users may see an error message stating “Try again”.", "Les utilisateurs risquent de recevoir le message “Try again”.", "ユーザーに “Try again” というメッセージが表示される場合があります。",
			"Los usuarios podrían recibir el mensaje “Try again”.", "Benutzer erhalten möglicherweise die Meldung “Try again”.",
		},
		// Nothing to translate.
		{"https://contoso.example/a?b=c", "https://contoso.example/a?b=c", "https://contoso.example/a?b=c", "https://contoso.example/a?b=c", "https://contoso.example/a?b=c"},
		{"EX123456", "EX123456", "EX123456", "EX123456", "EX123456"},
	} {
		for i, lang := range Languages() {
			if got := say(t, lang, row[0]); got != row[i+1] {
				t.Errorf("%s of %q:\n got %q\nwant %q", lang, row[0], got, row[i+1])
			}
		}
	}
}

// A list in a sentence that wants the dative, and an object that has none.
func TestGermanNeverFallsBackToTheNominative(t *testing.T) {
	t.Parallel()
	body, err := embedded.ReadFile("book/phrasebook.json")
	if err != nil {
		t.Fatal(err)
	}
	without := regexp.MustCompile(`,\s*"de_dat": "dem Dienst"`).ReplaceAll(body, nil)
	b, err := ReadBook(without)
	if err != nil {
		t.Fatal(err)
	}
	s := Segment{Kind: SegmentSentence, Text: "Users are unable to connect to the service."}
	if got, ok := b.Line("de", s); ok {
		t.Errorf("without a dative the book says %q", got)
	}
	if got, _ := b.Line("fr", s); got != "Les utilisateurs ne peuvent pas se connecter au service." {
		t.Errorf("French is %q", got)
	}
	s.Text = "Users are unable to connect to Microsoft Teams or the Teams admin center."
	if got, want := say(t, "de", s.Text), "Benutzer können keine Verbindung mit Microsoft Teams oder dem Teams Admin Center herstellen."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Every form of every entry is found, in every language, and no slot, English
// contraction or doubled sign is left in the answer.
func TestEveryEntryAnswers(t *testing.T) {
	t.Parallel()
	var f bookFile
	body, err := embedded.ReadFile("book/phrasebook.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &f); err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer(
		"{dt}", "Monday, March 2, 2026, at 5:00 PM UTC", "{date}", "Monday, March 2, 2026", "{dateNW}", "March 2, 2026", "{mon}", "late March 2026", "{mon2}", "April 2026",
		"{dur}", "2 hours", "{dur2}", "five business days", "{service}", "the Exchange admin center", "{services}", "Microsoft Teams and the Exchange admin center",
		"{trouble}", "delays", "{doing}", "signing in", "{quoted}", "“Try again”", "{whose}", "Users’", "{thing}", "email messages", "{any}", "Any user", "{data}", "service telemetry",
		"{cause}", "the root cause", "{isolate}", "identify", "{plan}", "develop a fix", "{fact}", "the issue is resolved", "{from_users}", "affected users", "{purpose}", "to resolve the issue",
		"{doing_now}", "deploying a fix", "{done_now}", "deployed a fix", "{update}", "A recent update", "{defect}", "a code issue", "{trigger}", "A code regression",
		"{procedures}", "deployment procedures", "{prevention}", "to prevent similar issues in the future", "{object}", "their mailbox", "{via}", "via Outlook on the web", "{odd}", "duplicate messages", "{roll_begin}", "Rollout begins", "{roll_to}", "and expect to complete by",
		"{region}", "Europe", "{who}", "Some users", "{id}", "EX123456", "{roadmap}", "123456", "{n}", "12",
	)
	wrong := regexp.MustCompile(`[{}]|  |\.\.|。。|à le |de le |\ba el |\bde el |mit das |bei das `)
	for _, list := range [][]bookLine{f.Patterns, f.MessageCenter, f.Statuses, f.Classes, f.Labels} {
		for _, line := range list {
			for _, form := range sample(line.En) {
				kind := SegmentSentence
				if line.Kind == "heading" || line.Key == "title" {
					kind = SegmentLabel
				}
				if line.Where == "ui" || slices.ContainsFunc(f.Labels, func(l bookLine) bool { return l.Key == line.Key }) {
					continue
				}
				text := fill.Replace(form)
				for _, lang := range Languages() {
					target, ok := DefaultBook().Line(lang, Segment{Kind: kind, Text: text})
					if !ok || wrong.MatchString(target) {
						t.Errorf("%s %s of %q is %q", line.Key, lang, text, target)
					}
				}
			}
		}
	}
}

// Every predicate makes a whole sentence with every object and way, in every
// language.
func TestEveryImpactAnswers(t *testing.T) {
	t.Parallel()
	var f bookFile
	body, err := embedded.ReadFile("book/phrasebook.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &f); err != nil {
		t.Fatal(err)
	}
	wrong := regexp.MustCompile(`[{}]|  | \.|\.\.|。。|^が|がませ|がな|à le |de le |\ba el |\bde el |[ぁ-ん一-龠][A-Za-z]|[A-Za-z][ぁ-ん一-龠]`)
	fill := strings.NewReplacer("{service}", "Microsoft Teams", "{services}", "Microsoft Teams or the Exchange admin center", "{i}", "intermittently ")
	say := func(lang, text string) {
		text = fill.Replace(text)
		if target, ok := DefaultBook().Line(lang, Segment{Kind: SegmentSentence, Text: text}); !ok || wrong.MatchString(target) {
			t.Errorf("%s of %q is %q", lang, text, target)
		}
	}
	for _, lang := range Languages() {
		for _, predicate := range f.Grammar.Predicates {
			for _, form := range sample(predicate.En) {
				if predicate.Obj {
					form += " {service}"
				}
				for _, modal := range f.Grammar.Modals {
					say(lang, "Some users in Japan "+modal.En[0]+" "+form+".")
					say(lang, "Users "+modal.En[0]+" "+form+" via Outlook on the web.")
				}
			}
		}
		for _, object := range f.Grammar.Objects {
			for _, form := range sample(object.En) {
				say(lang, "Users are unable to access "+form+".")
				say(lang, "Users are unable to connect to "+form+".")
			}
		}
		for _, via := range f.Grammar.Via {
			for _, form := range sample(via.En) {
				say(lang, "Users are unable to open files "+form)
			}
		}
	}
}

// sample are forms with one of their choices each, so that each choice occurs.
func sample(list []string) []string {
	var all []string
	for _, form := range list {
		parts := pieces(form)
		most := 1
		for _, p := range parts {
			most = max(most, len(p.choices))
		}
		for n := range most {
			one := ""
			for _, p := range parts {
				one += p.choices[min(n, len(p.choices)-1)]
				if p.slot != "" {
					one += "{" + p.slot + "}"
				}
			}
			all = append(all, one)
		}
	}
	return all
}

func TestWordsOfTheBook(t *testing.T) {
	t.Parallel()
	b := DefaultBook()
	for got, want := range map[string]string{
		b.Status("ja", "serviceRestored"):  "サービス復旧済み",
		b.Class("fr", "planForChange"):     "Planifier un changement",
		b.UI("de", "mt_badge"):             "Maschinelle Übersetzung",
		b.Label("es", "last_updated"):      "Última actualización",
		b.Separator("fr"):                  "\u00a0: ",
		b.Separator("xx"):                  ": ",
		b.Review("ja"):                     "pending",
		b.Status("xx", "serviceRestored"):  "",
		b.Status("ja", "somethingElse"):    "",
		EndLike("ja", "It ended.", "終了"):   "終了。",
		EndLike("fr", "It ended", "Fini."): "Fini",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for _, lang := range Languages() {
		if b.Review(lang) != "pending" {
			t.Errorf("%s is %q: name the reader in docs when a person has read it", lang, b.Review(lang))
		}
	}
}

func TestReadBookRefuses(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "[]", `{"format":"phrasebook/2"}`, `{"format":"phrasebook/1","labels":[{"en":1}]}`, `{"format":"phrasebook/1","numbers":{"fr":1}}`} {
		if _, err := ReadBook([]byte(body)); err == nil {
			t.Errorf("%q is read", body)
		}
	}
}

// Whatever is asked, the book ends, and gives the same answer again.
func TestBookEnds(t *testing.T) {
	t.Parallel()
	words := []string{"Users", "may be unable to", "access", "SharePoint Online", "and", "or", ",", "the", "service", "in", "North America", "2", "hours", "March", "2026", "at", "5:00", "PM", "UTC", "(", ")", ".", ":", "We", "’ve", "General Availability", "Worldwide", "\xff", "mid-"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 60).Draw(t, "words"), " ")
		for _, kind := range []SegmentKind{SegmentSentence, SegmentLabel} {
			s := Segment{Kind: kind, Text: text}
			a, _ := DefaultBook().Line("fr", s)
			if b, _ := DefaultBook().Line("fr", s); a != b {
				t.Fatalf("%q is %q, then %q", text, a, b)
			}
		}
	})
}

// The book of four languages takes at most three megabytes.
func TestBookFitsInMemory(t *testing.T) { //nolint:paralleltest // measures the heap
	body, err := embedded.ReadFile("book/phrasebook.json")
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	b, err := ReadBook(body)
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	size := int64(after.HeapAlloc) - int64(before.HeapAlloc) //nolint:gosec // far below
	t.Logf("the book takes %d KB", size/1024)
	if size > 3<<20 {
		t.Errorf("the book takes %d bytes", size)
	}
	runtime.KeepAlive(b)
}
