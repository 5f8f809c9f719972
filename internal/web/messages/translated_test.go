package messages_test

import (
	"net/http"
	"strings"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// The body of a message stands beside its translation line by line, points and
// cells in their places and links kept; the original as it is laid out stays on
// the page. English readers see what they saw.
func TestMessageBesideItsTranslation(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	d.Record(d.Now, tocsin.Message{
		ID: "MC1", Title: "Purple elephants", Services: []string{"Exchange Online"}, Category: "stayInformed", StartAt: storetest.T0, ModifiedAt: storetest.T0, ContentType: "html",
		Content: `<p><b>[What and Why]</b></p><p>Purple elephants <a href="https://learn.example/x">block</a> the switch.</p><ul><li>Outlook / EX123456</li><li>Purple ones</li></ul>
<table><tr><th>When</th><th>Where</th></tr><tr><td>March 2, 2026</td><td>Exchange Online</td></tr></table><p><a href="javascript:alert(1)">Bad</a> ones</p>`,
	})
	for address, want := range map[string][]string{
		"/messages/MC1": {`!class="bi__h`, `!<summary>The original`, `<th>When</th>`, `href="https://learn.example/x"`, "!javascript:"},
		"/fr/messages/MC1": {
			`<p class="bi__p tr" lang="fr"><b>[`, `]</b></p><p class="bi__p or-t" lang="en"><b>[What and Why]</b></p>`,
			`Purple elephants <a href="https://learn.example/x" rel="noopener noreferrer nofollow">block</a> the switch.`,
			`<p class="bi__p tr" lang="fr">2` + "\u00a0mars\u00a02026", `| Exchange Online`, `<p class="bi__p or-t" lang="en">March 2, 2026 | Exchange Online</p>`,
			`<p class="bi__p or-t" lang="en">- Outlook / EX123456</p>`, `rien à traduire`, `<th>When</th>`, "!javascript:", `Le texte d’origine dans sa mise en page`,
		},
		"/fr/messages/MC1?translation=off": {`!class="bi__h`, `<th>When</th>`},
		"/ja/messages/MC1":                 {`<p class="bi__p tr" lang="ja">2026年3月2日`, "翻訳不要"},
		"/messages/MC1?translation=de":     {`lang="de">2.` + "\u00a0März\u00a02026"},
	} {
		status, _, body := d.Get(address)
		if status != http.StatusOK {
			t.Errorf("%s: %d", address, status)
		}
		for _, text := range want {
			unwanted, not := strings.CutPrefix(text, "!")
			if strings.Contains(body, unwanted) == not {
				t.Errorf("%s: %q", address, text)
				if i := strings.Index(body, "bi__p tr"); testing.Verbose() && i > 0 {
					t.Log(body[i:min(len(body), i+4000)])
				}
			}
		}
	}
}
