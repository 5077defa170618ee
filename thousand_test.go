package thumbnail_test

import (
	"context"
	"fmt"
	"image"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
)

func TestAThousandThumbnailsAtOnceTakeNoMoreThanTheirLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Workers, s.MaxMemory, s.QueueTimeout = 2, 8<<20, 10*time.Second
		var h *thumbnail.Handler
		var most atomic.Int64
		s.Processors = thumbnail.Processors{"slow": processorFunc(func(ctx context.Context, src image.Image, w, h2 int) (image.Image, error) {
			time.Sleep(100 * time.Millisecond)
			most.Store(max(most.Load(), h.Stats().Memory))
			assert.LessOrEqual(t, h.Stats().Working, 2)
			return processors.Crop{}.Process(ctx, src, w, h2)
		})}
		h = s.handler(t)
		var wg sync.WaitGroup
		var ok, busy atomic.Int64
		for i := range 1000 {
			url := s.url(t, "k.jpg", fmt.Sprintf("%dx%d", i%40+1, i/40+1), "slow", ".jpg")
			wg.Go(func() {
				start := time.Now()
				w := get(h, url)
				switch w.Code {
				case 200:
					ok.Add(1)
				case 503:
					busy.Add(1)
					assert.Equal(t, "1", w.Header().Get("Retry-After"))
					assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
				default:
					t.Error(w.Code)
				}
				assert.LessOrEqual(t, time.Since(start), 11*time.Second)
			})
		}
		wg.Wait()
		assert.GreaterOrEqual(t, ok.Load(), int64(190), "20 per second for 10 s")
		assert.LessOrEqual(t, most.Load(), int64(8<<20))
		assert.Zero(t, h.Stats().Memory)
	})
}
