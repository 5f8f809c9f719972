package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// question is the link of a letter of the suite.
func question(c tocsin.Contact) string {
	return fmt.Sprintf("link %s %d", c.ID, tocsin.Micros(c.AskedAt))
}

// contactsAsked: each quarter the people of the emergency list are asked, three times
// at most, once by however many processes; a link is good once, for its term, and
// until the next letter; what is written and what is sent stand or fall together.
func contactsAsked(t *testing.T, s *Desk) {
	kim, ana, _, alex, bo := crew(t, s)
	day := 24 * time.Hour
	c := tocsin.Contact{ID: guid('d', 1), TenantID: Contoso, Of: tocsin.UserParty(kim.ID), Mail: "kim@home.example", CreatedAt: T0}
	phone := tocsin.Contact{ID: guid('d', 2), TenantID: Contoso, Of: tocsin.UserParty(ana.ID), Phone: "112", CreatedAt: T0}
	for _, one := range []tocsin.Contact{c, phone} {
		if err := s.AddContact(t.Context(), one); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(at time.Duration, want int) {
		t.Helper()
		if n := askAll(t, s, T0.Add(at)); n != want {
			t.Errorf("after %v %d are asked, not %d", at, n, want)
		}
	}
	held := func() tocsin.Contact {
		t.Helper()
		list, err := s.Contacts(t.Context())
		i := slices.IndexFunc(list, func(one tocsin.Contact) bool { return one.ID == c.ID })
		if err != nil || i < 0 {
			t.Fatal(list, err)
		}
		return list[i]
	}
	ask(tocsin.ContactTerm-time.Minute, 0)
	if _, err := s.AskContacts(t.Context(), T0.Add(tocsin.ContactTerm), question, func(context.Context, *store.Tx, tocsin.Contact) error { return errors.New("no ledger") }); err == nil || held().Asks != 0 {
		t.Errorf("a letter that cannot be sent counts: %+v, %v", held(), err)
	}
	askTogether(t, s, T0.Add(tocsin.ContactTerm))
	first := held()
	if entry := newestEntry(t, s); entry.Action != "contact.ask" || entry.Object != "kim" || strings.Contains(entry.Detail, "@") || first.Asks != 1 {
		t.Errorf("%+v, %+v", entry, first)
	}
	expect(t, "letters", askedLetters(t, s, c), 1)
	ask(97*day-time.Minute, 0)
	ask(97*day, 1)
	second := held()
	for name, token := range map[string]string{"none": "", "another": "link", "the letter before": question(first)} {
		_, err := s.AskedContact(t.Context(), token, T0.Add(98*day))
		_, err2 := s.ConfirmContact(t.Context(), token, T0.Add(98*day))
		refused(t, tocsin.ErrNotFound, map[string]error{name: err, name + " confirmed": err2})
	}
	ask(104*day, 1)
	ask(300*day, 0)
	third := held()
	if third.Asks != tocsin.MaxContactAsks || third.Unanswered(T0.Add(110*day)) || !third.Unanswered(T0.Add(111*day)) || second.Asks != 2 {
		t.Errorf("%+v, %+v", second, third)
	}
	_, late := s.ConfirmContact(t.Context(), question(third), third.AskedAt.Add(tocsin.ContactLinkTerm))
	refused(t, tocsin.ErrNotFound, map[string]error{"too late": late})
	at := third.AskedAt.Add(tocsin.ContactLinkTerm - time.Minute)
	if got, err := s.AskedContact(t.Context(), question(third), at); err != nil || got.ID != c.ID || held().Asks != 3 {
		t.Errorf("%+v, %v", got, err)
	}
	c.ConfirmedAt = at
	got, err := s.ConfirmContact(tocsin.WithActor(t.Context(), tocsin.Actor{Name: tocsin.Stranger}), question(third), at)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "confirmed", got, c)
	if entry := newestEntry(t, s); entry.Action != "contact.confirm" || entry.Actor.Name != tocsin.Stranger || entry.TenantID != Contoso {
		t.Errorf("%+v", entry)
	}
	_, again := s.ConfirmContact(t.Context(), question(third), at)
	refused(t, tocsin.ErrNotFound, map[string]error{"used": again})
	askTogether(t, s, at.Add(tocsin.ContactTerm))
	expect(t, "letters", askedLetters(t, s, c), 4)
	contactsNotAsked(t, s, c, alex, bo)
}

// contactsNotAsked: a link ends with the address that it went to, and nobody is asked
// who was kept out or whose tenant is not looked after.
func contactsNotAsked(t *testing.T, s *Desk, c tocsin.Contact, alex, bo tocsin.User) {
	t.Helper()
	list, err := s.Contacts(t.Context())
	i := slices.IndexFunc(list, func(one tocsin.Contact) bool { return one.ID == c.ID })
	if err != nil || i < 0 || list[i].Asks != 1 {
		t.Fatal(list, err)
	}
	now := list[i].AskedAt.Add(time.Hour)
	if _, err := s.ChangeContact(t.Context(), c.ID, now, func(c *tocsin.Contact) error { c.Mail = "kim@other.example"; return nil }); err != nil {
		t.Fatal(err)
	}
	_, moved := s.ConfirmContact(t.Context(), question(list[i]), now)
	refused(t, tocsin.ErrNotFound, map[string]error{"another address": moved})
	if err := s.SetDisabled(t.Context(), bo.ID, false, T0); err != nil {
		t.Fatal(err)
	}
	for n, u := range []tocsin.User{alex, bo} {
		if err := s.AddContact(t.Context(), tocsin.Contact{ID: guid('d', 3+n), TenantID: Contoso, Of: tocsin.UserParty(u.ID), Mail: u.Name + "@home.example", CreatedAt: T0}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SetDisabled(t.Context(), bo.ID, true, T0); err != nil {
		t.Fatal(err)
	}
	disable := func(off bool) {
		t.Helper()
		if _, err := s.ChangeTenant(t.Context(), Contoso, func(t *tocsin.Tenant) error { t.Disabled = off; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	disable(true)
	expect(t, "asked in a tenant that is off", askAll(t, s, now), 0)
	disable(false)
	expect(t, "asked", askAll(t, s, now), 2)
}

// askAll asks whom it is time to ask.
func askAll(t *testing.T, s *Desk, now time.Time) int {
	t.Helper()
	n, err := s.AskContacts(t.Context(), now, question, func(ctx context.Context, tx *store.Tx, c tocsin.Contact) error {
		return s.AskContact(ctx, tx, c.ID, []byte("{}"), now)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// askTogether has several processes ask at once, of which one asks one contact.
func askTogether(t *testing.T, s *Desk, now time.Time) {
	t.Helper()
	var all sync.WaitGroup
	var n atomic.Int64
	for range 4 {
		all.Go(func() { n.Add(int64(askAll(t, s, now))) })
	}
	all.Wait()
	if n.Load() != 1 {
		t.Errorf("asked %d times", n.Load())
	}
}

// askedLetters counts the letters to a contact.
func askedLetters(t *testing.T, s *Desk, c tocsin.Contact) (n int) {
	t.Helper()
	if err := s.Read().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM delivery_batches b JOIN delivery_endpoints e ON e.num = b.endpoint WHERE e.key = $1 AND b.kind = 'ask'`, delivery.ContactKey(c.ID)).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
