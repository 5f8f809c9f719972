package notifytest

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
)

// Secret stands in the address, and where a channel has one in its secret: no
// failure, receipt or error may have it.
const Secret = "hunter2-hunter2"

// A Make makes the channel that is tried, with an address that has [Secret] in
// its path and query. Requests may take at most timeout. Inside says whether
// addresses inside the network are allowed.
type Make func(t *testing.T, address string, timeout time.Duration, inside bool) (notify.Channel, error)

// Contract tries what every channel over HTTP has to do with the answers of the
// other side. Good is an answer that it takes for a success, status and body.
func Contract(t *testing.T, maker Make, status int, body string) {
	t.Run("statuses", func(t *testing.T) { t.Parallel(); statuses(t, maker, status, body) })
	t.Run("retry after", func(t *testing.T) { t.Parallel(); retryAfter(t, maker) })
	t.Run("hostile", func(t *testing.T) { t.Parallel(); hostile(t, maker) })
	t.Run("nobody there", func(t *testing.T) { t.Parallel(); nobody(t, maker) })
	t.Run("inside", func(t *testing.T) { t.Parallel(); inside(t, maker, status, body) })
	t.Run("ended", func(t *testing.T) { t.Parallel(); ended(t, maker) })
}

// new makes the channel, with a secret in its address.
func (m Make) new(t *testing.T, server string, timeout time.Duration) notify.Channel {
	t.Helper()
	c, err := m(t, Address(server), timeout, true)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// at makes the channel for an address below a server.
func (m Make) at(t *testing.T, server *Server, path string) notify.Channel {
	t.Helper()
	c, err := m(t, server.URL+path, time.Minute, true)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Sent returns the requests by which a message goes to an address, whose answer is
// one that the channel takes for a success.
func (m Make) Sent(t *testing.T, path string, status int, answer string, message *notify.Message) []Request {
	t.Helper()
	server := Say(t, status, nil, answer)
	if _, err := m.at(t, server, path).Send(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	return server.Seen()
}

// Refused fails the test unless an answer is a failure for a reason. It returns
// the failure.
func (m Make) Refused(t *testing.T, status int, answer string, reason notify.Reason) *notify.Failure {
	t.Helper()
	return Refused(t, m.at(t, Say(t, status, nil, answer), ""), reason)
}

// Address is that of a hook at a server, with secrets in it.
func Address(server string) string { return server + "/hooks/" + Secret + "?sig=" + Secret }

// Refused fails the test unless a channel does not deliver for a reason. It
// returns the failure.
func Refused(t *testing.T, c notify.Channel, reason notify.Reason) *notify.Failure {
	t.Helper()
	receipt, err := c.Send(t.Context(), Message())
	f, ok := errors.AsType[*notify.Failure](err)
	if !ok || f.Reason != reason {
		t.Errorf("%+v, %v; want a failure for the reason %s", receipt, err, reason)
		return &notify.Failure{}
	}
	if f.InDoubt != (reason == notify.ReasonInDoubt) {
		t.Errorf("%v: in doubt %t", f, f.InDoubt)
	}
	silent(t, fmt.Sprint(f), fmt.Sprint(f.Cause), f.Detail)
	if strings.ContainsAny(f.Detail, "\r\n\x1b") {
		t.Errorf("the detail is more than a line: %q", f.Detail)
	}
	return f
}

// silent fails the test when a text has the secret.
func silent(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(text, Secret) {
			t.Errorf("a secret is shown: %s", text)
		}
	}
}

func statuses(t *testing.T, maker Make, status int, body string) {
	good := Say(t, status, nil, body)
	receipt, err := maker.new(t, good.URL, time.Minute).Send(t.Context(), Message())
	if err != nil || len(good.Seen()) != 1 || !strings.HasPrefix(good.Seen()[0].Path, "/hooks") || good.Seen()[0].Query != "sig="+Secret {
		t.Errorf("a good answer: %+v, %v", receipt, err)
	}
	silent(t, receipt.Detail)
	for _, test := range []struct {
		status    int
		reason    notify.Reason
		permanent bool
	}{
		{301, notify.ReasonRefused, false},
		{302, notify.ReasonRefused, false},
		{307, notify.ReasonRefused, false},
		{308, notify.ReasonRefused, false},
		{400, notify.ReasonContent, false},
		{401, notify.ReasonAuthentication, false},
		{404, notify.ReasonGone, false},
		{408, notify.ReasonTimeout, false},
		{410, notify.ReasonGone, true},
		{413, notify.ReasonContent, false},
		{418, notify.ReasonRefused, false},
		{429, notify.ReasonRate, false},
		{500, notify.ReasonRefused, false},
		{503, notify.ReasonRefused, false},
		{504, notify.ReasonTimeout, false},
	} {
		elsewhere := Say(t, 200, nil, "ok")
		server := Say(t, test.status, http.Header{"Location": {elsewhere.URL}}, Secret+"\r\n\x1b[31m")
		if f := Refused(t, maker.new(t, server.URL, time.Minute), test.reason); f.Permanent != test.permanent || f.Status != test.status {
			t.Errorf("%d: %+v", test.status, f)
		}
		if len(elsewhere.Seen()) != 0 {
			t.Errorf("%d: the redirect was followed", test.status)
		}
	}
}

func retryAfter(t *testing.T, maker Make) {
	for header, want := range map[string]time.Duration{
		"": 0, "17": 17 * time.Second, "17.4": 17400 * time.Millisecond, " 5 ": 5 * time.Second, "0": time.Second, "99999999": time.Hour,
		"-1": 0, "soon": 0, "1e9": 0, "Sun, 29 Nov 2026 12:02:00 GMT": 2 * time.Minute, "Sunday, 29-Nov-26 12:02:00 GMT": 2 * time.Minute,
		"Sun Nov 29 12:02:00 2026": 2 * time.Minute, "Sun, 29 Nov 2020 12:02:00 GMT": time.Second, "Mon, 29 Nov 2100 12:02:00 GMT": time.Hour,
		strings.Repeat("9", 400): time.Hour,
	} {
		for _, status := range []int{429, 503} {
			server := Say(t, status, http.Header{"Retry-After": {header}}, "")
			f := Refused(t, maker.new(t, server.URL, time.Minute), map[int]notify.Reason{429: notify.ReasonRate, 503: notify.ReasonRefused}[status])
			if f.After != want {
				t.Errorf("%d, %.40q: wait %v, want %v", status, header, f.After, want)
			}
		}
	}
}

// hostile tries T-58: whatever the other side sends, little of it is read and
// the channel is free again soon. A success that breaks off is in doubt.
func hostile(t *testing.T, maker Make) {
	for name, test := range map[string]struct {
		reason notify.Reason
		answer func(w http.ResponseWriter)
	}{
		"endless body": {notify.ReasonInDoubt, func(w http.ResponseWriter) {
			for w.Header().Set("Content-Type", "text/plain"); ; {
				if _, err := io.WriteString(w, strings.Repeat("a", 4096)); err != nil {
					return
				}
			}
		}},
		"endless body of a refusal": {notify.ReasonRefused, func(w http.ResponseWriter) {
			for w.WriteHeader(http.StatusInternalServerError); ; {
				if _, err := io.WriteString(w, strings.Repeat("a", 4096)); err != nil {
					return
				}
			}
		}},
		"huge header": {notify.ReasonRefused, func(w http.ResponseWriter) {
			w.Header().Set("X-A", strings.Repeat("a", 10<<20))
		}},
		"body that breaks off": {notify.ReasonInDoubt, func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "ok")
		}},
		"body that does not come": {notify.ReasonInDoubt, func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, "o")
			_ = http.NewResponseController(w).Flush()
			<-t.Context().Done()
		}},
		"no answer": {notify.ReasonTimeout, func(http.ResponseWriter) { <-t.Context().Done() }},
	} {
		server := Serve(t, func(w http.ResponseWriter, _ Request) { test.answer(w) })
		limit := time.Second
		if name == "huge header" { // it ends of itself, however slow the machine is
			limit = time.Minute
		}
		t.Run(name, func(t *testing.T) { Refused(t, maker.new(t, server.URL, limit), test.reason) })
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write(make([]byte, 50<<20))
	_ = w.Close()
	server := Say(t, http.StatusInternalServerError, http.Header{"Content-Encoding": {"gzip"}}, packed.String())
	Refused(t, maker.new(t, server.URL, time.Minute), notify.ReasonRefused)
}

func nobody(t *testing.T, maker Make) {
	server := Say(t, 200, nil, "ok")
	server.Close()
	Refused(t, maker.new(t, server.URL, time.Minute), notify.ReasonUnreachable)
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 1024))
			_, _ = io.WriteString(conn, "SSH-2.0-"+Secret+"\r\n")
			_ = conn.Close()
		}
	}()
	Refused(t, maker.new(t, "http://"+l.Addr().String(), time.Minute), notify.ReasonRefused)
}

// inside tries T-55: an address inside is refused unless that is allowed.
func inside(t *testing.T, maker Make, status int, body string) {
	server := Say(t, status, nil, body)
	c, err := maker(t, Address(server.URL), time.Minute, false)
	if err != nil {
		silent(t, err.Error())
	} else {
		Refused(t, c, notify.ReasonInside)
	}
	if n := len(server.Seen()); n != 0 {
		t.Errorf("%d requests arrived", n)
	}
}

func ended(t *testing.T, maker Make) {
	server := Serve(t, func(http.ResponseWriter, Request) { <-t.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := maker.new(t, server.URL, time.Minute).Send(ctx, Message())
	if err == nil || ctx.Err() == nil {
		t.Errorf("a message that was not taken: %v", err)
	}
}
