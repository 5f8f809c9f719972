package access

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

const (
	masterKeyVariable = "TOCSIN_MASTER_KEY"
	masterKeyFile     = "master.key"
)

// LoadMasterKey takes the master key from the variable TOCSIN_MASTER_KEY (32
// bytes in base64) or else from the file master.key in dir, which it makes
// when there is none. It refuses a file that everybody on the machine can read
// or write.
func LoadMasterKey(dir string, getenv func(string) string) (*MasterKey, error) {
	return masterKey(dir, getenv, createKey)
}

// FindMasterKey is [LoadMasterKey] that makes no key: it fails with
// [tocsin.ErrNotFound] when there is none.
func FindMasterKey(dir string, getenv func(string) string) (*MasterKey, error) {
	return masterKey(dir, getenv, func(string, string) error {
		return tocsin.NotFoundf("There is no file %s in %s, and the variable %s is not set.", masterKeyFile, dir, masterKeyVariable)
	})
}

func masterKey(dir string, getenv func(string) string, create func(dir, path string) error) (*MasterKey, error) {
	if text := getenv(masterKeyVariable); text != "" {
		key, err := decodeKey([]byte(text))
		if err != nil {
			return nil, tocsin.Invalidf(masterKeyVariable, "It is not 32 bytes in base64.")
		}
		return NewMasterKey(key)
	}
	path := filepath.Join(dir, masterKeyFile)
	key, err := readKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := create(dir, path); err != nil {
			return nil, fmt.Errorf("create master key: %w", err)
		}
		key, err = readKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read master key: %w", err)
	}
	return NewMasterKey(key)
}

func readKey(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	// Group bits pass: orchestrators set them on mounted volumes.
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o007 != 0 {
		return nil, tocsin.Invalidf("data", "Everybody on this machine can open %s: run chmod 600 on it, and replace the key if somebody may have read it.", path)
	}
	text, err := io.ReadAll(io.LimitReader(file, 1<<10))
	if err != nil {
		return nil, err
	}
	key, err := decodeKey(text)
	if err != nil {
		return nil, tocsin.Invalidf("data", "%s does not hold 32 bytes in base64.", path)
	}
	return key, nil
}

// createKey writes a new key under a temporary name and links it into place,
// so that of two processes that start together one wins and neither reads half
// a key.
func createKey(dir, path string) (err error) {
	file, err := os.CreateTemp(dir, masterKeyFile+".*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(file.Name())) }()
	var key [keySize]byte
	_, _ = rand.Read(key[:]) // never fails: it ends the process instead
	_, err = file.WriteString(base64.StdEncoding.EncodeToString(key[:]) + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err = os.Link(file.Name(), path); errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// decodeKey reads base64 in either alphabet, with or without padding.
func decodeKey(text []byte) ([]byte, error) {
	plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(string(bytes.TrimSpace(text)), "="))
	key, err := base64.RawStdEncoding.DecodeString(plain)
	if err == nil && len(key) != keySize {
		err = errors.New(tocsin.Count(len(key), "byte", "bytes"))
	}
	return key, err
}
