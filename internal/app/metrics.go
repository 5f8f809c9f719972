package app

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// scrapeTimeout bounds the reading for one scrape.
const scrapeTimeout = 5 * time.Second

// deskMetrics tells how collecting goes and how the services are, under the
// names that exporters for the provider's API made usual. Labels are tenants,
// sources and services alone: an issue or a title never makes a series.
type deskMetrics struct {
	app                                               *App
	success, failures, stale, service, tenant, issues *prometheus.Desc
	unread, keysFetched, keysStale                    *prometheus.Desc
	behind, skipped, undelivered                      *prometheus.Desc
	settingsValid, settingsRestart                    *prometheus.Desc
	engineOff, engineSpent, engineBudget              *prometheus.Desc
}

// newRegistry holds what the desk tells of itself: how the services are, and
// under the usual names (process_…, go_…) what the process and the Go runtime
// use. Those of the process are there on Linux, macOS and Windows; elsewhere
// they are missing and the rest is not.
func newRegistry(a *App, memory *memoryMetrics) (*prometheus.Registry, error) {
	registry := prometheus.NewRegistry()
	for _, c := range []prometheus.Collector{
		newDeskMetrics(a), memory, a.announcing.attempts, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := registry.Register(c); err != nil {
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	return registry, nil
}

func newDeskMetrics(a *App) *deskMetrics {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return &deskMetrics{
		app: a,
		success: desc("tocsin_collector_last_success_timestamp_seconds",
			"End of the last complete poll as seconds since 1970, 0 for none.", "tenant", "source"),
		failures: desc("tocsin_collector_failures", "Polls in a row that were not complete.", "tenant", "source"),
		stale:    desc("tocsin_collector_stale", "1 when what the source says is older than two intervals.", "tenant", "source"),
		unread: desc("tocsin_collector_unreadable",
			"What nobody knows of a source: elements that cannot be read, lists that did not arrive, services that a short list lacks.", "tenant", "source"),
		service: desc("m365_service_health",
			"0 well, 1 advisory or recovering, 3 degraded, 4 interrupted, -1 not known: an unknown status, or a source that is stale.",
			"tenant", "service_id", "service_name"),
		tenant: desc("tocsin_tenant_health", "The worst of a tenant's services and open issues, in the values of m365_service_health.", "tenant"),
		keysFetched: desc("tocsin_access_issuer_keys_fetched_timestamp_seconds",
			"When the keys of a token issuer were last fetched, as seconds since 1970, 0 for never.", "issuer"),
		keysStale: desc("tocsin_access_issuer_keys_stale", "1 when the last fetch failed: older keys are in use for up to a day.", "issuer"),
		undelivered: desc("tocsin_notify_undelivered",
			"Deliveries that wait (pending) and messages that are being sent, wait for another attempt, are dead or in doubt, by channel and why; those of subscriptions together.", "channel", "state", "reason"),
		behind:          desc("tocsin_outbox_behind", "Changes that a consumer has still to handle.", "consumer"),
		skipped:         desc("tocsin_outbox_skipped", "Changes that a consumer could not handle and went past, until somebody has them tried again.", "consumer"),
		settingsValid:   desc("tocsin_settings_valid", "0 while the settings file is wrong and the old settings stay in force."),
		settingsRestart: desc("tocsin_settings_restart", "Keys of the settings file whose new values wait for the next start."),
		engineOff:       desc("tocsin_translation_engine_left_alone", "1 while a translation engine that failed is not asked.", "engine"),
		engineSpent: desc("tocsin_translation_engine_characters",
			"Characters of the day or month that count against the budget of a translation engine, by UTC.", "engine", "period"),
		engineBudget: desc("tocsin_translation_engine_budget_characters", "The budget of a translation engine, where it has one.", "engine", "period"),
		issues:       desc("m365_service_health_issue", "Open issues of a service.", "tenant", "service_id", "classification"),
	}
}

// Describe sends nothing, so that scrapes are not checked against it: which
// series there are depends on the tenants.
func (*deskMetrics) Describe(chan<- *prometheus.Desc) {}

// Collect reads the store and the snapshots of all tenants.
func (m *deskMetrics) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	if err := m.collect(ctx, out); err != nil {
		out <- prometheus.NewInvalidMetric(m.success, err)
	}
}

func (m *deskMetrics) collect(ctx context.Context, out chan<- prometheus.Metric) error {
	m.issuers(out)
	m.settings(out)
	if err := m.consumers(ctx, out); err != nil {
		return err
	}
	if err := m.engines(ctx, out); err != nil {
		return err
	}
	if err := m.deliveries(ctx, out); err != nil {
		return err
	}
	tenants, err := m.app.Archive.Tenants(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	for _, tenant := range tenants {
		if tenant.Disabled {
			continue
		}
		snapshot, err := m.app.Model.Snapshot(ctx, tenant.ID)
		if err != nil {
			return err
		}
		m.sources(out, tenant.Name, snapshot.Sources(), now)
		report, err := health.Judge(ctx, m.app.Model, snapshot, now)
		if err != nil {
			return err
		}
		m.services(out, tenant.Name, report)
	}
	return nil
}

// settings tells how the settings in force and the file stand to each other.
func (m *deskMetrics) settings(out chan<- prometheus.Metric) {
	if m.app.settings == nil {
		return
	}
	state, valid := m.app.settings.State(), 1.0
	if state.Problem != "" {
		valid = 0
	}
	gauge(out, m.settingsValid, valid)
	gauge(out, m.settingsRestart, float64(len(state.Restart)))
}

func (m *deskMetrics) consumers(ctx context.Context, out chan<- prometheus.Metric) error {
	progress, err := m.app.Store.Consumers(ctx, 0)
	if err != nil {
		return err
	}
	skipped, err := m.app.Store.SkippedByConsumer(ctx)
	if err != nil {
		return err
	}
	for _, p := range progress {
		gauge(out, m.behind, float64(p.Behind()), p.Name)
		gauge(out, m.skipped, float64(skipped[p.Name]), p.Name)
	}
	return nil
}

// deliveries tells what is not delivered to the channels of the settings, and to
// all subscriptions.
func (m *deskMetrics) deliveries(ctx context.Context, out chan<- prometheus.Metric) error {
	counts, err := m.app.Deliveries.Outstanding(ctx)
	if err != nil {
		return err
	}
	for _, c := range counts {
		gauge(out, m.undelivered, float64(c.N), delivery.ChannelName(c.Endpoint), string(c.State), c.Reason)
	}
	return nil
}

func (m *deskMetrics) engines(ctx context.Context, out chan<- prometheus.Metric) error {
	states, err := m.app.engines.States(ctx)
	if err != nil {
		return err
	}
	for _, e := range states {
		off := 0.0
		if !e.Until.IsZero() {
			off = 1
		}
		gauge(out, m.engineOff, off, e.ID)
		for period, n := range map[string][2]int{"day": {e.SpentDay, e.Budget.Day}, "month": {e.SpentMonth, e.Budget.Month}} {
			gauge(out, m.engineSpent, float64(n[0]), e.ID, period)
			if n[1] > 0 {
				gauge(out, m.engineBudget, float64(n[1]), e.ID, period)
			}
		}
	}
	return nil
}

func (m *deskMetrics) issuers(out chan<- prometheus.Metric) {
	for _, keys := range m.app.issuerKeys {
		state := keys.State()
		fetched, stale := 0.0, 0.0
		if !state.FetchedAt.IsZero() {
			fetched = float64(state.FetchedAt.UnixMicro()) / 1e6
		}
		if state.Stale {
			stale = 1
		}
		gauge(out, m.keysFetched, fetched, state.Issuer)
		gauge(out, m.keysStale, stale, state.Issuer)
	}
}

func (m *deskMetrics) sources(out chan<- prometheus.Metric, tenant string, sources []tocsin.SourceState, now time.Time) {
	for _, s := range sources {
		success, stale := 0.0, 0.0
		if !s.LastOKAt.IsZero() {
			success = float64(s.LastOKAt.UnixMicro()) / 1e6
		}
		if _, is := s.StaleSince(now); is {
			stale = 1
		}
		gauge(out, m.success, success, tenant, s.Name)
		gauge(out, m.failures, float64(s.Failures), tenant, s.Name)
		gauge(out, m.stale, stale, tenant, s.Name)
		gauge(out, m.unread, float64(s.Unreadable), tenant, s.Name)
	}
}

// services tells how a tenant and its services are, as [health.Judge] has it.
func (m *deskMetrics) services(out chan<- prometheus.Metric, tenant string, report *health.Report) {
	open := map[[2]string]int{}
	for _, one := range report.Open {
		open[[2]string{one.ServiceID, one.Class}]++
	}
	gauge(out, m.tenant, gaugeOf(report.Severity), tenant)
	for i := range report.Services {
		service := &report.Services[i]
		gauge(out, m.service, gaugeOf(service.Severity), tenant, service.ID, service.Name)
	}
	for key, n := range open {
		gauge(out, m.issues, float64(n), tenant, key[0], key[1])
	}
}

// gaugeOf is a severity in the values that exporters for the provider's API
// made usual.
func gaugeOf(s tocsin.Severity) float64 {
	switch s {
	case tocsin.SeverityOK, tocsin.SeverityPlanned:
		return 0
	case tocsin.SeverityRecovering, tocsin.SeverityAdvisory:
		return 1
	case tocsin.SeverityDegraded:
		return 3
	case tocsin.SeverityInterruption:
		return 4
	}
	return -1
}

func gauge(out chan<- prometheus.Metric, desc *prometheus.Desc, value float64, labels ...string) {
	out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
}
