package dispatch_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"example.org/tocsin/internal/cputest"
	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/notify/letters"
	"example.org/tocsin/internal/notify/mail"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/translate"
)

// smtpVariable names another server for mails, as host:port, that takes them
// without encryption.
const smtpVariable = "TOCSIN_TEST_SMTP"

// BenchmarkMails sends 10,000 mails in five languages to an SMTP server, from one
// change that as many subscribed to, by one channel with sixteen connections. It says
// how many times the letter was written. TOCSIN_TEST_SMTP names another server than
// the one in this process, such as mailpit:
//
//	go test ./internal/notify/dispatch -run '^$' -bench Mails -benchtime 1x
func BenchmarkMails(b *testing.B) {
	address, got := mailServer(b)
	for range b.N {
		b.StopTimer()
		w, scribe := mailWorld(b, address)
		got.Store(0)
		b.StartTimer()
		began, spent := time.Now(), cputest.Used(b)
		if err := dispatch.NewDispatcher(w.config).Drain(b.Context()); err != nil {
			b.Fatal(err)
		}
		took, ours := time.Since(began), cputest.Used(b)-spent
		b.StopTimer()
		list, err := w.Deliveries(b.Context(), delivery.Query{State: delivery.StateSent, Limit: 2 * deliveries})
		if err != nil || len(list) != deliveries || got.Load() != deliveries && os.Getenv(smtpVariable) == "" {
			b.Fatalf("%d recorded, %d received, %v", len(list), got.Load(), err)
		}
		if scribe.different() != 5 {
			b.Errorf("%d letters were written in 5 languages", scribe.different())
		}
		b.ReportMetric(took.Seconds(), "s")
		b.ReportMetric(ours.Seconds(), "cpu-s")
		b.ReportMetric(float64(scribe.different()), "letters")
		b.StartTimer()
	}
}

// counting notes which letters are different ones.
type counting struct {
	*letters.Writer
	mu      sync.Mutex
	written map[*notify.Content]bool
}

func (c *counting) Write(ctx context.Context, language string, zone *time.Location, kind notify.MessageKind, list []delivery.Pending) (*notify.Content, time.Time, error) {
	content, until, err := c.Writer.Write(ctx, language, zone, kind, list)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.written[content] = true
	return content, until, err
}

func (c *counting) different() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.written)
}

// mailWorld has one change to tell 10,000 people in five languages.
func mailWorld(b *testing.B, address string) (*world, *counting) {
	b.Helper()
	w := newWorld(b, storetest.File(b), route.Settings{Routes: route.Spec{Receiver: "duty", GroupWait: "0s"}})
	storetest.AddTenants(b, w)
	scribe := w.mails(b, address)
	w.follow()
	w.record(storetest.Contoso, issue(b, "EX1", 1, nil))
	subscribed(b, w)
	return w, scribe
}

// mails has a world send mails to a server.
func (w *world) mails(b *testing.B, address string) *counting {
	b.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		b.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		b.Fatal(err)
	}
	relay := &mail.Relay{Host: host, Port: number, TLS: mail.NoTLS, Now: time.Now}
	b.Cleanup(relay.Close)
	channel, err := mail.New(mail.Config{From: "desk@contoso.com", Base: "https://status.contoso.com", Via: []mail.Transport{relay}})
	if err != nil {
		b.Fatal(err)
	}
	w.setup.Exits["mail"] = &dispatch.Exit{Name: "mail", Kind: "mail", Channel: channel, Language: "en", Zone: time.UTC, Window: 1, Lines: make(chan struct{}, 16)}
	w.setup.Subscribers = "mail"
	languages := []string{"en", "fr", "ja", "es", "de"}
	w.config.Recipients = func(_ context.Context, keys []string) (map[string]dispatch.Recipient, error) {
		found := map[string]dispatch.Recipient{}
		for _, key := range keys {
			n, err := strconv.Atoi(key[len("subscription:"):])
			if err != nil {
				return nil, err
			}
			found[key] = dispatch.Recipient{Address: fmt.Sprintf("person-%d@fabrikam.com", n), Language: languages[n%5], Zone: time.UTC, Page: "https://status.contoso.com/s/" + strconv.Itoa(n)}
		}
		return found, nil
	}
	writer, err := letters.New(letters.Config{
		Press: publish.New(w.Archive, w.Now), Translator: translate.NewTranslator(w.Translations, translate.Policy{}, w.Now),
		Base: func() string { return "https://status.contoso.com" }, Now: w.Now,
	})
	if err != nil {
		b.Fatal(err)
	}
	scribe := &counting{Writer: writer, written: map[*notify.Content]bool{}}
	w.config.Scribe = scribe
	return scribe
}

// subscribed enqueues the change for everybody.
func subscribed(b *testing.B, w *world) {
	b.Helper()
	rows := make([]delivery.Row, deliveries)
	for i := range rows {
		rows[i] = delivery.Row{Change: 1, Endpoint: fmt.Sprint("subscription:", i), Kind: string(notify.KindUpdate), Route: "subscription", Due: func(time.Time) time.Time { return w.Now() }}
	}
	began := time.Now()
	if err := w.InTx(b.Context(), func(tx *store.Tx) error { return w.Enqueue(b.Context(), tx, rows, w.Now()) }); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(time.Since(began).Seconds(), "s-enqueue")
}

// discarding is a server that reads mails and keeps none.
type discarding struct{ got *atomic.Int64 }

func (d discarding) NewSession(*smtp.Conn) (smtp.Session, error) { return d, nil }
func (discarding) Mail(string, *smtp.MailOptions) error          { return nil }
func (discarding) Rcpt(string, *smtp.RcptOptions) error          { return nil }
func (discarding) Reset()                                        {}
func (discarding) Logout() error                                 { return nil }
func (d discarding) Data(r io.Reader) error {
	d.got.Add(1)
	_, err := io.Copy(io.Discard, r)
	return err
}

// mailServer returns the address of a server, and how many mails it got if it is
// the one in this process.
func mailServer(b *testing.B) (address string, got *atomic.Int64) {
	b.Helper()
	got = &atomic.Int64{}
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // ends with the benchmark
	if err != nil {
		b.Fatal(err)
	}
	s := smtp.NewServer(discarding{got})
	s.Domain = "test"
	var served sync.WaitGroup
	served.Go(func() {
		if err := s.Serve(l); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			b.Error(err)
		}
	})
	b.Cleanup(func() { _ = s.Close(); served.Wait() })
	return cmp.Or(os.Getenv(smtpVariable), l.Addr().String()), got
}
