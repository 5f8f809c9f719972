package signin_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// A private address stands for its person as they are now, until it or they end.
func TestFeedAddress(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ana, _ := d.enter(t, "ana")
	ctx := access.WithVisitor(t.Context(), access.Visitor{User: ana}, "192.0.2.1")
	secret, err := d.door.NewFeedAddress(ctx, storetest.Contoso, "phone")
	if err != nil || !strings.HasPrefix(secret, access.FeedSecretPrefix) {
		t.Fatal(secret, err)
	}
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
	see := func() (access.Visitor, error) {
		t.Helper()
		visitor, tenant, err := d.door.FeedVisitor(r, secret)
		if err == nil && (tenant != storetest.Contoso || visitor.User.ID != ana.ID) {
			t.Errorf("visitor %+v of %s", visitor, tenant)
		}
		return visitor, err
	}
	if v, err := see(); err != nil || !v.May(access.ReadHealth, storetest.Contoso) {
		t.Errorf("visitor %+v, %v", v, err)
	}
	list, err := d.other.FeedAddresses(ctx, ana.ID)
	if err != nil || len(list) != 1 || !list[0].UsedAt.Equal(d.now) {
		t.Errorf("after use: %+v, %v", list, err)
	}
	if err := d.door.SetGrants(ctx, ana.ID, []tocsin.Grant{{TenantID: storetest.Fabrikam, Role: tocsin.RoleReader}}); err != nil {
		t.Fatal(err)
	}
	d.now = d.now.Add(time.Minute)
	if v, err := see(); err != nil || v.May(access.ReadHealth, storetest.Contoso) {
		t.Errorf("after the grant has gone: %+v, %v", v, err)
	}
	for _, wrong := range []string{"", "tcf_", secret[4:], secret + "x", strings.ToUpper(secret), strings.Repeat(secret, 100)} {
		if _, _, err := d.door.FeedVisitor(r, wrong); !errors.Is(err, tocsin.ErrNotFound) {
			t.Errorf("secret %.80q: %v, want ErrNotFound", wrong, err)
		}
	}
	if err := d.other.SetDisabled(ctx, ana.ID, true, d.now); err != nil {
		t.Fatal(err)
	}
	if _, err := see(); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("after the account has ended: %v, want ErrNotFound", err)
	}
}
