package account_test

import (
	"net/http"
	"strings"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/web/webtest"
)

func TestPreferencesAreKept(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	status, header, _ := d.Do(http.MethodPost, "/preferences", "theme=dark&zone=Asia%2FTokyo&back=%2Ffr%2F")
	if status != http.StatusSeeOther || header.Get("Location") != "/fr/" {
		t.Fatalf("saving: %d to %q", status, header.Get("Location"))
	}
	var cookies []string
	for _, line := range header.Values("Set-Cookie") {
		cookie, _, _ := strings.Cut(line, ";")
		cookies = append(cookies, cookie)
	}
	webtest.Has(t, "page", d.Page("/", strings.Join(cookies, "; ")), `data-theme="dark"`, "Tokyo", "UTC")
	if status, _, body := d.Do(http.MethodPost, "/preferences", "zone=..%2F..%2Fetc%2Fpasswd"); status != http.StatusBadRequest || !strings.Contains(body, `aria-invalid="true"`) {
		t.Errorf("a zone that is a path: status %d", status)
	}
	for _, back := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "javascript:alert(1)"} {
		if _, header, _ := d.Do(http.MethodPost, "/preferences", "theme=light&back="+back); header.Get("Location") != "/" {
			t.Errorf("back %q leads to %q", back, header.Get("Location"))
		}
	}
}

// The statement about accessibility says whom to tell.
func TestStatementNamesAContact(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	for prefix, words := range map[string]string{"": "Contact:", "/fr": "Contact\u00a0:", "/ja": "連絡先："} {
		webtest.Has(t, prefix, d.Page(prefix+"/accessibility"), "<b>"+words+`</b> <a href="mailto:access@contoso.com">access@contoso.com</a>`)
	}
}
