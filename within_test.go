package thumbnail_test

import (
	"context"
	"image"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// inside calls the handler from within Put, Process, Source.Open and Observe, once.
type inside struct {
	*storage.Memory
	where string
	call  func(ctx context.Context)
}

func (i *inside) at(ctx context.Context, where string) {
	if i.where == where {
		i.where = ""
		i.call(ctx)
	}
}

func (i *inside) Put(ctx context.Context, key string, r io.Reader) error {
	i.at(ctx, "put")
	return i.Memory.Put(ctx, key, r)
}

func (i *inside) Observe(ctx context.Context, _ thumbnail.Event) { i.at(ctx, "observer") }

func TestCallsOfTheHandlerFromWithinItselfEnd(t *testing.T) {
	for _, where := range []string{"put", "process", "open", "observer"} {
		for _, what := range []string{"Remove", "Generate", "Generate another", "ServeHTTP", "Sweep"} {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				var h *thumbnail.Handler
				url := s.url(t, "k.jpg", "5x5", "x", ".jpg")
				in := &inside{storage.NewMemory(), where, func(ctx context.Context) {
					switch what {
					case "Remove":
						_ = h.Remove(ctx, "k.jpg")
					case "Generate":
						_ = h.Generate(ctx, spec(t, "k.jpg", "5x5", "x", ".jpg"))
					case "Generate another":
						_ = h.Generate(ctx, spec(t, "k.jpg", "6x5", "x", ".jpg"))
					case "ServeHTTP":
						h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, url, nil))
					case "Sweep":
						_, _ = h.Sweep(ctx, thumbnail.Sweep{MaxBytes: 1})
					}
				}}
				s.Storage, s.Observer = in, in
				s.source.open = func(ctx context.Context, key string) (fs.File, error) {
					in.at(ctx, "open")
					return s.source.source.Open(ctx, key)
				}
				s.Processors = thumbnail.Processors{"x": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
					in.at(ctx, "process")
					return processors.Crop{}.Process(ctx, src, w, h)
				})}
				h = s.handler(t)
				start := time.Now()
				get(h, url)
				assert.LessOrEqual(t, time.Since(start), 50*time.Second, "%s in %s", what, where)
				assert.Empty(t, in.where)
				time.Sleep(2 * time.Minute)
				assert.Equal(t, 200, get(h, url).Code, "%s in %s", what, where)
				assert.Zero(t, load(h), "%s in %s", what, where)
			})
		}
	}
}

func load(h *thumbnail.Handler) int64 {
	stats := h.Stats()
	return stats.Memory + int64(stats.Working+stats.Flights+stats.Queued)
}
