package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/readmodel"
)

// A keeper keeps what it would have to make again.
type keeper interface {
	Caches() map[string]cache.Use
}

// memoryMetrics tells what answers are made of and how much memory that takes, at
// no cost but for reading a few numbers.
type memoryMetrics struct {
	model               *readmodel.Model
	keepers             []keeper
	items, bytes, limit *prometheus.Desc
}

func newMemoryMetrics(model *readmodel.Model, keepers ...keeper) *memoryMetrics {
	return &memoryMetrics{
		model: model, keepers: append([]keeper{model}, keepers...),
		items: prometheus.NewDesc("tocsin_snapshot_items", "Issues and messages of all tenants that are in memory, without their texts.", []string{"kind"}, nil),
		bytes: prometheus.NewDesc("tocsin_cache_bytes", "Memory that is held so that answers need not be made again: texts, their encoded and compressed forms, and bodies.", []string{"cache"}, nil),
		limit: prometheus.NewDesc("tocsin_cache_limit_bytes", "What tocsin_cache_bytes stays below, however much is asked for.", []string{"cache"}, nil),
	}
}

// Describe tells the names.
func (m *memoryMetrics) Describe(out chan<- *prometheus.Desc) {
	out <- m.items
	out <- m.bytes
	out <- m.limit
}

// Collect reads the numbers.
func (m *memoryMetrics) Collect(out chan<- prometheus.Metric) {
	issues, messages := 0, 0
	for _, s := range m.model.Loaded() {
		issues, messages = issues+len(s.Issues), messages+len(s.Messages)
	}
	gauge(out, m.items, float64(issues), "issue")
	gauge(out, m.items, float64(messages), "message")
	for _, one := range m.keepers {
		for name, use := range one.Caches() {
			gauge(out, m.bytes, float64(use.Bytes), name)
			gauge(out, m.limit, float64(use.Limit), name)
		}
	}
}
