// Package ask has how tests of the whole program ask a desk over HTTP.
package ask

import (
	"io"
	"net/http"
	"testing"
)

// Get asks an address, with a bearer token unless it is "", and returns the
// whole answer. It fails the test when there is none.
func Get(t testing.TB, client *http.Client, address, token string) (*http.Response, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, body
}
