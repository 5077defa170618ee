package thumbnail_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// BenchmarkBeyondPixels measures a request for a new thumbnail of 200x200, from a directory to a directory. The
// unit beyond is the time without decoding, processing and encoding.
func BenchmarkBeyondPixels(b *testing.B) {
	sourceRoot := b.TempDir()
	require.NoError(b, os.WriteFile(filepath.Join(sourceRoot, "k.jpg"), photo(b, 1200, 900), 0o644))
	source, err := storage.OpenDir(sourceRoot)
	require.NoError(b, err)
	defer source.Close()
	dir, err := storage.OpenDir(b.TempDir())
	require.NoError(b, err)
	defer dir.Close()
	s := newSite(b)
	sum := &timings{}
	s.Source, s.Storage, s.Observer = source, dir, sum
	h := s.handler(b)
	for i := 0; b.Loop(); i++ {
		url, err := thumbnail.URL("/", s.Signer, thumbnail.Spec{Source: "k.jpg", Size: thumbnail.Size{Width: 200, Height: 200}, Method: "crop", Ext: ".jpg", Version: strconv.Itoa(i)})
		require.NoError(b, err)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, nil))
		require.Equal(b, http.StatusOK, w.Code)
	}
	each := func(d time.Duration) float64 { return float64(d) / float64(b.N) / float64(time.Microsecond) }
	b.ReportMetric(each(sum.total-sum.Decode-sum.Process-sum.Encode), "µs/beyond")
	b.ReportMetric(each(sum.Store), "µs/store")
	b.ReportMetric(each(sum.Source), "µs/source")
	b.ReportMetric(each(sum.Decode+sum.Process+sum.Encode), "µs/pixels")
}

// timings are the sums of the timings of the events.
type timings struct {
	mu    sync.Mutex
	total time.Duration
	thumbnail.Timing
}

func (s *timings) Observe(_ context.Context, e thumbnail.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total += e.Duration
	s.Store, s.Source = s.Store+e.Timing.Store, s.Source+e.Timing.Source
	s.Decode, s.Process, s.Encode = s.Decode+e.Timing.Decode, s.Process+e.Timing.Process, s.Encode+e.Timing.Encode
}
