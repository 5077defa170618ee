package main

import (
	"encoding/json"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestARequestIsCountedTimedAndTraced(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "a.jpg"))
	require.NoError(t, err)
	require.NoError(t, jpeg.Encode(f, image.NewRGBA(image.Rect(0, 0, 400, 300)), nil))
	require.NoError(t, f.Close())
	spans := tracetest.NewSpanRecorder()
	h, link, err := prepare(dir, "a.jpg", sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)))
	require.NoError(t, err)
	for range 3 {
		require.Equal(t, http.StatusOK, get(h, link).Code)
	}
	require.Equal(t, http.StatusUnauthorized, get(h, link[:len(link)-5]+"0.jpg").Code)

	text := get(h, "/metrics").Body.String()
	for _, line := range []string{
		`thumbnail_requests_total{op="request",outcome="generated",status="200"} 1`,
		`thumbnail_requests_total{op="request",outcome="stored",status="200"} 2`,
		`thumbnail_requests_total{op="request",outcome="failed",status="401"} 1`,
		`thumbnail_generation_seconds_count{stage="decode"} 1`,
		"thumbnail_in_progress 0", "thumbnail_queue_length 0", "thumbnail_memory_bytes 0",
	} {
		assert.Contains(t, text, line+"\n")
	}
	assert.NotContains(t, text, "a.jpg")

	var names []string
	var whole sdktrace.ReadOnlySpan
	for _, s := range spans.Ended() {
		names = append(names, s.Name())
		if s.Name() == "thumbnail" && whole == nil {
			whole = s
		}
	}
	assert.Subset(t, names, []string{"read", "decode", "process", "encode", "store", "thumbnail"})
	require.NotNil(t, whole)
	for _, s := range spans.Ended() {
		if s.Parent().SpanID() == whole.SpanContext().SpanID() {
			assert.False(t, s.StartTime().Before(whole.StartTime()) || s.EndTime().After(whole.EndTime()), s.Name())
		}
	}
}

// The program has every metric of the dashboard.
func TestTheDashboardShowsMetricsThatExist(t *testing.T) {
	text, err := os.ReadFile("dashboard.json")
	require.NoError(t, err)
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	require.NoError(t, json.Unmarshal(text, &dashboard))
	require.NotEmpty(t, dashboard.Panels)
	h, link, err := prepare(t.TempDir(), "a.jpg", sdktrace.NewTracerProvider())
	require.NoError(t, err)
	get(h, link)
	known := get(h, "/metrics").Body.String() + "thumbnail_generation_seconds_bucket thumbnail_generation_seconds_sum thumbnail_generation_seconds_count"
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			names := regexp.MustCompile(`thumbnail_\w+`).FindAllString(target.Expr, -1)
			require.NotEmpty(t, names, p.Title)
			for _, name := range names {
				assert.Contains(t, known, name, p.Title)
			}
		}
	}
}
