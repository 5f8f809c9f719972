package httpclient

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// An Answer is what came back, still as it came over the wire.
type Answer struct {
	Status int
	Header http.Header
	Wire   []byte   // the body as sent
	Hash   [32]byte // SHA-256 of Wire
	// Confirmed tells that the upstream said 304 to a request that bore
	// If-None-Match. Status is then the 200 that this stands for, and there is
	// no body: the caller holds it.
	Confirmed bool

	encoding string
	maxBody  int64
}

// confirm presents a 304 as the answer that it stands for. A 304 that nobody
// asked for stays what it is.
func (a *Answer) confirm(request http.Header) {
	if a.Status != http.StatusNotModified || request.Get("If-None-Match") == "" {
		return
	}
	a.Status, a.Confirmed = http.StatusOK, true
	if a.Header.Get("Content-Type") == "" { // a 304 need not repeat it
		a.Header.Set("Content-Type", request.Get("Accept"))
	}
}

// Body is the inflated body. It fails when the body is cut, too large, or in
// an encoding that was not asked for.
func (a *Answer) Body() ([]byte, error) {
	switch strings.ToLower(a.encoding) {
	case "", "identity":
		return a.Wire, nil
	case "gzip", "x-gzip":
	default:
		return nil, errors.New("inflate answer: its encoding was not asked for")
	}
	reader, err := gzip.NewReader(bytes.NewReader(a.Wire))
	if err != nil {
		return nil, fmt.Errorf("inflate answer: %w", err)
	}
	body, err := readAll(reader, a.maxBody)
	if err != nil {
		return nil, fmt.Errorf("inflate answer: %w", err)
	}
	return body, nil
}
