package dir

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const benchKey = "animals/kitten.jpg/100x100/crop/04c8f5c392a8d2b6ac86ad4e4c1dc5884a3ac317.jpg"

// BenchmarkDirAgainstFileServerFS serves one file of 8 KiB, which is in the page cache, with Dir and
// http.ServeContent, and with http.FileServerFS over the same os.Root. The two are run alternately, and
// their fastest rounds are compared, so that noise on the machine hardly changes the ratio. The ratio is
// the time of Dir divided by that of FileServerFS.
func BenchmarkDirAgainstFileServerFS(b *testing.B) {
	root := b.TempDir()
	d, err := Open(root)
	require.NoError(b, err)
	defer d.Close()
	require.NoError(b, d.Put(b.Context(), benchKey, strings.NewReader(strings.Repeat("x", 8<<10))))
	dir := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, err := d.Open(r.Context(), r.URL.Path[1:])
		if err != nil {
			panic(err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			panic(err)
		}
		http.ServeContent(w, r, "x.jpg", info.ModTime(), f.(io.ReadSeeker))
	})
	fileServer := http.FileServerFS(d.place.root.FS())

	b.Run("handler", func(b *testing.B) {
		r := httptest.NewRequest(http.MethodGet, "/"+benchKey, nil)
		once := func(h http.Handler) func() {
			return func() { h.ServeHTTP(&discard{header: make(http.Header)}, r) }
		}
		compare(b, once(dir), once(fileServer))
	})
	b.Run("connection", func(b *testing.B) {
		once := func(h http.Handler) func() {
			server := httptest.NewServer(h)
			b.Cleanup(server.Close)
			url := server.URL + "/" + benchKey
			return func() {
				resp, err := server.Client().Get(url)
				if err != nil || resp.StatusCode != http.StatusOK {
					b.Fatal(resp, err)
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			}
		}
		compare(b, once(dir), once(fileServer))
	})
}

// BenchmarkDirOpen compares Open and Close with those of os.Root.
func BenchmarkDirOpen(b *testing.B) {
	d, _ := newTestDir(b)
	require.NoError(b, d.Put(b.Context(), benchKey, strings.NewReader("content")))
	compare(b, func() {
		f, _ := d.Open(context.Background(), benchKey)
		_, _ = f.Stat()
		_ = f.Close()
	}, func() {
		f, _ := d.place.root.Open(benchKey)
		_, _ = f.Stat()
		_ = f.Close()
	})
}

// compare calls f and g alternately, in rounds, and reports the time of the fastest round of each, and
// their ratio.
func compare(b *testing.B, f, g func()) {
	const round = 50
	best := [2]time.Duration{time.Hour, time.Hour}
	for b.Loop() {
		for i, call := range []func(){f, g} {
			start := time.Now()
			for range round {
				call()
			}
			best[i] = min(best[i], time.Since(start)/round)
		}
	}
	b.ReportMetric(0, "ns/op") // the time of both together is meaningless
	b.ReportMetric(float64(best[0].Nanoseconds()), "ns/dir")
	b.ReportMetric(float64(best[1].Nanoseconds()), "ns/other")
	b.ReportMetric(float64(best[0])/float64(best[1]), "ratio")
}

// BenchmarkSweep opens a directory with many subdirectories, to measure the cost of a restart.
func BenchmarkSweep(b *testing.B) {
	root := b.TempDir()
	for i := range 10_000 {
		require.NoError(b, os.Mkdir(filepath.Join(root, fmt.Sprintf("kitten%d.jpg", i)), 0o755))
	}
	for b.Loop() {
		d, err := Open(root)
		require.NoError(b, err)
		_ = d.Close()
	}
}

type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}
