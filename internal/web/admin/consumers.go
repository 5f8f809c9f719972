package admin

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// consumers are the parts of the desk that react to changes.
type consumers interface {
	Consumers(ctx context.Context, skipped int) ([]tocsin.Consumer, error)
	Retry(ctx context.Context, consumer string, seq int64) error
}

// maxSkipped bounds how many skipped changes are on the page.
const maxSkipped = 200

// consumersPage is how far the consumers of changes are.
type consumersPage struct {
	adminFrame
	Consumers []consumerLine
	Skipped   []skippedLine
	Empty     web.EmptyView
	Settings  *settingsView
}

// settingsView is how the settings file stands to what is in force.
type settingsView struct {
	Since, Found, Problem string
	Restart               []string
}

// settings tells of the settings file, nil where none is followed.
func (v *view) settings() *settingsView {
	if v.pages.config.Settings == nil {
		return nil
	}
	state := v.pages.config.Settings.State()
	if state.Since.IsZero() {
		return nil
	}
	s := &settingsView{Since: v.Full(state.Since.In(v.Zone)), Problem: state.Problem, Restart: state.Restart}
	if s.Problem != "" {
		s.Found = v.Full(state.FoundAt.In(v.Zone))
	}
	return s
}

type consumerLine struct {
	Name, ID      string
	Behind        int
	Done, Handled string
	Problem       *why
}

type skippedLine struct {
	Name, ID, At, Change string
	Problem              *why
	Retry                string
}

// adminConsumers serves GET /admin/consumers.
func (p *Pages) adminConsumers(v *view) error {
	consumers, err := p.config.Consumers.Consumers(v.R.Context(), maxSkipped)
	if err != nil {
		return err
	}
	page := consumersPage{adminFrame: v.adminFrame("consumers"), Empty: web.EmptyView{Title: v.Text("consumers.skipped.none"), Text: v.Text("consumers.skipped.none.text")}}
	page.Settings = v.settings()
	var skipped []tocsin.SkippedChange
	for _, c := range consumers {
		line := consumerLine{
			Name: v.consumer(c.Name), ID: c.Name, Behind: int(c.Behind()), Done: v.Percent(c.Progress(), 0),
			Problem: v.reasoned(c.Problem),
		}
		if !c.HandledAt.IsZero() {
			line.Handled = v.Full(c.HandledAt.In(v.Zone))
		}
		page.Consumers, skipped = append(page.Consumers, line), append(skipped, c.Skipped...)
	}
	slices.SortStableFunc(skipped, func(a, b tocsin.SkippedChange) int { return b.At.Compare(a.At) })
	for _, s := range skipped {
		change := strconv.FormatInt(s.Seq, 10)
		page.Skipped = append(page.Skipped, skippedLine{
			Name: v.consumer(s.Consumer), ID: s.Consumer, At: v.Full(s.At.In(v.Zone)), Problem: v.reasoned(s.Problem), Change: change,
			Retry: v.Href("/admin/consumers/" + url.PathEscape(s.Consumer) + "/" + change),
		})
	}
	return v.Render(http.StatusOK, "admin-consumers", page)
}

// consumer is the name of a consumer in words, or as it is.
func (v *view) consumer(name string) string {
	if key := "consumer." + name; v.HasText(key) {
		return v.Text(key)
	}
	return name
}

// retrySkipped serves POST /admin/consumers/{consumer}/{change}.
func (p *Pages) retrySkipped(v *view) error {
	seq, err := strconv.ParseInt(v.R.PathValue("change"), 10, 64)
	if err != nil {
		return web.NothingHere()
	}
	if err := p.config.Consumers.Retry(v.R.Context(), v.R.PathValue("consumer"), seq); err != nil {
		return err
	}
	return v.Redirect(v.Href("/admin/consumers?done=change"))
}
