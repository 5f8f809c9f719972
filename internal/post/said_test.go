package post_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWorkarounds(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, content, want string }{
		{"in the status", "Current status: We look for the cause. As a workaround, users can bring letters to the next office. We say more soon.", "currentStatus: As a workaround, users can bring letters to the next office."},
		{"in more info", "More info: Parcels are late.\n\nUsers may be able to work around this by sending cards.", "moreInfo: Users may be able to work around this by sending cards."},
		{"a section", "User impact: Late.\nWorkaround: Send cards.\nScope: All.", "workaround: Send cards."},
		{"with points", "More info: As a workaround, users can send letters by:\n- The red box\n- The blue box\n\nCards are not late.", "moreInfo: As a workaround, users can send letters by:\n- The red box\n- The blue box"},
		{"in HTML", "<p><b>More info:</b> <i>Workaround</i>: use the <a href=x>blue box</a>, i.e. that at the door.</p><ul><li>a</li></ul>", "moreInfo: Workaround: use the blue box, i.e. that at the door."},
		{"glued", "Current status: We repair it.To work around the issue, users should use the blue box.We go on.", "currentStatus: To work around the issue, users should use the blue box."},
		{"in the meantime", "Current status: In the meantime, users can send cards. In the meantime, we’re repairing it.", "currentStatus: In the meantime, users can send cards."},
		{"after a number", "More info: Version 3.5 is late (e.g. at 9.30). As a workaround you can use version 3.4 at example.org/old.", "moreInfo: As a workaround you can use version 3.4 at example.org/old."},
		{"two", "More info: A workaround is to write cards.\nCurrent status: Admins can restart the boxes as a workaround.", "moreInfo: A workaround is to write cards.|currentStatus: Admins can restart the boxes as a workaround."},
		{"none yet", "Current status: We’re looking for potential workarounds that users can use. There is no known workaround. We may provide a workaround. We’re trying to identify a workaround.", ""},
		{"not said", "Workaround: None at this time.\nCurrent status: The workaround has been reverted.", ""},
		{"no workaround", "Current status: Users can wait.", ""},
		{"in Japanese", "More info: 遅延しています。As a workaround, users can wait。以上", "moreInfo: As a workaround, users can wait。"},
	}
	for _, test := range tests {
		var got []string
		for _, w := range read(test.content).Workarounds() {
			got = append(got, string(w.Kind)+": "+w.Text)
		}
		if diff := cmp.Diff(test.want, strings.Join(got, "|")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	tests := []struct{ content, want string }{
		{"User impact: Users in the North America region may wait for letters.", "North America=North America"},
		{"User impact: Users in the North American region may wait.\nScope of impact: The issue is in North America.", "North America=North American"},
		{"Scope of impact: Some users located in Europe, Asia-Pacific (APAC), and the Middle East may be impacted.", "Europe=Europe Asia-Pacific=Asia-Pacific Middle East=Middle East"},
		{"Scope of impact: Users served through the infrastructure in Europe, Middle East, and Africa.", "Europe, Middle East, and Africa=Europe, Middle East, and Africa"},
		{"Title: Some EMEA users wait for letters", "Europe, Middle East, and Africa=EMEA"},
		{"User impact: UK-based users, and those connecting from Japan, wait.", "United Kingdom=UK Japan=Japan"},
		{"Scope of impact: Users in the U.S. and Canada may wait. Others do not.", "United States=U.S. Canada=Canada"},
		{"Current status: We’ve confirmed that users in the Australia region are affected. We’re rerouting traffic of affected users to infrastructure in Singapore.", "Australia=Australia"},
		{"Current status: We deploy the fix in India.", ""},
		{"Root cause: A fuse in Germany.\nNext steps: We buy fuses in France.", ""},
		{"Scope of impact: Users outside of Japan are not impacted, users in Korea are.", "South Korea=Korea"},
		{"User impact: Users can’t read the Europeana page, contact us, or buy a German dictionary.", ""},
		{"User impact: Users wait.", ""},
	}
	for _, test := range tests {
		var got []string
		p := read(test.content)
		for _, r := range p.Regions() {
			got = append(got, r.Name+"="+r.Written)
			if s, _ := p.Find(r.Kind); !strings.Contains(s.Text, r.Text) || !strings.Contains(r.Text, r.Written) {
				t.Errorf("%q: evidence %+v", test.content, r)
			}
		}
		if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.content, diff)
		}
	}
}
