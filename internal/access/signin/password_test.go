package signin_test

import (
	"errors"
	"strings"
	"testing"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/tocsin"
)

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	for password, good := range map[string]bool{
		"correct horse battery": true, "パスワードは長いほどよいです": true, "short": false, "": false, "aaaaaaaaaaaaaaaa": false,
		"administrator": false, "Administrator-2026!": false, strings.Repeat("ab", 600): false, "twelve chars\xff": false,
	} {
		if err := signin.CheckPassword(password, "administrator"); (err == nil) != good || err != nil && !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("CheckPassword(%q) = %v", password, err)
		}
	}
	one, another := signin.NewPassword(), signin.NewPassword()
	if err := signin.CheckPassword(one, "kim"); err != nil || one == another {
		t.Errorf("passwords that were made: %q, %q, %v", one, another, err)
	}
}

func TestHashPassword(t *testing.T) {
	t.Parallel()
	first, second := signin.HashPassword("x"), signin.HashPassword("x")
	if first == second || !strings.HasPrefix(first, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hashes %q and %q", first, second)
	}
}
