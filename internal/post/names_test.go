package post_test

import (
	"bufio"
	"compress/gzip"
	"strings"
	"testing"

	"example.org/tocsin/internal/post"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text, name string
		want       bool
	}{
		{"Users of Exchange Online are affected.", "Exchange Online", true},
		{"Mail is filtered by Exchange Online Protection.", "Exchange Online", false},
		{"Exchange Online Protection delays mail; Exchange Online does too.", "Exchange Online", true},
		{"Exchange Online protection of mailboxes", "Exchange Online", true},
		{"Exchange Online PowerShell cannot connect.", "Exchange Online", true},
		{"Exchange Online Protections", "Exchange Online", true},
		{"Flows of Microsoft Power Automate in Microsoft 365 stop.", "Microsoft Power Automate", false},
		{"Flows of Microsoft Power Automate in Microsoft 365 stop.", "Microsoft Power Automate in Microsoft 365", true},
		{"Screens of Dynamics 365 Business Central stay empty.", "Dynamics 365", false},
		{"Screens of Dynamics 365 Apps stay empty.", "Dynamics 365 Apps", true},
		{"Rooms with Microsoft Teams Rooms", "Microsoft Teams", true},
		{"Microsoft 365 apps and services", "Microsoft 365 apps", false},
		{"Video is streaming. Streams too.", "Stream", false},
		{"Exchange Online", "", false},
	} {
		if got := post.Names(tt.text, tt.name); got != tt.want {
			t.Errorf("%q names %q: %v, want %v", tt.text, tt.name, got, tt.want)
		}
	}
}

// In recorded messages, no service is taken for named where its name stands
// only within that of another product.
func TestRealNames(t *testing.T) {
	t.Parallel()
	packed, err := gzip.NewReader(shared(t, "data/message-center-updates.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	lines, within, named := bufio.NewScanner(packed), 0, 0
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		text := lines.Text()
		if post.Names(text, "Exchange Online") {
			named++
		}
		bare := strings.ReplaceAll(text, "Exchange Online Protection", "")
		if bare == text || strings.Contains(bare, "Exchange Online") {
			continue
		}
		if within++; post.Names(text, "Exchange Online") {
			t.Errorf("taken for Exchange Online: %.80s", text)
		}
	}
	if lines.Err() != nil || within == 0 || named == 0 {
		t.Errorf("%d records with the longer name alone, %d with Exchange Online, %v", within, named, lines.Err())
	}
}
