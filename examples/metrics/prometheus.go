package main

import (
	"context"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rest-thumbnails/thumbnail"
)

// observers are several Observers.
type observers []thumbnail.Observer

func (all observers) Observe(ctx context.Context, e thumbnail.Event) {
	for _, o := range all {
		o.Observe(ctx, e)
	}
}

// metrics are counters and histograms. No label has a path, a source or a size, because those have too many
// values.
type metrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	steps    *prometheus.HistogramVec
	bytes    prometheus.Counter
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "thumbnail_requests_total", Help: "Requests and calls of Generate, by how they ended.",
		}, []string{"op", "outcome", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "thumbnail_request_seconds", Help: "Time until a request was answered.", Buckets: prometheus.ExponentialBuckets(0.0001, 2, 20), // to 52 s
		}, []string{"outcome"}),
		steps: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "thumbnail_generation_seconds", Help: "Time that the steps of making a thumbnail took.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 15),
		}, []string{"stage"}),
		bytes: prometheus.NewCounter(prometheus.CounterOpts{Name: "thumbnail_response_bytes_total", Help: "Bytes of thumbnails sent."}),
	}
	r.MustRegister(m.requests, m.duration, m.steps, m.bytes)
	return m
}

// Observe implements thumbnail.Observer.
func (m *metrics) Observe(_ context.Context, e thumbnail.Event) {
	m.requests.WithLabelValues(string(e.Op), string(e.Outcome), strconv.Itoa(thumbnail.StatusCode(e.Err))).Inc()
	m.duration.WithLabelValues(string(e.Outcome)).Observe(e.Duration.Seconds())
	m.bytes.Add(float64(e.Bytes))
	if e.Generated {
		for _, s := range stages(e.Timing) {
			m.steps.WithLabelValues(s.name).Observe(s.took.Seconds())
		}
	}
}

type stage struct {
	name string
	took time.Duration
}

// stages are the steps of a generation, in their order.
func stages(t thumbnail.Timing) []stage {
	return []stage{{"queue", t.Queue}, {"read", t.Source}, {"decode", t.Decode}, {"process", t.Process}, {"encode", t.Encode}, {"store", t.Store}}
}

// gauges report the current state of a handler.
func gauges(stats func() thumbnail.Stats) []prometheus.Collector {
	gauge := func(name, help string, value func(thumbnail.Stats) float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return value(stats()) })
	}
	return []prometheus.Collector{
		gauge("thumbnail_in_progress", "Thumbnails that are being made.", func(s thumbnail.Stats) float64 { return float64(s.Working) }),
		gauge("thumbnail_queue_length", "Thumbnails that wait for memory or a worker.", func(s thumbnail.Stats) float64 { return float64(s.Queued) }),
		gauge("thumbnail_memory_bytes", "Bytes of Config.MaxMemory in use.", func(s thumbnail.Stats) float64 { return float64(s.Memory) }),
		gauge("thumbnail_remembered_failures", "Originals that are known to fail.", func(s thumbnail.Stats) float64 { return float64(s.Remembered) }),
	}
}
