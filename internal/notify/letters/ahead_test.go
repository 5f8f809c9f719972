package letters_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// What was read ahead is told in the same words, and only for ten seconds: a
// message that turns out to be about data privacy is not told after that.
func TestAhead(t *testing.T) {
	t.Parallel()
	d, alone := newDesk(t), newDesk(t)
	message := tocsin.Message{ID: "MC1", Title: "Certificates change", Category: "planForChange", ModifiedAt: storetest.T0, ContentType: "text", Content: "We change certificates."}
	var lists [2][][]delivery.Pending
	for i, one := range []*desk{d, alone} {
		lists[i] = [][]delivery.Pending{
			one.record(story(1, tocsin.StatusInvestigating), storetest.Contoso, storetest.Fabrikam), one.record(story(2, tocsin.StatusDegradation), storetest.Contoso),
			one.record(message, storetest.Contoso),
		}
	}
	if err := d.Ahead(t.Context(), slices.Concat(lists[0]...)); err != nil {
		t.Fatal(err)
	}
	for i, list := range lists[0] {
		if got, want := d.write("fr", notify.KindUpdate, list), alone.write("fr", notify.KindUpdate, lists[1][i]); !bytes.Equal(got.Body(), want.Body()) {
			t.Errorf("%s\nby itself\n%s", got.Body(), want.Body())
		}
	}
	message.ModifiedAt = storetest.T0.Add(time.Minute)
	message.Tags = []string{"Data privacy"}
	d.record(message, storetest.Contoso)
	d.now = d.now.Add(10 * time.Second)
	if got := d.write("en", notify.KindUpdate, lists[0][2]); got != nil {
		t.Errorf("a private message is told: %s", got.Body())
	}
}
