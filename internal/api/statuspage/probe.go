package statuspage

import (
	"net/http"
	"time"

	"example.org/tocsin/internal/feed"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/tocsin"
)

// probe answers 200 when a tenant or a service works and 503 when it does not or
// nobody knows, in one word, for programs that look at the status alone.
func (v *view) probe() error {
	if err := v.judge(); err != nil {
		return err
	}
	severity, _, _, err := v.judged()
	if err != nil {
		return err
	}
	code := http.StatusOK
	if !up(severity) {
		code = http.StatusServiceUnavailable
	}
	v.w.Header().Set("Cache-Control", "no-store")
	httpserver.Deliver(v.r.Context(), v.w, v.r.Method, http.Header{}, httpserver.Answer{Status: code, Kind: []string{"text/plain; charset=utf-8"}, Body: []byte(severity.String() + "\n")})
	return nil
}

// maxLabel bounds the label that a badge is asked to have, in bytes.
const maxLabel = 60

// madeBadge is the badge that is asked for.
func (v *view) madeBadge() (feed.Badge, error) {
	severity, since, name, err := v.judged()
	if err != nil {
		return feed.Badge{}, err
	}
	l, err := v.locale()
	if err != nil {
		return feed.Badge{}, err
	}
	b := feed.Badge{Label: name, Message: l.SeverityWord(severity), Colour: colour(severity)}
	if v.r.URL.Query().Has("label") {
		if b.Label = v.r.URL.Query().Get("label"); len(b.Label) > maxLabel {
			return b, tocsin.Invalidf("label", "Use at most %d bytes.", maxLabel)
		}
	}
	if severity == tocsin.SeverityUnknown && !since.IsZero() {
		b.Message = l.Text("severity.unknown.since", "time", timeOf(since, v.now))
	}
	return b, nil
}

// timeOf is an instant in UTC, with its date when that is not today's.
func timeOf(t, now time.Time) string {
	if t = t.UTC(); t.Format(time.DateOnly) != now.UTC().Format(time.DateOnly) {
		return t.Format("2006-01-02 15:04 UTC")
	}
	return t.Format("15:04 UTC")
}

func (v *view) badge() (answer, error) {
	b, err := v.madeBadge()
	if err != nil {
		return answer{}, err
	}
	return answer{kind: []string{feed.BadgeType}, body: b.SVG(), policy: "default-src 'none'; style-src 'unsafe-inline'; sandbox"}, nil
}

func (v *view) shields() (answer, error) {
	b, err := v.madeBadge()
	if err != nil {
		return answer{}, err
	}
	body, err := b.Shields()
	return answer{kind: jsonKind(), body: body}, err
}

// embedded is how a tenant is, for pages of others.
type embedded struct {
	Tenant    string            `json:"tenant"`
	Severity  tocsin.Severity   `json:"severity"`
	Word      string            `json:"word"` // in the language asked for
	Since     *time.Time        `json:"since,omitempty"`
	CheckedAt *time.Time        `json:"checkedAt,omitempty"` // last complete poll of any source
	Language  string            `json:"language"`
	URL       string            `json:"url"`
	Services  []embeddedService `json:"services"`
}

type embeddedService struct {
	ID       string          `json:"id"`
	Name     string          `json:"name"`
	Severity tocsin.Severity `json:"severity"`
	Word     string          `json:"word"`
	Since    *time.Time      `json:"since,omitempty"`
}

func (v *view) embed() (answer, error) {
	l, err := v.locale()
	if err != nil {
		return answer{}, err
	}
	body := embedded{
		Tenant: v.edition.Tenant.Title(), Severity: v.report.Severity, Word: l.SeverityWord(v.report.Severity), Since: instant(v.report.Since), CheckedAt: instant(v.CheckedAt),
		Language: l.Code, URL: v.home(), Services: make([]embeddedService, len(v.report.Services)),
	}
	for i := range v.report.Services {
		s := &v.report.Services[i]
		body.Services[i] = embeddedService{s.ID, s.Name, s.Severity, l.SeverityWord(s.Severity), instant(s.Since)}
	}
	return jsonAnswer(body)
}
