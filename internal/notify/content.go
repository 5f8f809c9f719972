package notify

import (
	"encoding/json"
	"fmt"

	"example.org/tocsin/internal/store/delivery"
)

// A Content is what a message says, in the form in which it is kept: it is the
// same at each attempt, and for all endpoints that are told the same.
type Content struct {
	Kind   MessageKind
	Letter *Letter
	Facts  []Fact

	body []byte
}

// NewContent makes a content of what is to be kept.
func NewContent(kind MessageKind, letter *Letter, facts []Fact) (*Content, error) {
	c := &Content{Kind: kind, Letter: letter, Facts: facts}
	var err error
	if c.body, err = json.Marshal(c); err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	return c, nil
}

// decodeContent reads what was kept.
func decodeContent(body []byte) (*Content, error) {
	c := &Content{body: body}
	if err := json.Unmarshal(body, c); err != nil || c.Letter == nil {
		return nil, fmt.Errorf("read a message that was kept: %w", err)
	}
	return c, nil
}

// message is the content as one endpoint gets it.
func (c *Content) message(e *errand, b delivery.Batch) *Message {
	return &Message{
		ID: b.ID, Kind: c.Kind, Attempt: b.Attempts, Repeat: b.Repeats > 0, Endpoint: Endpoint{Key: e.claim.Key, Zone: e.exit.Zone},
		Language: c.Letter.Language, MadeAt: b.MadeAt, Letter: c.Letter, Facts: c.Facts, Thread: b.Thread,
	}
}
