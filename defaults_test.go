package thumbnail_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestTheDefaultTimesAreThoseInTheDocumentation(t *testing.T) {
	hang := processorFunc(func(ctx context.Context, _ image.Image, _, _ int) (image.Image, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	for name, c := range map[string]struct {
		change func(s *site)
		method string
		status int
		took   time.Duration
	}{
		"Wait":         {func(s *site) { s.Locker = onlyLocker{heldLocker{}} }, "crop", 404, 10 * time.Second},
		"Timeout":      {func(s *site) { s.Processors = thumbnail.Processors{"hang": hang} }, "hang", 503, 30 * time.Second},
		"QueueTimeout": {func(s *site) { s.Workers = 1; s.Processors = thumbnail.Processors{"work": working(20 * time.Second)} }, "work", 503, 10 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			c.change(s)
			h := s.handler(t)
			var wg sync.WaitGroup
			if name == "QueueTimeout" {
				wg.Go(func() { get(h, s.url(t, "k.jpg", "6x6", "work", ".jpg")) })
				synctest.Wait()
			}
			start := time.Now()
			assert.Equal(t, c.status, get(h, s.url(t, "k.jpg", "5x5", c.method, ".jpg")).Code, name)
			assert.Equal(t, c.took, time.Since(start), name)
			wg.Wait()
		})
	}
}

type ttlLocker struct{ ttl time.Duration }

func (l *ttlLocker) TryLock(_ context.Context, _ string, ttl time.Duration) (func() error, bool, error) {
	l.ttl = ttl
	return func() error { return nil }, true, nil
}

func TestTheDefaultLockTTLIsTenSeconds(t *testing.T) {
	s := newSite(t)
	l := &ttlLocker{}
	s.Locker = l
	require.Equal(t, 200, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	assert.Equal(t, 10*time.Second, l.ttl)
}

func TestTheQueueHas256PlacesByDefault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Workers = 1
		s.Processors = thumbnail.Processors{"work": working(time.Minute)}
		h := s.handler(t)
		codes := make(chan int, 300)
		for i := range 1 + 256 + 3 {
			go func() { codes <- get(h, s.url(t, "k.jpg", fmt.Sprintf("%dx9", i+1), "work", ".jpg")).Code }()
		}
		synctest.Wait()
		assert.Equal(t, 256, h.Stats().Queued)
		assert.Len(t, codes, 3, "refused at once")
		for range 1 + 256 + 3 {
			<-codes
		}
	})
}

func TestTheDefaultLimitsOfOriginalsAreThoseInTheDocumentation(t *testing.T) {
	for name, c := range map[string]struct {
		bytes  int64
		data   []byte
		status int
		says   string
	}{
		"64 MiB":           {data: append(photo(t, 20, 10), make([]byte, 64<<20)...)[:64<<20], status: 200},
		"64 MiB and 1":     {bytes: 64<<20 + 1, data: photo(t, 20, 10), status: 422, says: "Config.MaxSourceBytes (67108864)"},
		"250 million":      {data: emptyPNG(25_000, 10_000, 1, 0, 0), status: 422, says: "damaged"},
		"250 million more": {data: emptyPNG(25_000, 10_001, 1, 0, 0), status: 422, says: "Config.MaxPixels (250000000)"},
		"512 MiB":          {data: emptyPNG(15_000, 15_000, 16, 6, 1), status: 422, says: "Config.MaxMemory (536870912)"},
	} {
		s := newSite(t)
		s.source.open = func(context.Context, string) (fs.File, error) {
			return storage.NewFile(bytes.NewReader(c.data), storage.Info{Name: "k.jpg", Size: max(c.bytes, int64(len(c.data)))}), nil
		}
		err := s.handler(t).Generate(t.Context(), spec(t, "k.jpg", "5x5", "crop", ".jpg"))
		assert.Equal(t, c.status, thumbnail.StatusCode(err), "%s: %v", name, err)
		if c.says != "" && c.says != "damaged" {
			assert.ErrorContains(t, err, c.says, name)
		}
		if c.says == "damaged" {
			assert.NotContains(t, err.Error(), "MaxPixels")
		}
	}
}

// emptyPNG returns a PNG with a header and no pixels.
func emptyPNG(width, height int, depth, colorType, interlace byte) []byte {
	return pieces.PNGFile(pieces.IHDR(width, height, depth, colorType, interlace), pieces.PNG("IDAT", []byte{0x78, 1}, make([]byte, 4<<20)), pieces.PNG("IEND"))
}

func TestErrorsAreLoggedByDefault(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	s := newSite(t)
	s.Logger = nil
	s.storage.failOpen = func() error { return errBoom }
	assert.Equal(t, 500, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	assert.Contains(t, log.String(), errBoom.Error())
}

func TestNoErrorPageFollowsHeadersThatWereSent(t *testing.T) {
	for status, begun := range map[int]bool{103: false, 200: true, 304: true} {
		s := newSite(t)
		s.Responder = responderFunc(func(w http.ResponseWriter, _ *http.Request, _ string, _ fs.File) error {
			w.WriteHeader(status)
			return errBoom
		})
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
		if begun {
			assert.PanicsWithError(t, http.ErrAbortHandler.Error(), func() { get(h, url) }, "%d", status)
			continue
		}
		server := httptest.NewServer(h)
		resp, err := http.Get(server.URL + url)
		require.NoError(t, err)
		assert.Equal(t, 500, resp.StatusCode, "%d was only information", status)
		require.NoError(t, resp.Body.Close())
		http.DefaultClient.CloseIdleConnections()
		server.Close()
	}
}

func TestAnInfoWithoutHeightLimitsTheWidthsOfFiles(t *testing.T) {
	img, err := siteLinks(t).Image(row{"a.jpg", thumbnail.Info{Width: 700}}, "widths")
	require.NoError(t, err)
	assert.Equal(t, []string{"200x 200w", "600x 600w", "700x 700w"}, sizesIn(img.Srcset))
}

func TestDefaultLinksAreServedByADefaultHandler(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	links, known := thumbnail.Links{Base: "/", Signer: s.Signer}, h.Links("/")
	for _, method := range []string{"crop", "scale", "fit", "pad", "focus", "smart", "entropy"} {
		assert.Contains(t, known.Methods, method)
	}
	for _, ext := range []string{".jpg", ".jpeg", ".png", ".gif"} {
		assert.Contains(t, known.Extensions, ext)
	}
	for _, method := range known.Methods {
		for _, ext := range known.Extensions {
			url, err := links.URL(spec(t, "k.jpg", "5x5", method, ext))
			if assert.NoError(t, err, "%s %s", method, ext) {
				assert.Equal(t, 200, get(h, url).Code, "%s %s", method, ext)
			}
		}
	}
	assert.Equal(t, 4096, known.MaxWidth)
	assert.Equal(t, 4096, known.MaxHeight)
}
