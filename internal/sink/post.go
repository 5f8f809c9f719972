package sink

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// A Card is an Adaptive Card that came, as far as it is shown.
type Card struct {
	N        int
	At       time.Time
	Language string
	Blocks   []Block
	Actions  []Action
}

// A Block is a line of a card or, with blocks in it, a part that stands out.
type Block struct {
	Runs   []Run
	Blocks []Block
	Style  string // good, attention, warning, accent or ""
	Wide   bool   // with room above it
}

// A Run is a piece of a line.
type Run struct {
	Text                        string
	Large, Bold, Subtle, Italic bool
}

// An Action is a button that leads somewhere.
type Action struct{ Title, URL string }

// A Hook is a webhook that came.
type Hook struct {
	N         int
	At        time.Time
	ID        string // that its sender gave it
	Signed    bool   // by somebody who knows the secret
	Signature string
	Type      string
	Body      string // indented
}

// card takes a card in the envelope of a message, as a workflow of Power Automate
// does.
func (s *Server) card(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Attachments []struct {
			Content struct {
				Lang    string
				Body    []element
				Actions []struct{ Title, URL string }
			}
		}
	}
	text, ok := readPost(w, r)
	if !ok {
		return
	}
	if err := json.Unmarshal(text, &body); err != nil || len(body.Attachments) != 1 {
		http.Error(w, "no card", http.StatusBadRequest)
		return
	}
	content := body.Attachments[0].Content
	c := Card{Language: content.Lang, Blocks: blocksOf(content.Body, 0)}
	for _, a := range content.Actions {
		if strings.HasPrefix(a.URL, "https://") || strings.HasPrefix(a.URL, "http://") {
			c.Actions = append(c.Actions, Action{a.Title, a.URL})
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	c.N, c.At = s.last, s.now()
	s.cards = keep(s.cards, c)
	w.WriteHeader(http.StatusAccepted)
}

// element is what cards are made of.
type element struct {
	Style, Spacing string
	Items          []element
	Inlines        []struct {
		Text, Size, Weight string
		IsSubtle, Italic   bool
	}
}

func blocksOf(list []element, depth int) (blocks []Block) {
	for _, e := range list {
		b := Block{Wide: e.Spacing == "Medium"}
		switch e.Style {
		case "good", "attention", "warning", "accent":
			b.Style = e.Style
		}
		for _, i := range e.Inlines {
			b.Runs = append(b.Runs, Run{i.Text, i.Size == "Medium" || i.Size == "Large", i.Weight == "Bolder", i.IsSubtle, i.Italic})
		}
		if depth < 4 {
			b.Blocks = blocksOf(e.Items, depth+1)
		}
		blocks = append(blocks, b)
	}
	return blocks
}

// hook takes a webhook by the scheme of Standard Webhooks.
func (s *Server) hook(w http.ResponseWriter, r *http.Request) {
	text, ok := readPost(w, r)
	if !ok {
		return
	}
	var body struct{ Type string }
	var indented bytes.Buffer
	if json.Unmarshal(text, &body) != nil || json.Indent(&indented, text, "", "  ") != nil {
		http.Error(w, "no JSON", http.StatusBadRequest)
		return
	}
	h := Hook{ID: r.Header.Get("Webhook-Id"), Signature: r.Header.Get("Webhook-Signature"), Type: body.Type, Body: indented.String()}
	h.Signed = s.signed(h.ID, r.Header.Get("Webhook-Timestamp"), h.Signature, text)
	if !h.Signed {
		http.Error(w, "not signed with the secret", http.StatusUnauthorized)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	h.N, h.At = s.last, s.now()
	s.hooks = keep(s.hooks, h)
}

// signed reports whether one of the signatures is that of the secret
// (https://github.com/standard-webhooks/standard-webhooks, "Signature scheme").
func (s *Server) signed(id, timestamp, signatures string, body []byte) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s.secret, "whsec_"))
	if err != nil {
		return false
	}
	sum := hmac.New(sha256.New, key)
	sum.Write([]byte(id + "." + timestamp + "."))
	sum.Write(body)
	want := "v1," + base64.StdEncoding.EncodeToString(sum.Sum(nil))
	for _, one := range strings.Fields(signatures) {
		if hmac.Equal([]byte(one), []byte(want)) {
			return true
		}
	}
	return false
}

func readPost(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSize))
	if err != nil {
		http.Error(w, "too large or cut off", http.StatusRequestEntityTooLarge)
		return nil, false
	}
	return text, true
}
