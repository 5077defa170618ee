package thumbnail_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/gif"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestTheErrorHandlerAnswersInstead(t *testing.T) {
	var placeholder bytes.Buffer
	require.NoError(t, gif.Encode(&placeholder, image.NewGray(image.Rect(0, 0, 1, 1)), nil))
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request)
		status int
	}{
		"with a status and bytes": {func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write(placeholder.Bytes())
		}, 404},
		"with bytes": {func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(placeholder.Bytes()) }, 200},
		"by http.ServeFile": {func(w http.ResponseWriter, r *http.Request) {
			http.ServeFileFS(w, r, fstest.MapFS{"p.gif": {Data: placeholder.Bytes()}}, "p.gif")
		}, 200},
		"with its own type": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "image/gif")
			_, _ = w.Write(placeholder.Bytes())
		}, 200},
		"by http.ServeContent": {func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "p.gif", time.Time{}, bytes.NewReader(placeholder.Bytes()))
		}, 200},
	} {
		s := newSite(t)
		s.ErrorHandler = func(w http.ResponseWriter, r *http.Request, status int, err error) {
			assert.Equal(t, 404, status, name)
			assert.ErrorIs(t, err, fs.ErrNotExist, name)
			c.answer(w, r)
		}
		server := httptest.NewServer(s.handler(t)) // a server sniffs the content type; a ResponseRecorder does not always do so
		r, err := server.Client().Get(server.URL + s.url(t, "none.jpg", "50x50", "crop", ".jpg"))
		require.NoError(t, err)
		var body bytes.Buffer
		_, err = body.ReadFrom(r.Body)
		require.NoError(t, err)
		r.Body.Close()
		server.Close()
		assert.Equal(t, c.status, r.StatusCode, name)
		assert.Equal(t, placeholder.Bytes(), body.Bytes(), name)
		assert.Equal(t, "image/gif", r.Header.Get("Content-Type"), name)
		assert.Equal(t, "public, max-age=60", r.Header.Get("Cache-Control"), name)
	}
}

func TestARefusedMethodIsPassedToTheErrorHandlerTheObserverAndTheLog(t *testing.T) {
	s := newSite(t)
	o := &observer{}
	s.Observer = o
	s.Logger = slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var handed error
	s.ErrorHandler = func(w http.ResponseWriter, r *http.Request, status int, err error) {
		handed = err
		assert.Equal(t, thumbnail.StatusCode(err), status)
		w.WriteHeader(status)
	}
	w := request(s.handler(t), "POST", s.url(t, "k.jpg", "50x50", "crop", ".jpg"))
	assert.Equal(t, 405, w.Code)
	assert.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Equal(t, 405, thumbnail.StatusCode(handed))
	require.Len(t, o.events, 1)
	assert.Equal(t, handed, o.events[0].Err)
	assert.Equal(t, 1, countLines(s.log.String(), "405"))
}

func TestAnErrorOfALimitNamesTheLimit(t *testing.T) {
	data := photo(t, 200, 100)
	for want, change := range map[string]func(s *site, size *string){
		"more than Config.MaxSourceBytes (100)":                  func(s *site, _ *string) { s.MaxSourceBytes = 100 },
		"more than Config.MaxPixels (19999)":                     func(s *site, _ *string) { s.MaxPixels = 19999 },
		"more than Config.MaxMemory":                             func(s *site, _ *string) { s.MaxMemory = 1000 },
		"more than Config.MaxWidth × Config.MaxHeight (60x4096)": func(s *site, size *string) { s.MaxWidth, *size = 60, "61x" },
		"more than Config.MaxWidth × Config.MaxHeight (50x40)":   func(s *site, size *string) { s.MaxWidth, s.MaxHeight, *size = 50, 40, "x40" },
		fmt.Sprintf("more than Config.MaxSourceBytes (%d)", len(data)-1): func(s *site, _ *string) { // detected while reading
			s.MaxSourceBytes = int64(len(data)) - 1
			s.source.open = func(context.Context, string) (fs.File, error) {
				return storage.NewFile(onlyReader{bytes.NewReader(data)}, storage.Info{Name: "k.jpg"}), nil
			}
		},
	} {
		s := newSite(t)
		size := "50x50"
		change(s, &size)
		err := s.handler(t).Generate(t.Context(), spec(t, "k.jpg", size, "crop", ".jpg"))
		assert.ErrorContains(t, err, want)
	}
}

func TestTheErrorOfAProcessorThatReturnsNoImageSaysSo(t *testing.T) {
	s := newSite(t)
	s.Processors = thumbnail.Processors{"none": processorFunc(func(context.Context, image.Image, int, int) (image.Image, error) { return nil, nil })}
	for _, ext := range []string{".jpg", ".gif"} {
		err := s.handler(t).Generate(t.Context(), spec(t, "k.jpg", "5x5", "none", ext))
		assert.EqualError(t, err, "thumbnail: process: returned no image", ext)
	}
}

func TestEveryLogRecordHasThePathAndTheContextOfTheRequest(t *testing.T) {
	s := newSite(t)
	traces := &traceHandler{}
	s.Logger = slog.New(traces)
	s.Locker = unlockFails{}
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	ctx := context.WithValue(t.Context(), traceKey{}, "trace")
	get := func(h http.Handler) {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, url, nil))
	}
	get(s.handler(t))
	s.Locker = failingLocker{}
	s.Storage = storage.NewMemory()
	get(s.handler(t))
	s.Processors = thumbnail.Processors{"crop": processorFunc(func(context.Context, image.Image, int, int) (image.Image, error) { panic("mad") })}
	s.Storage, s.Locker = storage.NewMemory(), nil
	get(s.handler(t))
	traces.records = slices.DeleteFunc(traces.records, func(r slog.Record) bool { return r.Level < slog.LevelInfo }) // messages about abilities
	require.Len(t, traces.records, 4, "unlock, lock, the panic, and the answer to it")
	for _, r := range traces.records {
		var path string
		r.Attrs(func(a slog.Attr) bool {
			if a.Key == "path" {
				path = a.Value.String()
			}
			return true
		})
		assert.Equal(t, url[1:], path, r.Message)
	}
	assert.Equal(t, 4, traces.traced)
}

type traceKey struct{}

// traceHandler keeps log records, and counts those whose context has a trace.
type traceHandler struct {
	records []slog.Record
	traced  int
}

func (h *traceHandler) Enabled(context.Context, slog.Level) bool { return true }
func (h *traceHandler) WithAttrs([]slog.Attr) slog.Handler       { return h }
func (h *traceHandler) WithGroup(string) slog.Handler            { return h }
func (h *traceHandler) Handle(ctx context.Context, r slog.Record) error {
	h.records = append(h.records, r)
	if ctx.Value(traceKey{}) != nil {
		h.traced++
	}
	return nil
}

func TestAPanicIsOneLineInTheErrorAndAStackInTheLog(t *testing.T) {
	s := newSite(t)
	s.Processors = thumbnail.Processors{"mad": processorFunc(func(context.Context, image.Image, int, int) (image.Image, error) { panic("mad") })}
	err := s.handler(t).Generate(t.Context(), spec(t, "k.jpg", "5x5", "mad", ".jpg"))
	assert.EqualError(t, err, "thumbnail: generate: panic: mad")
	assert.Contains(t, s.log.String(), "errors_test.go", "where it panicked")
	assert.Equal(t, 500, thumbnail.StatusCode(err))
}

func TestAnEventHasTheDurationOfTheRequest(t *testing.T) {
	s := newSite(t)
	o := &observer{}
	s.Observer = o
	s.Processors = thumbnail.Processors{"slow": processorFunc(func(_ context.Context, src image.Image, _, _ int) (image.Image, error) {
		time.Sleep(20 * time.Millisecond)
		return src, nil
	})}
	h := s.handler(t)
	get(h, s.url(t, "k.jpg", "5x5", "slow", ".jpg"))
	require.NoError(t, h.Generate(t.Context(), spec(t, "k.jpg", "6x6", "slow", ".jpg")))
	get(h, "/nonsense")
	require.Len(t, o.events, 3)
	assert.GreaterOrEqual(t, o.events[0].Duration, 20*time.Millisecond)
	assert.GreaterOrEqual(t, o.events[1].Duration, 20*time.Millisecond)
	assert.Positive(t, o.events[2].Duration)
}

func TestAnErrorOfLinksNamesTheFieldToSet(t *testing.T) {
	links := thumbnail.Links{Base: "/", Signer: newSigner(t)}
	for want, s := range map[string]thumbnail.Spec{
		"(Links.Methods)":    spec(t, "k.jpg", "5x5", "watermark", ".jpg"),
		"(Links.Extensions)": spec(t, "k.jpg", "5x5", "crop", ".avif"),
	} {
		_, err := links.URL(s)
		assert.ErrorIs(t, err, thumbnail.ErrInvalid)
		assert.ErrorContains(t, err, want)
	}
	links.Extensions = []string{".webp"}
	_, err := links.URL(spec(t, "k.jpg", "5x5", "crop", ".webp"))
	assert.NoError(t, err)
}

func TestDefaultLinksMakeNoURLThatADefaultHandlerRefuses(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	for _, ext := range []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".bmp", ".tiff"} {
		link, err := thumbnail.Links{Base: "/", Signer: s.Signer}.URL(spec(t, "k.jpg", "5x5", "crop", ext))
		if err == nil {
			assert.Equal(t, 200, get(h, link).Code, ext)
		}
	}
}

func TestAnErrorOfAnOriginalHasItsNameAndFormat(t *testing.T) {
	s := newSite(t)
	data := photo(t, 200, 100)
	files := fstest.MapFS{"notes.jpg": {Data: []byte("<!doctype html><html>")}, "empty.jpg": {}, "cut.jpg": {Data: data[:len(data)/2]}}
	s.Source = storage.FS(files)
	h := s.handler(t)
	for source, want := range map[string]string{
		"notes.jpg": `thumbnail: source "notes.jpg": read image header: unknown image format: the file begins with "<!doctype ht"`,
		"empty.jpg": `thumbnail: source "empty.jpg": read image header: unknown image format: the file is empty`,
		"cut.jpg":   `thumbnail: source "cut.jpg": decode jpeg: `,
	} {
		for range 2 { // the second time the error is remembered
			err := h.Generate(t.Context(), spec(t, source, "50x50", "crop", ".jpg"))
			assert.ErrorContains(t, err, want)
		}
	}
	_, err := h.Check(t.Context(), bytes.NewReader(nil))
	assert.ErrorIs(t, err, thumbnail.ErrFormat)
	assert.EqualError(t, err, "empty: the file has no content; choose it again")
}

func TestAnErrorHandlerThatWritesNothingLeavesTheAnswerToTheHandler(t *testing.T) {
	s := newSite(t)
	s.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ int, _ error) { w.Header().Set("X-Seen", "yes") }
	w := get(s.handler(t), s.url(t, "none.jpg", "5x5", "crop", ".jpg"))
	assert.Equal(t, 404, w.Code)
	assert.Equal(t, "Not Found", w.Body.String())
	assert.Equal(t, "yes", w.Header().Get("X-Seen"))
}
