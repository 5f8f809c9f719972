package browser

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Firefox draws the main pages too: as wide as its window, and not empty.
// TOCSIN_SCREENS keeps the pictures.
func TestFirefox(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("firefox-esr")
	if err != nil {
		if slices.Contains(strings.Split(os.Getenv("TOCSIN_TEST_REQUIRE"), ","), "firefox") {
			t.Fatalf("Firefox is required: %v", err)
		}
		t.Skipf("no Firefox: %v", err)
	}
	dir := os.Getenv("TOCSIN_SCREENS")
	if dir == "" {
		dir = t.TempDir()
	}
	shots := []struct {
		path  string
		width int
	}{{"/", 1440}, {"/fr/search?q=OWA", 600}, {"/issues/EX748468", 1440}, {"/services/Exchange", 1440}, {"/ja/messages", 600}, {"/login", 600}}
	if !thorough() {
		shots = shots[:2]
	}
	home, profile := base(t), t.TempDir()
	for i, shot := range shots {
		file := filepath.Join(dir, fmt.Sprintf("firefox-%d.png", i))
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		out, err := exec.CommandContext(ctx, program, "--headless", "--no-remote", "--profile", profile,
			fmt.Sprintf("--window-size=%d,1000", shot.width), "--screenshot", file, home+shot.path).CombinedOutput()
		cancel()
		if err != nil {
			t.Fatalf("%s: %v: %s", shot.path, err, out)
		}
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if got := picture.Bounds().Dx(); got != shot.width {
			t.Errorf("%s is %d pixels wide in a window of %d", shot.path, got, shot.width)
		}
		if n := colours(picture); n < 20 {
			t.Errorf("%s has %d colours: it is empty", shot.path, n)
		}
	}
}

// colours counts the colours of every seventh point of a picture.
func colours(picture image.Image) int {
	seen, box := map[[3]uint32]bool{}, picture.Bounds()
	for y := box.Min.Y; y < box.Max.Y; y += 7 {
		for x := box.Min.X; x < box.Max.X; x += 7 {
			r, g, b, _ := picture.At(x, y).RGBA()
			seen[[3]uint32{r, g, b}] = true
		}
	}
	return len(seen)
}
