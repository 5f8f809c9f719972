// Command words prints the texts of the product whose wording waits for a reader who
// grew up with the language, beside the English ones.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if err := list(); err != nil {
		fmt.Fprintln(os.Stderr, "words:", err)
		os.Exit(1)
	}
}

func list() error {
	var pending map[string]json.RawMessage
	if err := read(filepath.Join("internal", "lang", "review.json"), &pending); err != nil {
		return fmt.Errorf("run it from the repository: %w", err)
	}
	for _, language := range []string{"fr", "ja"} {
		var keys []string
		if err := json.Unmarshal(pending[language], &keys); err != nil {
			return err
		}
		for _, at := range keys {
			folder, key, _ := strings.Cut(at, " ")
			fmt.Printf("%s %s\n", language, at)
			for _, one := range []string{"en", language} {
				var texts map[string]json.RawMessage
				if err := read(filepath.Join("internal", filepath.FromSlash(folder), "locales", one+".json"), &texts); err != nil {
					return err
				}
				fmt.Printf("  %s: %s\n", one, texts[key])
			}
		}
	}
	return nil
}

func read(path string, to any) error {
	body, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, to)
}
