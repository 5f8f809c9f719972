package graph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// maxBatch is the largest batch of the published reference.
const maxBatch = 20

// A batchRequest is one request of a batch.
type batchRequest struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	DependsOn []string          `json:"dependsOn"`
}

// A batchResponse is its answer. A body that is no JSON is sent as a
// string, a file in base64.
type batchResponse struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    json.RawMessage   `json:"body,omitempty"`
}

// batch answers several requests at once, one after the other in their order.
func (x *exchange) batch() error {
	if err := x.formatOnly(); err != nil {
		return err
	}
	var body struct {
		Requests []batchRequest `json:"requests"`
	}
	if err := x.readJSON(&body); err != nil {
		return err
	}
	if err := checkBatch(body.Requests); err != nil {
		return err
	}
	status := map[string]int{}
	var answer struct {
		Responses []batchResponse `json:"responses"`
	}
	for _, request := range body.Requests {
		response := x.one(request, status)
		status[request.ID] = response.Status
		answer.Responses = append(answer.Responses, response)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer); err != nil {
		return fmt.Errorf("encode batch: %w", err)
	}
	return x.replyJSON(out.Bytes())
}

// checkBatch refuses what is wrong with the batch as a whole.
func checkBatch(requests []batchRequest) error {
	if len(requests) == 0 || len(requests) > maxBatch {
		return failf(http.StatusBadRequest, "A batch has 1 to %d requests.", maxBatch)
	}
	seen := map[string]bool{}
	for _, r := range requests {
		switch {
		case r.ID == "" || len(r.ID) > 64:
			return failf(http.StatusBadRequest, "Every request of a batch needs an id of 1 to 64 characters.")
		case seen[r.ID]:
			return failf(http.StatusBadRequest, "Two requests of the batch have one id.")
		case r.Method == "" || r.URL == "":
			return failf(http.StatusBadRequest, "Every request of a batch needs a method and a url.")
		}
		for _, id := range r.DependsOn {
			if !seen[id] {
				return failf(http.StatusBadRequest, "dependsOn names a request that does not come before.")
			}
		}
		seen[r.ID] = true
	}
	return nil
}

// one answers one request of a batch, as if it had been sent alone.
func (x *exchange) one(request batchRequest, status map[string]int) batchResponse {
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	inner := &exchange{
		api: x.api, base: x.base, ctx: x.ctx, w: w, method: strings.ToUpper(request.Method), header: http.Header{}, body: bytes.NewReader(request.Body),
		batched: true, identity: x.identity, id: x.id, clientID: x.clientID,
	}
	for name, value := range request.Headers {
		inner.header.Set(name, value)
	}
	err := x.place(inner, request, status)
	if err == nil {
		if refusal := x.api.admission.Throttle(x.identity, x.api.now()); refusal != nil {
			err = refused(refusal)
		}
	}
	if err == nil {
		err = inner.serve()
	}
	if err != nil {
		inner.fail(err)
	}
	return w.response(request.ID)
}

// place finds the address of a request of a batch below the root of the
// batch, and refuses requests whose turn does not come.
func (x *exchange) place(inner *exchange, request batchRequest, status map[string]int) error {
	path, query, _ := strings.Cut(request.URL, "?")
	inner.path, inner.query = "/"+x.to.version+"/"+strings.TrimPrefix(path, "/"), query
	if strings.Contains(path, "://") || strings.HasPrefix(path, "//") || strings.Contains(request.URL, "#") {
		return failf(http.StatusBadRequest, "The url of a request of a batch is relative, such as /%s/issues.", root)
	}
	if to, ok := resolve(inner.path); ok && to.kind == kindBatch {
		return failf(http.StatusBadRequest, "A batch does not hold another one.")
	}
	for _, id := range request.DependsOn {
		if status[id] >= http.StatusBadRequest {
			return failf(http.StatusFailedDependency, "A request that this one depends on has failed.")
		}
	}
	return nil
}

// recorder keeps an answer that becomes part of a batch.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header         { return w.header }
func (w *recorder) WriteHeader(status int)      { w.status = status }
func (w *recorder) Write(b []byte) (int, error) { return w.body.Write(b) }

func (w *recorder) response(id string) batchResponse {
	r := batchResponse{ID: id, Status: w.status, Headers: map[string]string{}}
	for name := range w.header {
		if name != "Content-Length" {
			r.Headers[name] = w.header.Get(name)
		}
	}
	kind := w.header.Get("Content-Type")
	switch {
	case w.body.Len() == 0:
	case strings.Contains(kind, "json"):
		r.Body = w.body.Bytes()
	case strings.HasPrefix(kind, "text/"), strings.HasSuffix(kind, "xml"):
		r.Body, _ = json.Marshal(w.body.String()) // a string always encodes
	default:
		r.Body, _ = json.Marshal(w.body.Bytes()) // in base64, which always encodes
	}
	return r
}
