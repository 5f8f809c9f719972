package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

func subscriptionChecks() checks {
	return checks{
		"SubscriptionConfirmed": subscriptionConfirmed,
		"SubscriptionRefused":   subscriptionRefused,
		"SubscriptionAsked":     subscriptionAsked,
		"SubscriptionReplaced":  subscriptionReplaced,
		"SubscriptionLost":      subscriptionLost,
		"SubscriptionPaused":    subscriptionPaused,
		"SubscriptionEnded":     subscriptionEnded,
		"SubscriptionChanged":   subscriptionChanged,
		"SubscriptionForgotten": subscriptionForgotten,
	}
}

// wish is a subscription to incidents of a tenant by mail.
func wish(address string) tocsin.Subscription {
	return tocsin.Subscription{ID: tocsin.NewGUID(), TenantID: Contoso, Address: address, Classes: []string{"incident"}, Language: "fr", Zone: "Europe/Paris"}
}

func subscribe(t *testing.T, s *Desk, one tocsin.Subscription, now time.Time) tocsin.Subscription {
	t.Helper()
	one, err := s.Subscribe(t.Context(), one, []byte("do you want it?"), now)
	if err != nil {
		t.Fatal(err)
	}
	return one
}

// audience are the ids of those who are told something of a tenant.
func audience(t *testing.T, s *Desk, tenant string) (ids []string) {
	t.Helper()
	err := s.InTx(t.Context(), func(tx *store.Tx) error {
		a, err := s.Audience(t.Context(), tx)
		for _, one := range a.Of(tenant) {
			ids = append(ids, one.ID)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// questions are the messages that wait for a subscription at an instant.
func questions(t *testing.T, s *Desk, one tocsin.Subscription, at time.Time) int {
	t.Helper()
	n := 0
	err := s.Read().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM delivery_batches b JOIN delivery_endpoints e ON e.num = b.endpoint WHERE e.key = $1 AND b.kind = 'ask' AND b.state = 'retry' AND b.due_at <= $2`,
		delivery.SubscriptionKey(one.ID), tocsin.Micros(at)).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func newestEntry(t *testing.T, s *Desk) tocsin.AuditEntry {
	t.Helper()
	list, err := s.Audit(t.Context(), store.AuditQuery{Limit: 1})
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	return list[0]
}

// subscriptionConfirmed: nobody is told anything before whoever reads the mails to
// an address says so; each step is audited, without the address.
func subscriptionConfirmed(t *testing.T, s *Desk) {
	AddTenants(t, s)
	one := wish(" Ana@Contoso.Example ")
	one.Services, one.Classes, one.Digest = []string{"Own service", "Exchange"}, []string{"message", "incident"}, "daily  08:00"
	one = subscribe(t, s, one, T0)
	if one.State != tocsin.SubscriptionPending || one.Address != "Ana@contoso.example" || len(one.Token) < 26 || audience(t, s, Contoso) != nil || questions(t, s, one, T0) != 1 {
		t.Errorf("%+v, %d questions", one, questions(t, s, one, T0))
	}
	entry := newestEntry(t, s)
	if entry.Action != "subscription.add" || entry.TenantID != Contoso || entry.Object != one.ID || entry.Detail != "mail; incident, message; Exchange, Own service; daily 08:00" || strings.Contains(entry.Object+entry.Detail, "@") {
		t.Errorf("%+v", entry)
	}
	if _, err := s.ConfirmSubscription(t.Context(), strings.Repeat("a", 26), T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Error(err)
	}
	if _, err := s.ConfirmSubscription(t.Context(), "", T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Error(err)
	}
	if _, err := s.ConfirmSubscription(t.Context(), one.Token, T0.Add(tocsin.SubscriptionWait+time.Minute)); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("too late: %v", err)
	}
	got, err := s.ConfirmSubscription(t.Context(), one.Token, T0.Add(time.Hour))
	if err != nil || got.State != tocsin.SubscriptionActive || !got.ConfirmedAt.Equal(T0.Add(time.Hour)) || newestEntry(t, s).Action != "subscription.confirm" {
		t.Errorf("%+v, %v", got, err)
	}
	n := newestEntry(t, s).N
	if again, err := s.ConfirmSubscription(t.Context(), one.Token, T0.Add(2*time.Hour)); err != nil || !again.ConfirmedAt.Equal(got.ConfirmedAt) || newestEntry(t, s).N != n {
		t.Errorf("confirmed twice: %+v, %v", again, err)
	}
	kept, err := s.Subscription(t.Context(), strings.ToUpper(one.ID))
	if err != nil || !slices.Equal(kept.Services, []string{"Exchange", "Own service"}) || !slices.Equal(kept.Classes, []string{"incident", "message"}) || kept.Digest != "daily 08:00" {
		t.Errorf("%+v, %v", kept, err)
	}
	expect(t, "those who are told", audience(t, s, Contoso), []string{one.ID})
	if audience(t, s, Fabrikam) != nil {
		t.Error("told of another tenant")
	}
}

// subscriptionRefused: what cannot be told is not kept, and every problem is told
// at once, without the address.
func subscriptionRefused(t *testing.T, s *Desk) {
	AddTenants(t, s)
	for name, test := range map[string]struct {
		change func(*tocsin.Subscription)
		want   []string
	}{
		"nowhere":   {func(s *tocsin.Subscription) { s.Address = "" }, []string{"address: Give"}},
		"no mail":   {func(s *tocsin.Subscription) { s.Address = "secret" }, []string{"address: It is no mail address"}},
		"two":       {func(s *tocsin.Subscription) { s.Address = "a@b.example, c@d.example" }, []string{"address: It is no mail address"}},
		"header":    {func(s *tocsin.Subscription) { s.Address = "a@b.example\r\nBcc: c@d.example" }, []string{"address: It is no mail address"}},
		"no ASCII":  {func(s *tocsin.Subscription) { s.Address = "é@b.example" }, []string{"address: It is no mail address"}},
		"channel":   {func(s *tocsin.Subscription) { s.Address, s.Channel = "", "duty" }, []string{"channel: Only somebody who signs in"}},
		"nothing":   {func(s *tocsin.Subscription) { s.Classes = nil }, []string{"classes: Choose"}},
		"class":     {func(s *tocsin.Subscription) { s.Classes = []string{"all"} }, []string{`classes: "all" is none of`}},
		"digest":    {func(s *tocsin.Subscription) { s.Digest = "daily 25:00" }, []string{"digest: "}},
		"zone":      {func(s *tocsin.Subscription) { s.Digest, s.Zone = "daily 08:00", "Paris" }, []string{`zone: "Paris"`}},
		"two zones": {func(s *tocsin.Subscription) { s.Digest = "daily 08:00 UTC" }, []string{"digest: "}},
		"tenant":    {func(s *tocsin.Subscription) { s.TenantID = "33333333-3333-4333-8333-333333333333" }, []string{"tenant: There is no such tenant."}},
		"all":       {func(s *tocsin.Subscription) { s.Digest, s.Classes, s.Address = "x", nil, "secret" }, []string{"digest: ", "classes: ", "address: "}},
	} {
		one := wish("ana@contoso.example")
		test.change(&one)
		_, err := s.Subscribe(t.Context(), one, []byte("?"), T0)
		for _, want := range test.want {
			if !errors.Is(err, tocsin.ErrInvalid) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%s: %v, want %s", name, err, want)
			}
		}
	}
	if list, err := s.Subscriptions(t.Context(), ""); err != nil || len(list) != 0 {
		t.Error(list, err)
	}
}

// subscriptionAsked: T-64: an address is asked once a day at most, whatever its
// case and for whichever tenant; a person is not asked again for an address that
// they have confirmed; many addresses are not asked at once.
func subscriptionAsked(t *testing.T, s *Desk) {
	AddTenants(t, s)
	first := subscribe(t, s, wish("ana@contoso.example"), T0)
	second := wish("ANA@contoso.example")
	second.TenantID = Fabrikam
	second = subscribe(t, s, second, T0.Add(time.Hour))
	if questions(t, s, first, T0) != 1 || questions(t, s, second, T0.Add(24*time.Hour-time.Second)) != 0 || questions(t, s, second, T0.Add(24*time.Hour)) != 1 {
		t.Error("an address is asked twice a day")
	}
	for range 10 { // in the words of any other
		subscribe(t, s, wish("ana@contoso.example"), T0.Add(2*time.Hour))
	}
	if list, err := s.Subscriptions(t.Context(), ""); err != nil || len(list) > 7 {
		t.Errorf("%d subscriptions of one address wait, %v", len(list), err)
	}
	if _, err := s.Unsubscribe(t.Context(), first.Token, T0.Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	third := subscribe(t, s, wish("ana@contoso.example"), T0.Add(4*time.Hour))
	if questions(t, s, third, T0.Add(23*time.Hour)) != 0 {
		t.Error("one who left is asked again on the same day")
	}
	ben := wish("ben@contoso.example")
	ben.UserID = tocsin.NewGUID()
	if _, err := s.ConfirmSubscription(t.Context(), subscribe(t, s, ben, T0).Token, T0); err != nil {
		t.Fatal(err)
	}
	ben.ID = tocsin.NewGUID()
	if known := subscribe(t, s, ben, T0); known.State != tocsin.SubscriptionActive || questions(t, s, known, T0.Add(48*time.Hour)) != 0 {
		t.Errorf("%+v", known)
	}
	ben.ID, ben.UserID = tocsin.NewGUID(), tocsin.NewGUID()
	if other := subscribe(t, s, ben, T0); other.State != tocsin.SubscriptionPending {
		t.Errorf("somebody else's address: %+v", other)
	}
	var err error
	for i := 0; i < 250 && err == nil; i++ {
		_, err = s.Subscribe(t.Context(), wish("flood"+tocsin.NewGUID()[:8]+"@contoso.example"), []byte("?"), T0)
	}
	if !errors.Is(err, tocsin.ErrConflict) || !strings.Contains(err.Error(), "Too many addresses") {
		t.Errorf("flood: %v", err)
	}
}

// subscriptionReplaced: what a stranger confirms takes the place of what they had
// confirmed before for the tenant; what is only asked for changes nothing.
func subscriptionReplaced(t *testing.T, s *Desk) {
	AddTenants(t, s)
	old := subscribe(t, s, wish("ana@contoso.example"), T0)
	if _, err := s.ConfirmSubscription(t.Context(), old.Token, T0); err != nil {
		t.Fatal(err)
	}
	next := subscribe(t, s, wish("ana@contoso.example"), T0.Add(48*time.Hour))
	expect(t, "before", audience(t, s, Contoso), []string{old.ID})
	if _, err := s.ConfirmSubscription(t.Context(), next.Token, T0.Add(49*time.Hour)); err != nil {
		t.Fatal(err)
	}
	expect(t, "after", audience(t, s, Contoso), []string{next.ID})
}

// subscriptionLost: what a person may not read any more they are not told, from
// the transaction on in which they lose it, nor what waited for them.
func subscriptionLost(t *testing.T, s *Desk) {
	AddTenants(t, s)
	s.OnChange(func(ctx context.Context, tx *store.Tx, u tocsin.User, now time.Time) error {
		return s.KeepSubscriptions(ctx, tx, u.ID, func(one tocsin.Subscription, class string) bool {
			return slices.ContainsFunc(u.Grants, func(g tocsin.Grant) bool {
				return g.TenantID == one.TenantID && (g.Role == tocsin.RoleReader || class == "message")
			})
		}, now)
	})
	grant := func(role tocsin.Role, tenant string) tocsin.Grant { return tocsin.Grant{Role: role, TenantID: tenant} }
	u := tocsin.User{ID: tocsin.NewGUID(), Name: "ana", CreatedAt: T0, Grants: []tocsin.Grant{grant(tocsin.RoleReader, Contoso), grant(tocsin.RoleReader, Fabrikam)}}
	if err := s.AddUser(t.Context(), u, "x"); err != nil {
		t.Fatal(err)
	}
	for _, tenant := range []string{Contoso, Fabrikam} {
		one := wish("ana@contoso.example")
		one.TenantID, one.UserID, one.Classes = tenant, u.ID, []string{"incident", "message"}
		if one = subscribe(t, s, one, T0); one.State == tocsin.SubscriptionPending {
			if _, err := s.ConfirmSubscription(t.Context(), one.Token, T0); err != nil {
				t.Fatal(err)
			}
		}
		changes := record(t, s, tenant, T0, Issue(t, "EX1", "late", T0))
		enqueue(t, s, 0, delivery.Row{Change: changes[0].Seq, Endpoint: delivery.SubscriptionKey(one.ID), Kind: "update"})
	}
	if err := s.SetGrants(t.Context(), u.ID, []tocsin.Grant{grant(tocsin.RoleMessageReader, Fabrikam)}, false, T0.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	list, err := s.Subscriptions(t.Context(), u.ID)
	if err != nil || len(list) != 1 || list[0].TenantID != Fabrikam || !slices.Equal(list[0].Classes, []string{"message"}) || audience(t, s, Contoso) != nil || len(audience(t, s, Fabrikam)) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	if got, err := s.Deliveries(t.Context(), delivery.Query{State: delivery.StateCancelled, Limit: 10}); err != nil || len(got) != 2 || got[0].Reason != delivery.CancelledUnsubscribed {
		t.Errorf("what waited: %+v, %v", got, err)
	}
	if err := s.SetDisabled(t.Context(), u.ID, true, T0.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Subscriptions(t.Context(), u.ID); err != nil || len(list) != 0 || audience(t, s, Fabrikam) != nil {
		t.Errorf("kept out: %+v, %v", list, err)
	}
}

// subscriptionPaused: an address that refuses several messages in a row is paused
// and shown, until somebody resumes it; a message that is taken begins anew.
func subscriptionPaused(t *testing.T, s *Desk) {
	AddTenants(t, s)
	one := subscribe(t, s, wish("ana@contoso.example"), T0)
	if _, err := s.ConfirmSubscription(t.Context(), one.Token, T0); err != nil {
		t.Fatal(err)
	}
	claim := delivery.Claim{Endpoint: delivery.Endpoint{Key: delivery.SubscriptionKey(one.ID)}}
	var batch int64
	if err := s.Read().QueryRowContext(t.Context(), `SELECT num FROM delivery_batches`).Scan(&batch); err != nil {
		t.Fatal(err)
	}
	state := func(outcomes ...delivery.Outcome) tocsin.Subscription {
		t.Helper()
		for i := range outcomes {
			outcomes[i].Claim, outcomes[i].Batch.Num = claim, batch
		}
		if err := s.Finish(t.Context(), outcomes, nil, T0); err != nil {
			t.Fatal(err)
		}
		got, err := s.Subscription(t.Context(), one.ID)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	dead, sent := delivery.Outcome{State: delivery.StateDead, Reason: "gone"}, delivery.Outcome{State: delivery.StateSent}
	relay := delivery.Outcome{State: delivery.StateDead, Reason: "authentication"}
	if got := state(dead, dead, relay, sent); got.Refusals != 0 || got.State != tocsin.SubscriptionActive {
		t.Errorf("taken: %+v", got)
	}
	if got := state(dead, relay, dead); got.Refusals != 2 || got.State != tocsin.SubscriptionActive {
		t.Errorf("twice: %+v", got)
	}
	if got := state(dead); got.State != tocsin.SubscriptionPaused || got.Reason != "gone" || !got.PausedAt.Equal(T0) || audience(t, s, Contoso) != nil {
		t.Errorf("paused: %+v", got)
	}
	if got, err := s.ResumeSubscription(t.Context(), one.Token, T0); err != nil || got.State != tocsin.SubscriptionActive || got.Refusals != 0 || len(audience(t, s, Contoso)) != 1 {
		t.Errorf("resumed: %+v, %v", got, err)
	}
}

// subscriptionEnded: F-88: what waits when somebody leaves is not sent, neither
// what is new nor what is tried again.
func subscriptionEnded(t *testing.T, s *Desk) {
	AddTenants(t, s)
	one := subscribe(t, s, wish("ana@contoso.example"), T0)
	if _, err := s.ConfirmSubscription(t.Context(), one.Token, T0); err != nil {
		t.Fatal(err)
	}
	changes := record(t, s, Contoso, T0, Issue(t, "EX1", "late", T0))
	enqueue(t, s, 0, delivery.Row{Change: changes[0].Seq, Endpoint: delivery.SubscriptionKey(one.ID), Kind: "update"})
	claims, err := s.Claim(t.Context(), delivery.Lane{Personal: true}, 10, T0, time.Minute)
	if err != nil || len(claims) != 1 {
		t.Fatal(claims, err)
	}
	work, err := s.Due(t.Context(), claims, 10, T0)
	if err != nil || len(work[claims[0].Num].Pending) != 1 || len(work[claims[0].Num].Batches) != 1 {
		t.Fatalf("%+v, %v", work[claims[0].Num], err)
	}
	if _, err := s.Unsubscribe(t.Context(), one.Token, T0); err != nil {
		t.Fatal(err)
	}
	begun, err := s.Begin(t.Context(), []delivery.Start{
		{Claim: claims[0], Batch: work[claims[0].Num].Batches[0]},
		{Claim: claims[0], Batch: delivery.Batch{ID: "msg_1", Letter: []byte("x")}, Changes: []int64{changes[0].Seq}},
	}, T0, time.Minute)
	if err != nil || begun[0].Num != 0 || begun[1].Num != 0 {
		t.Errorf("begun after the end: %+v, %v", begun, err)
	}
	if _, err := s.Unsubscribe(t.Context(), one.Token, T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Error(err)
	}
	if entry := newestEntry(t, s); entry.Action != "subscription.end" || entry.Object != one.ID {
		t.Errorf("%+v", entry)
	}
}

// subscriptionChanged: what a subscription tells is changed, and what waits for it is
// not sent when it is to tell less; nobody but a person adds classes to theirs.
func subscriptionChanged(t *testing.T, s *Desk) {
	kim, _, _, _, _ := crew(t, s)
	one := subscribe(t, s, wish("ana@contoso.example"), T0)
	if _, err := s.ConfirmSubscription(t.Context(), one.Token, T0); err != nil {
		t.Fatal(err)
	}
	change := func(id string, change func(*tocsin.Subscription)) (tocsin.Subscription, error) {
		return s.ChangeSubscription(t.Context(), id, T0.Add(time.Minute), func(one *tocsin.Subscription) error { change(one); return nil })
	}
	waiting := func() (n int64) {
		t.Helper()
		if err := s.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM deliveries WHERE batch = 0 AND cancelled = ''`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	changes := record(t, s, Contoso, T0, Issue(t, "EX1", "late", T0))
	enqueue(t, s, 0, delivery.Row{Change: changes[0].Seq, Endpoint: delivery.SubscriptionKey(one.ID), Kind: "update"})
	got, err := change(one.ID, func(one *tocsin.Subscription) {
		one.Classes, one.Digest, one.Language, one.Zone = []string{"advisory", "incident"}, "daily  08:00", "de", "Asia/Tokyo"
		one.Address, one.State, one.TenantID = "eve@contoso.example", tocsin.SubscriptionPaused, Fabrikam
	})
	if err != nil || got.Address != one.Address || got.State != tocsin.SubscriptionActive || got.TenantID != Contoso || got.Digest != "daily 08:00" || waiting() != 1 {
		t.Errorf("%+v, %v, %d wait", got, err, waiting())
	}
	if kept, err := s.Subscription(t.Context(), one.ID); err != nil || kept.Language != "de" || !slices.Equal(kept.Classes, []string{"incident", "advisory"}) || len(audience(t, s, Contoso)) != 1 {
		t.Errorf("%+v, %v", kept, err)
	}
	if entry := newestEntry(t, s); entry.Action != "subscription.change" || entry.Object != one.ID {
		t.Errorf("%+v", entry)
	}
	if _, err := change(one.ID, func(one *tocsin.Subscription) { one.Services = []string{"Exchange"} }); err != nil || waiting() != 0 {
		t.Errorf("%v, %d wait for one that tells less", err, waiting())
	}
	_, none := change(tocsin.NewGUID(), func(*tocsin.Subscription) {})
	refused(t, tocsin.ErrNotFound, map[string]error{"none": none})
	_, class := change(one.ID, func(one *tocsin.Subscription) { one.Classes = nil })
	_, digest := change(one.ID, func(one *tocsin.Subscription) { one.Digest = "hourly" })
	own := wish("kim@contoso.example")
	own.UserID = kim.ID
	own = subscribe(t, s, own, T0)
	_, wider := change(own.ID, func(one *tocsin.Subscription) { one.Classes = []string{"incident", "message"} })
	refused(t, tocsin.ErrInvalid, map[string]error{"no class": class, "a digest": digest, "of a person": wider})
}

// subscriptionForgotten: one that nobody confirms ends by itself.
func subscriptionForgotten(t *testing.T, s *Desk) {
	AddTenants(t, s)
	one := subscribe(t, s, wish("ana@contoso.example"), T0)
	if err := s.SweepSubscriptions(t.Context(), T0.Add(tocsin.SubscriptionWait)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Subscription(t.Context(), one.ID); err != nil {
		t.Error(err)
	}
	if err := s.SweepSubscriptions(t.Context(), T0.Add(tocsin.SubscriptionWait+time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Subscription(t.Context(), one.ID); !errors.Is(err, tocsin.ErrNotFound) {
		t.Error(err)
	}
}
