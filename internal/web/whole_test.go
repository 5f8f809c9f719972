package web

import "testing"

// Neither an id nor a moment of a machine's text is broken by the end of a line.
func TestWhole(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"until 2026-11-29":                         `until <span class="whole">2026-11-29</span>`,
		"detection 2026-11-29T22:46:07Z":           `detection <span class="whole">2026-11-29</span><span class="whole">T22:46:07Z</span>`,
		"2026-11-29T22:46:07.25Z, T0":              `<span class="whole">2026-11-29</span><span class="whole">T22:46:07.25Z</span>, T0`,
		"5f1d6c1e-8d5e-4b8a-9d0c-1f2e3d4c5b6a <b>": `<span class="whole">5f1d6c1e-8d5e-4b8a-9d0c-1f2e3d4c5b6a</span> &lt;b&gt;`,
		"session.begin":                            `session.<wbr>begin`,
	} {
		if got := string(whole(text)); got != want {
			t.Errorf("%q: %s", text, got)
		}
	}
}
