package notify

import (
	"encoding/json"
	"fmt"
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

// Body returns the content as it is kept. It is shared: do not change it.
func (c *Content) Body() []byte { return c.body }

// DecodeContent reads what was kept.
func DecodeContent(body []byte) (*Content, error) {
	c := &Content{body: body}
	if err := json.Unmarshal(body, c); err != nil || c.Letter == nil {
		return nil, fmt.Errorf("read a message that was kept: %w", err)
	}
	return c, nil
}
