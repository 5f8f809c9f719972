package access_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

func noEnv(string) string { return "" }

func masterKey(t *testing.T, fill byte) *access.MasterKey {
	t.Helper()
	key, err := access.NewMasterKey(bytes.Repeat([]byte{fill}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestSealOpens(t *testing.T) {
	t.Parallel()
	key := masterKey(t, 1)
	plain := []byte("the canary sings")
	sealed, err := key.Seal("source secret", "contoso", plain)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("canary")) {
		t.Error("the sealed text shows what it holds")
	}
	again, _ := key.Seal("source secret", "contoso", plain)
	if bytes.Equal(sealed, again) {
		t.Error("sealing twice gives equal bytes, want a nonce of its own each time")
	}
	got, err := key.Open("source secret", "contoso", sealed)
	if err != nil || !bytes.Equal(got, plain) {
		t.Errorf("Open = %q, %v", got, err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"another name":    func() ([]byte, error) { return key.Open("source secret", "fabrikam", sealed) },
		"another purpose": func() ([]byte, error) { return key.Open("signing key", "contoso", sealed) },
		"cut":             func() ([]byte, error) { return key.Open("source secret", "contoso", sealed[:len(sealed)-1]) },
		"empty":           func() ([]byte, error) { return key.Open("source secret", "contoso", nil) },
		"mark alone":      func() ([]byte, error) { return key.Open("source secret", "contoso", sealed[:9]) },
	} {
		if _, err := open(); err == nil || errors.Is(err, access.ErrWrongKey) {
			t.Errorf("%s: %v, want an error other than ErrWrongKey", name, err)
		}
	}
	for i := range sealed {
		altered := bytes.Clone(sealed)
		altered[i] ^= 1
		if _, err := key.Open("source secret", "contoso", altered); err == nil {
			t.Errorf("opened with byte %d altered", i)
		}
	}
	if _, err := masterKey(t, 2).Open("source secret", "contoso", sealed); !errors.Is(err, access.ErrWrongKey) {
		t.Errorf("another key: %v, want ErrWrongKey", err)
	}
}

func TestMasterKeyHidesItself(t *testing.T) {
	t.Parallel()
	key := masterKey(t, 'k')
	for _, form := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(form, key); strings.Contains(got, "k") {
			t.Errorf("%s prints %s", form, got)
		}
	}
}

func TestLoadMasterKeyKeepsItsFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := access.LoadMasterKey(dir, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "master.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("master.key has mode %v, %v, want 0600", info.Mode(), err)
	}
	second, err := access.LoadMasterKey(dir, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	sealed, _ := first.Seal("p", "n", []byte("x"))
	if _, err := second.Open("p", "n", sealed); err != nil {
		t.Errorf("the key changed between two starts: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
		t.Errorf("files left: %v", left)
	}
}

func TestLoadMasterKeyByManyAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keys := make([]*access.MasterKey, 16)
	var group sync.WaitGroup
	for i := range keys {
		group.Go(func() {
			var err error
			if keys[i], err = access.LoadMasterKey(dir, noEnv); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if t.Failed() {
		return
	}
	sealed, _ := keys[0].Seal("p", "n", nil)
	for i, key := range keys {
		if _, err := key.Open("p", "n", sealed); err != nil {
			t.Errorf("process %d took another key: %v", i, err)
		}
	}
}

func TestLoadMasterKeyRefuses(t *testing.T) {
	t.Parallel()
	good := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	tests := []struct {
		name string
		text string
		mode os.FileMode
		env  string
		ok   bool
	}{
		{name: "good file", text: good + "\n", mode: 0o600, ok: true},
		{name: "group can read", text: good, mode: 0o640, ok: true},
		{name: "everybody can read", text: good, mode: 0o604},
		{name: "everybody can write", text: good, mode: 0o602},
		{name: "short", text: good[:40], mode: 0o600},
		{name: "empty", mode: 0o600},
		{name: "no base64", text: strings.Repeat("!", 44), mode: 0o600},
		{name: "variable first", text: "broken", mode: 0o644, env: good, ok: true},
		{name: "variable in the other alphabet", mode: 0o600, env: strings.Repeat("-_", 21) + "8", ok: true},
		{name: "variable broken", text: good, mode: 0o600, env: "secret"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "master.key")
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, tt.mode); err != nil {
				t.Fatal(err)
			}
			_, err := access.LoadMasterKey(dir, func(name string) string {
				return map[string]string{"TOCSIN_MASTER_KEY": tt.env}[name]
			})
			if (err == nil) != tt.ok || err != nil && !errors.Is(err, tocsin.ErrInvalid) {
				t.Errorf("LoadMasterKey: %v, want success %v or ErrInvalid", err, tt.ok)
			}
			if err != nil && (strings.Contains(err.Error(), good) || strings.Contains(err.Error(), "secret")) {
				t.Errorf("the error shows the key: %v", err)
			}
		})
	}
}

func TestClientSecret(t *testing.T) {
	t.Parallel()
	secret, hash := access.NewClientSecret()
	other, otherHash := access.NewClientSecret()
	if !strings.HasPrefix(secret, "tcs_") || len(secret) != 47 || secret == other {
		t.Errorf("secrets %q and %q, want two of 47 characters that start with tcs_", secret, other)
	}
	now := start
	kept := []tocsin.Secret{
		{Hash: otherHash, ExpiresAt: now},
		{Hash: hash, ExpiresAt: now.Add(time.Second)},
	}
	for name, tt := range map[string]struct {
		secret string
		want   access.Match
	}{
		"valid":   {secret, access.SecretValid},
		"expired": {other, access.SecretExpired},
		"wrong":   {secret + "x", access.SecretWrong},
		"empty":   {"", access.SecretWrong},
	} {
		if got := access.MatchSecret(tt.secret, kept, now); got != tt.want {
			t.Errorf("%s: MatchSecret = %v, want %v", name, got, tt.want)
		}
	}
	if got := access.MatchSecret(secret, []tocsin.Secret{{Hash: hash}}, now); got != access.SecretValid {
		t.Errorf("secret without end: %v, want SecretValid", got)
	}
	if got := access.MatchSecret("", []tocsin.Secret{{}}, now); got != access.SecretWrong {
		t.Errorf("empty secret against an empty hash: %v, want SecretWrong", got)
	}
}

func TestIdentityMay(t *testing.T) {
	t.Parallel()
	all := []access.Permission{access.Public, access.Local, access.SignedIn, access.ReadLegacy, access.ReadHealth, access.ReadMessages, "", "unheard-of"}
	nobody := access.Identity{}
	legacy := access.Identity{ClientID: clientID, Scopes: []string{"ServiceHealth.Read"}}
	graph := access.Identity{ClientID: clientID, Scopes: []string{"ServiceHealth.Read.All"}}
	got := map[string][]access.Permission{}
	for name, identity := range map[string]access.Identity{"nobody": nobody, "legacy": legacy, "graph": graph} {
		for _, p := range all {
			err := identity.Require(p)
			if err == nil {
				got[name] = append(got[name], p)
			} else if !errors.Is(err, access.ErrInsufficientScope) || !errors.Is(err, tocsin.ErrForbidden) {
				t.Errorf("Require(%s): %v, want ErrInsufficientScope", p, err)
			}
		}
	}
	want := "map[graph:[public signed-in read-health] legacy:[public signed-in read-legacy] nobody:[public]]"
	if fmt.Sprint(got) != want {
		t.Errorf("got %v, want %v", got, want)
	}
	for i, p := range all {
		if p.Valid() != (i < 6) {
			t.Errorf("%q.Valid() = %v", p, p.Valid())
		}
	}
}
