package main

//lint:file-ignore SA1019 each Grafana since 2023 reads the classic schema; only the newest ones read its successor.

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// Grafana's own schema has every field of the dashboard, of its panels and of its queries.
func TestTheDashboardFitsGrafanasSchema(t *testing.T) {
	plugins.RegisterDefaultPlugins()
	text, err := os.ReadFile("dashboard.json")
	require.NoError(t, err)
	var d dashboard.Dashboard
	require.NoError(t, json.Unmarshal(text, &d))
	require.NoError(t, d.Validate())
	assert.Empty(t, unknown(t, text), "what Grafana does not know, it drops")
	ids := map[uint32]bool{}
	taken := map[[2]uint32]string{} // cells of Grafana's grid of 24 columns that are in use
	for _, p := range d.Panels {
		panel := p.Panel
		require.NotNil(t, panel)
		assert.False(t, ids[*panel.Id], "%d", *panel.Id)
		ids[*panel.Id] = true
		assert.LessOrEqual(t, panel.GridPos.X+panel.GridPos.W, uint32(24), *panel.Title)
		for x := panel.GridPos.X; x < panel.GridPos.X+panel.GridPos.W; x++ {
			for y := panel.GridPos.Y; y < panel.GridPos.Y+panel.GridPos.H; y++ {
				assert.Empty(t, taken[[2]uint32{x, y}], *panel.Title)
				taken[[2]uint32{x, y}] = *panel.Title
			}
		}
	}
	for name, instead := range map[string]string{`"targets"`: `"target"`, `"unit"`: `"units"`, `"fillOpacity"`: `"opacity"`, `"expr"`: `"query"`, `"h"`: `"height"`} {
		assert.NotEmpty(t, unknown(t, []byte(strings.Replace(string(text), name, instead, 1))), instead)
	}
}

// A panel that gives each series a fixed color has to name series that its queries return. Otherwise the colors are lost.
func TestTheColorsOfPanelsAreThoseOfOutcomesAndStages(t *testing.T) {
	text, err := os.ReadFile("dashboard.json")
	require.NoError(t, err)
	var d struct {
		Panels []struct {
			Title, Description string
			FieldConfig        struct {
				Overrides []struct{ Matcher struct{ ID, Options string } }
			}
			Targets []struct{ Expr, LegendFormat string }
		}
	}
	require.NoError(t, json.Unmarshal(text, &d))
	stageNames := []string{}
	for _, s := range stages(thumbnail.Timing{}) {
		stageNames = append(stageNames, s.name)
	}
	for _, p := range d.Panels {
		assert.NotEmpty(t, p.Description, p.Title)
		names, legends := []string{}, []string{}
		for _, o := range p.FieldConfig.Overrides {
			assert.Equal(t, "byName", o.Matcher.ID)
			names = append(names, o.Matcher.Options)
		}
		for _, target := range p.Targets {
			legends = append(legends, target.LegendFormat)
		}
		switch {
		case len(names) == 0:
		case legends[0] == "{{outcome}}":
			assert.ElementsMatch(t, []thumbnail.Outcome{thumbnail.OutcomeStored, thumbnail.OutcomeGenerated, thumbnail.OutcomeShared, thumbnail.OutcomeFailed, thumbnail.OutcomeGone}, outcomes(names))
		default:
			assert.Equal(t, stageNames, names, p.Title)
			assert.Equal(t, stageNames, legends, "in the order of the steps")
		}
	}
}

func outcomes(names []string) (all []thumbnail.Outcome) {
	for _, name := range names {
		all = append(all, thumbnail.Outcome(name))
	}
	return all
}

// unknown returns the fields of a dashboard that are lost when the dashboard is decoded into the types of
// Grafana's schema and encoded again.
func unknown(t *testing.T, text []byte) []string {
	var d dashboard.Dashboard
	require.NoError(t, json.Unmarshal(text, &d))
	known, err := json.Marshal(d)
	require.NoError(t, err)
	var ours, theirs any
	require.NoError(t, json.Unmarshal(text, &ours))
	require.NoError(t, json.Unmarshal(known, &theirs))
	return missing("", ours, theirs)
}

// missing returns the paths of values that are in ours and not in theirs.
func missing(path string, ours, theirs any) (paths []string) {
	switch ours := ours.(type) {
	case map[string]any:
		theirs, _ := theirs.(map[string]any)
		for name, value := range ours {
			paths = append(paths, missing(path+"."+name, value, theirs[name])...)
		}
	case []any:
		theirs, _ := theirs.([]any)
		for i, value := range ours {
			var other any
			if i < len(theirs) {
				other = theirs[i]
			}
			paths = append(paths, missing(fmt.Sprintf("%s[%d]", path, i), value, other)...)
		}
	default:
		if ours != theirs {
			paths = append(paths, fmt.Sprintf("%s: %v became %v", path, ours, theirs))
		}
	}
	return paths
}

// A Prometheus server that scrapes the program's /metrics returns a result for the query of every panel.
func TestPrometheusAnswersEveryPanel(t *testing.T) {
	prometheus := imagetest.Program(t, "prometheus", "prometheus")
	imagetest.Long(t)
	dir := t.TempDir()
	site := startSite(t, dir)
	api := startPrometheus(t, prometheus, site)
	var d struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	text, err := os.ReadFile("dashboard.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &d))
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			expr := strings.ReplaceAll(target.Expr, "$__rate_interval", "10s")
			require.Eventually(t, func() bool {
				series, err := query(api, expr)
				require.NoError(t, err, "%s: %s", p.Title, expr)
				return len(series) > 0
			}, time.Minute, 200*time.Millisecond, "%s: nothing for %s", p.Title, expr)
		}
	}
	series, err := query(api, "sum by (outcome) (thumbnail_requests_total)")
	require.NoError(t, err)
	assert.Subset(t, series, []string{"generated", "stored", "failed"})
}

// startSite runs the program's handler, and repeatedly requests stored, new, forged, missing and damaged
// thumbnails.
func startSite(t *testing.T, dir string) *httptest.Server {
	photo, err := os.ReadFile(filepath.Join("..", "..", "docs", "original.jpg"))
	require.NoError(t, err)
	for name, data := range map[string][]byte{"a.jpg": photo, "cut.jpg": photo[:len(photo)/2]} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	usual := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the test causes errors on purpose
	t.Cleanup(func() { slog.SetDefault(usual) })
	h, link, err := prepare(dir, "a.jpg", sdktrace.NewTracerProvider())
	require.NoError(t, err)
	site := httptest.NewServer(h)
	signer, err := thumbnail.NewSigner([]byte("a secret of at least 16 bytes"))
	require.NoError(t, err)
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			case <-time.After(50 * time.Millisecond):
			}
			for _, source := range []string{"a.jpg", "absent.jpg", "cut.jpg"} {
				path, _ := thumbnail.URL("/thumbs/", signer, thumbnail.Spec{Source: source, Size: thumbnail.Size{Width: 50 + n%300}, Method: "scale", Ext: ".jpg"})
				visit(site, path)
			}
			visit(site, link)
			visit(site, strings.Replace(link, "200x", "201x", 1))
		}
	}()
	t.Cleanup(func() {
		close(done)
		<-stopped
		site.Close()
	})
	return site
}

func visit(site *httptest.Server, path string) {
	if r, err := site.Client().Get(site.URL + path); err == nil {
		_ = r.Body.Close()
	}
}

// startPrometheus runs Prometheus, which scrapes the metrics of a site twice a second, and returns the URL
// of its API.
func startPrometheus(t *testing.T, program string, site *httptest.Server) string {
	dir := t.TempDir()
	config := fmt.Sprintf("global: {scrape_interval: 500ms}\nscrape_configs: [{job_name: thumbnails, static_configs: [{targets: [%q]}]}]\n", strings.TrimPrefix(site.URL, "http://"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(config), 0o600))
	free := httptest.NewServer(nil)
	address := strings.TrimPrefix(free.URL, "http://")
	free.Close()
	server := exec.Command(program, "--config.file="+filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address)
	output, err := os.Create(filepath.Join(dir, "log"))
	require.NoError(t, err)
	server.Stdout, server.Stderr = output, output
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
		_ = output.Close()
		if text, err := os.ReadFile(output.Name()); err == nil && t.Failed() {
			t.Logf("%s", text)
		}
	})
	require.Eventually(t, func() bool {
		r, err := http.Get("http://" + address + "/-/ready")
		if err != nil {
			return false
		}
		_ = r.Body.Close()
		return r.StatusCode == http.StatusOK
	}, time.Minute, 100*time.Millisecond, "Prometheus does not become ready")
	return "http://" + address + "/api/v1/query"
}

// query returns the labels of the series that currently have a value.
func query(api, expr string) (labels []string, err error) {
	r, err := http.Get(api + "?query=" + url.QueryEscape(expr))
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	var answer struct {
		Status, Error string
		Data          struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any
			}
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&answer); err != nil {
		return nil, err
	}
	if answer.Status != "success" {
		return nil, fmt.Errorf("%s", answer.Error)
	}
	for _, series := range answer.Data.Result {
		text, _ := series.Value[1].(string)
		if v, err := strconv.ParseFloat(text, 64); err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		label := ""
		for _, value := range series.Metric {
			label = value
		}
		labels = append(labels, label)
	}
	return labels, nil
}
