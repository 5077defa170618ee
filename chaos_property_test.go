package thumbnail_test

import (
	"bytes"
	"context"
	"image"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/response"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// documented are the statuses that an answer may have: those of Handler.ServeHTTP and StatusCode, and those
// of conditional and range requests.
var documented = []int{200, 206, 304, 400, 401, 404, 405, 412, 415, 416, 422, 500, 501, 503, 504}

// Whatever fails, answers have a documented status, no value of Config ends the process, and once
// everything works again, every thumbnail is made: no key stays locked, and no memory or worker is lost.
func TestEveryStatusIsDocumentedWhateverFails(t *testing.T) {
	rounds := 300
	if testing.Short() {
		rounds = 40
	}
	for seed := range uint64(rounds) {
		synctest.Test(t, func(t *testing.T) { chaosRound(t, seed) })
		if t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
	}
}

func chaosRound(t *testing.T, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 0))
	c := &chaos{random: rand.New(rand.NewPCG(seed, 1)), on: true, places: map[string]bool{}}
	var where []string
	for range 1 + random.IntN(3) {
		where = append(where, places[random.IntN(len(places))])
		c.places[where[len(where)-1]] = true
	}
	source := storage.FS(fstest.MapFS{"k.jpg": {Data: photo(t, 60, 40)}, "l.jpg": {Data: photo(t, 50, 70)}, "text.jpg": {Data: []byte("no image at all")}})
	memory := storage.NewMemory()
	signer := newSigner(t)
	cfg := thumbnail.Config{
		Source: chaosSource{c, source}, Storage: chaosStorage{c, memory}, Signer: chaosSigner{c, signer}, Locker: chaosLocker{c, lock.NewMemory()},
		Processors: thumbnail.Processors{"odd": chaosProcessor{c}}, Encoders: thumbnail.Encoders{".png": chaosEncoder{c}},
		Responder: chaosResponder{c, response.Stream{}}, Observer: chaosObserver{c}, Logger: slog.New(chaosLogger{c}),
		Workers: 1 + random.IntN(3), MaxQueue: 1 + random.IntN(8), RequireLock: random.IntN(2) == 0, Wait: []time.Duration{-1, 0, 3 * time.Second}[random.IntN(3)],
	}
	if random.IntN(3) == 0 {
		cfg.ErrorHandler = func(w http.ResponseWriter, r *http.Request, status int, _ error) {
			if c.may(r.Context(), "error handler") == nil {
				http.Error(w, "sorry", status)
			}
		}
	}
	h, err := thumbnail.NewHandler(cfg)
	require.NoError(t, err)

	var urls []string
	for _, s := range []string{"k.jpg", "l.jpg", "text.jpg", "none.jpg"} {
		for _, size := range []string{"8x8", "12x9", "20000x20000"} {
			for _, ext := range []string{".png", ".jpg"} {
				url, err := thumbnail.URL("/", signer, spec(t, s, size, []string{"odd", "crop"}[len(urls)%2], ext))
				require.NoError(t, err)
				urls = append(urls, url)
			}
		}
	}
	pictures := !slices.ContainsFunc(where, func(place string) bool { return slices.Contains(wrongBytes, place) })
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for range 4 {
				time.Sleep(time.Duration(c.n(4000)) * time.Millisecond)
				chaosRequest(t, h, c, urls[c.n(len(urls))], where, pictures)
			}
		})
	}
	wg.Wait()

	c.stop()
	time.Sleep(2 * time.Minute) // remembered errors have expired
	stats := h.Stats()
	assert.Zero(t, stats.Working+stats.Queued+stats.Flights, "%v: %+v", where, stats)
	assert.Zero(t, stats.Memory, "%v", where)
	require.NoError(t, memory.RemoveAll(t.Context(), "k.jpg"))
	for _, url := range urls {
		w := get(h, url)
		want := 200
		switch {
		case strings.Contains(url, "20000"):
			want = 400
		case strings.Contains(url, "none"):
			want = 404
		case strings.Contains(url, "text"):
			want = 415
		}
		assert.Equal(t, want, w.Code, "%v %s", where, url)
		if want == 200 && (pictures || strings.Contains(url, "k.jpg")) {
			isPictureOf(t, url, w.Body.Bytes(), where)
		}
	}
}

// chaosRequest is one request, or a call of Generate or Remove.
func chaosRequest(t *testing.T, h *thumbnail.Handler, c *chaos, url string, where []string, pictures bool) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if c.n(4) == 0 {
		time.AfterFunc(time.Duration(c.n(5000))*time.Millisecond, cancel)
	}
	method, path := http.MethodGet, url
	switch c.n(12) {
	case 0:
		method = http.MethodPost
	case 1:
		method = http.MethodHead
	case 2:
		path = strings.Replace(url, "x", "y", 1)
	case 3:
		path = strings.Replace(url, "8x8", "9x9", 1)
	case 4:
		s, _, err := thumbnail.ParsePath(url[1:])
		require.NoError(t, err)
		status := thumbnail.StatusCode(h.Generate(ctx, s))
		assert.Contains(t, documented, status, "%v", where)
		return
	case 5:
		_ = h.Remove(ctx, "k.jpg")
		return
	}
	r := httptest.NewRequestWithContext(ctx, method, path, nil)
	switch c.n(8) {
	case 0:
		r.Header.Set("Range", "bytes=3-9")
	case 1:
		r.Header.Set("Cache-Control", "only-if-cached")
	}
	w := httptest.NewRecorder()
	aborted := serveOrAbort(h, w, r)
	assert.Contains(t, documented, w.Code, "%v", where)
	if w.Code == http.StatusServiceUnavailable {
		assert.NotEmpty(t, w.Header().Get("Retry-After"), "%v", where)
	}
	if w.Code >= 400 {
		assert.Contains(t, []string{"no-store", "public, max-age=60"}, w.Header().Get("Cache-Control"), "%v", where)
	}
	if w.Code == 200 && method == http.MethodGet && !aborted && pictures {
		isPictureOf(t, path, w.Body.Bytes(), where)
	}
}

// serveOrAbort returns true if the handler aborted the connection, which is its only documented panic.
func serveOrAbort(h http.Handler, w http.ResponseWriter, r *http.Request) (aborted bool) {
	defer func() {
		if p := recover(); p == http.ErrAbortHandler { //nolint:errorlint // net/http also compares by ==
			aborted = true
		} else if p != nil {
			panic(p)
		}
	}()
	h.ServeHTTP(w, r)
	return false
}

func isPictureOf(t *testing.T, url string, data []byte, where []string) {
	img, _, err := image.Decode(bytes.NewReader(data))
	if assert.NoError(t, err, "%v %s", where, url) {
		s, _, err := thumbnail.ParsePath(url[1:])
		require.NoError(t, err)
		assert.Equal(t, image.Pt(s.Size.Width, s.Size.Height), img.Bounds().Size(), "%v %s", where, url)
	}
}
