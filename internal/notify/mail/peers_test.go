package mail_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/mail"
	"example.org/tocsin/internal/notify/notifytest"
)

// inLanguages are letters as they are sent, in five languages.
func inLanguages() map[string]*notify.Letter {
	letters := map[string]*notify.Letter{}
	for language, words := range map[string][9]string{
		"en": {"Users can't send mail from Outlook", "What changed", "We restarted the affected servers and see the delay go down.", "User impact", "Users may see mail wait for up to 40 minutes.", "Next update", "Sunday 29 November 2026, 14:00 UTC", "Open EX123456", "Unsubscribe"},
		"fr": {"Les utilisateurs ne peuvent pas envoyer de messages depuis Outlook", "Ce qui a changé", "Nous avons redémarré les serveurs concernés et le retard diminue.", "Conséquences", "Des messages peuvent attendre jusqu’à 40 minutes.", "Prochaine information", "dimanche 29 novembre 2026 à 15:00 (Paris)", "Ouvrir EX123456", "Se désabonner"},
		"ja": {"Outlook からメールを送信できません", "変更点", "影響を受けたサーバーを再起動し、遅延が減少していることを確認しました。", "利用者への影響", "メールの配信が最大 40 分遅れることがあります。", "次回の更新", "2026年11月29日（日）23:00（日本時間）", "EX123456 を開く", "配信を停止"},
		"es": {"Los usuarios no pueden enviar correo desde Outlook", "Qué ha cambiado", "Hemos reiniciado los servidores afectados y el retraso disminuye.", "Impacto para los usuarios", "El correo puede tardar hasta 40 minutos.", "Próxima actualización", "domingo, 29 de noviembre de 2026, 15:00 (Madrid)", "Abrir EX123456", "Cancelar la suscripción"},
		"de": {"Benutzer können aus Outlook keine E-Mails senden", "Was sich geändert hat", "Wir haben die betroffenen Server neu gestartet, die Verzögerung nimmt ab.", "Auswirkung", "E-Mails können sich um bis zu 40 Minuten verzögern.", "Nächste Meldung", "Sonntag, 29. November 2026, 15:00 (Berlin)", "EX123456 öffnen", "Abbestellen"},
	} {
		line := func(text string) []notify.Line { return []notify.Line{{Text: text, Language: language}} }
		title := notify.Line{Text: words[0], Language: language}
		letters[language] = &notify.Letter{
			Language: language, Heading: "[serviceDegradation] EX123456", Title: title, UnsubscribeLabel: words[8],
			Entries: []notify.Entry{{
				Heading: "[serviceDegradation] EX123456", Title: title, Link: "https://status.contoso.com/contoso/issues/EX123456", LinkLabel: words[7],
				Blocks: []notify.Block{
					{Kind: notify.BlockChanged, Label: words[1], Lines: line(words[2])},
					{Kind: notify.BlockImpact, Label: words[3], Lines: line(words[4])},
					{Kind: notify.BlockNext, Label: words[5], Lines: line(words[6])},
				},
			}},
		}
	}
	return letters
}

// A filter of spam gives a mail of any language at most one point of the five that
// would make it one.
func TestSpamAssassin(t *testing.T) {
	t.Parallel()
	program := notifytest.Program(t, "spamassassin")
	points := regexp.MustCompile(`\((-?[0-9.]+) points, [0-9.]+ required\)`)
	for language, letter := range inLanguages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			m := subscribed()
			m.Language, m.Letter = language, letter
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			command := exec.CommandContext(ctx, program, "-L", "-t", "--siteconfigpath=/etc/spamassassin", "--prefspath="+t.TempDir()+"/prefs")
			command.Env = append(command.Environ(), "HOME="+t.TempDir())
			command.Stdin = bytes.NewReader(mailOf(t, m))
			out, err := command.Output()
			found := points.FindSubmatch(out)
			if err != nil || found == nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if got, _ := strconv.ParseFloat(string(found[1]), 64); got > 1 {
				t.Errorf("%v points\n%s", got, out[bytes.LastIndex(out, []byte("Content analysis")):])
			}
		})
	}
}

const verifyDKIM = `
import sys, dkim
text = sys.stdin.buffer.read()
records = dict(line.split(" ", 1) for line in sys.argv[1].split("\n"))
find = lambda name, timeout=5: records[name.decode().rstrip(".")].encode()
d = dkim.DKIM(text)
print(sum(d.verify(idx=i, dnsfunc=find) for i in range(text.count(b"DKIM-Signature:"))))
`

// Signatures hold for a verifier of another program's making.
func TestDKIMElsewhere(t *testing.T) {
	t.Parallel()
	const python = "/usr/bin/python3" // Debian's, which has Debian's modules
	if out, err := exec.CommandContext(t.Context(), python, "-c", "import dkim, nacl").CombinedOutput(); err != nil {
		notifytest.Missing(t, "dkimpy", string(out)+err.Error())
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaPublic, _ := x509.MarshalPKIXPublicKey(&rsaKey.PublicKey)
	records := "rsa._domainkey.contoso.com v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(rsaPublic) +
		"\ned._domainkey.contoso.com v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)
	for language, letter := range inLanguages() {
		m := subscribed()
		m.Language, m.Letter = language, letter
		k := &kept{}
		c := config(k)
		c.DKIM = []mail.Key{{"contoso.com", "rsa", pemOf(t, rsaKey)}, {"contoso.com", "ed", pemOf(t, edKey)}}
		if _, err := channel(t, c).Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		command := exec.CommandContext(t.Context(), python, "-c", verifyDKIM, records)
		command.Stdin = bytes.NewReader(k.list[0].text)
		out, err := command.CombinedOutput()
		if err != nil || strings.TrimSpace(string(out)) != "2" {
			t.Errorf("%s: %v %s of 2 signatures hold", language, err, out)
		}
	}
}

const readMail = `
import sys, email, email.policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
print(m["Subject"])
print([p.get_content_type() for p in m.walk()], m.defects)
for kind in ("plain", "html"):
    print(m.get_body((kind,)).get_content())
`

// A reader of another program's making finds subject and both parts.
func TestReadElsewhere(t *testing.T) {
	t.Parallel()
	python := notifytest.Program(t, "python3")
	for language, letter := range inLanguages() {
		m := subscribed()
		m.Language, m.Letter = language, letter
		command := exec.CommandContext(t.Context(), python, "-c", readMail)
		command.Env = append(command.Environ(), "PYTHONIOENCODING=utf-8")
		command.Stdin = bytes.NewReader(mailOf(t, m))
		out, err := command.CombinedOutput()
		text := string(out)
		if err != nil || !strings.HasPrefix(text, letter.Heading+": "+letter.Title.Text+"\n['multipart/alternative', 'text/plain', 'text/html'] []\n") {
			t.Errorf("%s: %v\n%s", language, err, text)
		}
		if words := letter.Entries[0].Blocks[1].Lines[0].Text; strings.Count(text, words) != 2 {
			t.Errorf("%s: %q is not in both parts", language, words)
		}
	}
}
