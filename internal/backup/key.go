package backup

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"filippo.io/age"

	"example.org/tocsin/internal/tocsin"
)

// minPassphrase is the least length of a passphrase, in bytes.
const minPassphrase = 12

// NewKey makes a secret key and returns it as the text of a file that
// [Identities] reads, with the public key to make backups for.
func NewKey() (secret, public string, err error) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return "", "", fmt.Errorf("make key: %w", err)
	}
	public = identity.Recipient().String()
	return fmt.Sprintf("# The public key is %s\n%s\n", public, identity), public, nil
}

// Recipients returns whom a backup is made for: the holders of public keys, each
// given as "age1…" or as the name of a file with one a line, or those who know
// the passphrase in a file. It takes keys or a passphrase, not both.
func Recipients(keys []string, passphraseFile string) ([]age.Recipient, error) {
	switch {
	case len(keys) == 0 && passphraseFile == "":
		return nil, tocsin.Invalidf("recipient", "A backup is encrypted: name the public key that it is for with --recipient, which tocsin backup key makes, or a file with a passphrase with --passphrase-file.")
	case len(keys) > 0 && passphraseFile != "":
		return nil, tocsin.Invalidf("recipient", "A backup is for keys or for a passphrase, not for both.")
	case passphraseFile != "":
		passphrase, err := readPassphrase(passphraseFile)
		if err != nil {
			return nil, err
		}
		recipient, err := age.NewScryptRecipient(passphrase)
		return []age.Recipient{recipient}, err
	}
	var list []age.Recipient
	for _, key := range keys {
		text := key
		if !strings.HasPrefix(key, "age1") {
			file, err := os.ReadFile(key)
			if err != nil {
				return nil, tocsin.Invalidf("recipient", "%q is neither a public key, which begins with age1, nor a file with one.", tocsin.Clip(key, 80))
			}
			text = string(file)
		}
		more, err := age.ParseRecipients(strings.NewReader(text))
		if err != nil {
			return nil, tocsin.Invalidf("recipient", "%q is no public key that backups can be made for.", tocsin.Clip(key, 80))
		}
		list = append(list, more...)
	}
	return list, nil
}

// Identities returns what opens a backup: the secret keys of a file, or the
// passphrase in one. Neither file may be open to everybody on the machine.
func Identities(keyFile, passphraseFile string) ([]age.Identity, error) {
	switch {
	case keyFile == "" && passphraseFile == "":
		return nil, tocsin.Invalidf("identity", "A backup is encrypted: name the file with the secret key with --identity, or with the passphrase with --passphrase-file.")
	case keyFile != "" && passphraseFile != "":
		return nil, tocsin.Invalidf("identity", "Name the secret key or the passphrase, not both.")
	case passphraseFile != "":
		passphrase, err := readPassphrase(passphraseFile)
		if err != nil {
			return nil, err
		}
		identity, err := age.NewScryptIdentity(passphrase)
		return []age.Identity{identity}, err
	}
	text, err := readSecret("identity", keyFile)
	if err != nil {
		return nil, err
	}
	list, err := age.ParseIdentities(strings.NewReader(text))
	if err != nil { // what it says may hold a part of the key
		return nil, tocsin.Invalidf("identity", "%s holds no secret key: lines that begin with AGE-SECRET-KEY-.", filepath.Base(keyFile))
	}
	return list, nil
}

func readPassphrase(path string) (string, error) {
	text, err := readSecret("passphrase-file", path)
	if err != nil {
		return "", err
	}
	text = strings.TrimRight(text, "\r\n")
	if len(text) < minPassphrase {
		return "", tocsin.Invalidf("passphrase-file", "The passphrase in %s is shorter than %d characters.", filepath.Base(path), minPassphrase)
	}
	return text, nil
}

// readSecret reads a file that holds a secret.
func readSecret(field, path string) (text string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", tocsin.Invalidf(field, "%s cannot be read.", tocsin.Clip(path, 200))
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().IsRegular() && info.Mode().Perm()&0o007 != 0 {
		return "", tocsin.Invalidf(field, "Everybody on this machine can open %s: run chmod 600 on it.", filepath.Base(path))
	}
	all, err := io.ReadAll(io.LimitReader(file, 64<<10))
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	return string(all), nil
}
