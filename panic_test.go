package thumbnail_test

import (
	"context"
	"image"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// panickingFile is a file one of whose methods panics.
type panickingFile struct {
	fs.File
	in       string
	mayPanic func()
}

func (f *panickingFile) panicIn(in string) {
	if f.in == in {
		f.mayPanic()
	}
}

func (f *panickingFile) Stat() (fs.FileInfo, error) { f.panicIn("Stat"); return f.File.Stat() }
func (f *panickingFile) Read(p []byte) (int, error) { f.panicIn("Read"); return f.File.Read(p) }
func (f *panickingFile) Close() error               { defer f.panicIn("Close"); return f.File.Close() }
func (f *panickingFile) Seek(offset int64, whence int) (int64, error) {
	f.panicIn("Seek")
	return f.File.(io.Seeker).Seek(offset, whence)
}

// panickingStorage opens such files.
type panickingStorage struct {
	*storage.Memory
	in       string
	mayPanic func()
}

func (s panickingStorage) Open(ctx context.Context, key string) (fs.File, error) {
	f, err := s.Memory.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	return &panickingFile{f, s.in, s.mayPanic}, nil
}

func (s panickingStorage) RemoveAll(context.Context, string) error { s.mayPanic(); return nil }

// panickingWith is a Processor whose With may panic.
type panickingWith struct{ mayPanic func() }

func (m panickingWith) With(string) (thumbnail.Processor, error) {
	m.mayPanic()
	return processors.Crop{}, nil
}

func (m panickingWith) Process(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
	return processors.Crop{}.Process(ctx, src, w, h)
}

type panickingPlanner struct {
	processors.Crop
	mayPanic func()
}

func (m panickingPlanner) Plan(size image.Point, w, h int) (image.Point, image.Rectangle) {
	m.mayPanic()
	return m.Crop.Plan(size, w, h)
}

// panickingParts returns changes to a site. Each adds a value one of whose methods may panic.
func panickingParts(method string) map[string]func(s *site, mayPanic func()) {
	all := map[string]func(s *site, mayPanic func()){
		"Processor.With": func(s *site, mayPanic func()) { s.Processors = thumbnail.Processors{"crop": panickingWith{mayPanic}} },
		"Processor.Plan": func(s *site, mayPanic func()) {
			s.Processors = thumbnail.Processors{method: panickingPlanner{mayPanic: mayPanic}}
		},
		"Format.Match": func(s *site, mayPanic func()) {
			s.Formats = []processors.Format{panickingFormat(func([]byte) bool { mayPanic(); return false }, mayPanic)}
		},
		"Format.Header": func(s *site, mayPanic func()) {
			s.Formats = []processors.Format{panickingFormat(func([]byte) bool { return true }, func() { mayPanic(); panic("no header") })}
		},
		"Logger": func(s *site, mayPanic func()) {
			s.Logger = slog.New(panickingLogHandler{mayPanic})
			s.storage.failPut = func() error { return errBoom }
		},
	}
	for _, in := range []string{"Read", "Stat", "Seek", "Close"} {
		all["the source's file's "+in] = func(s *site, mayPanic func()) {
			source := s.source.source
			s.source.open = func(ctx context.Context, key string) (fs.File, error) {
				f, err := source.Open(ctx, key)
				if err != nil {
					return nil, err
				}
				return &panickingFile{f, in, mayPanic}, nil
			}
		}
		all["the local storage's file's "+in] = func(s *site, mayPanic func()) { s.Storage = panickingStorage{storage.NewMemory(), in, mayPanic} }
		all["the storage's file's "+in] = func(s *site, mayPanic func()) {
			s.storage.Storage = panickingStorage{storage.NewMemory(), in, mayPanic}
		}
	}
	return all
}

func panickingFormat(match func([]byte) bool, mayPanic func()) processors.Format {
	return processors.Format{
		Name: "panicking", Match: match,
		Header: func(context.Context, io.Reader) (processors.FormatHeader, error) {
			mayPanic()
			return processors.FormatHeader{}, nil
		},
		Decode: func(context.Context, []byte) (image.Image, error) { mayPanic(); return nil, errBoom },
	}
}

type panickingLogHandler struct{ mayPanic func() }

func (panickingLogHandler) Enabled(context.Context, slog.Level) bool    { return true }
func (m panickingLogHandler) Handle(context.Context, slog.Record) error { m.mayPanic(); return nil }
func (m panickingLogHandler) WithAttrs([]slog.Attr) slog.Handler        { return m }
func (m panickingLogHandler) WithGroup(string) slog.Handler             { return m }

func TestAPanicOfAWrappedValueAffectsOneRequest(t *testing.T) {
	for _, method := range []string{"crop", "crop_1"} {
		for name, change := range panickingParts(method) {
			ofProcessor := name == "Processor.With" || name == "Processor.Plan"
			if method == "crop_1" && !ofProcessor || method == "crop" && name == "Processor.With" {
				continue // With is called for the arguments of crop_1 only
			}
			panicked := 0
			for _, stored := range []bool{false, true} {
				s := newSite(t)
				panics := false
				change(s, func() {
					if panics {
						panicked++
						panic("on purpose")
					}
				})
				h := s.handler(t)
				url := s.url(t, "k.jpg", "5x5", method, ".jpg")
				if stored {
					get(h, url)
				}
				panics = true
				for range 3 {
					func() {
						defer func() { // net/http ends the connection when it recovers http.ErrAbortHandler
							if p := recover(); p != nil {
								require.Equal(t, http.ErrAbortHandler, p, name)
							}
						}()
						get(h, url)
					}()
					require.NotPanics(t, func() { _ = h.Generate(t.Context(), spec(t, "k.jpg", "6x6", method, ".jpg")) }, name)
				}
				panics = false
				assert.Zero(t, h.Stats().Memory, name)
				assert.Zero(t, h.Stats().Working, name)
				assert.Zero(t, h.Stats().Queued, name)
				assert.Zero(t, h.Stats().Flights, name)
			}
			assert.Positive(t, panicked, "%s, %s", name, method)
		}
	}
}

func TestAPanicOfTheErrorHandlerIsAnOrdinaryError(t *testing.T) {
	s := newSite(t)
	s.ErrorHandler = func(http.ResponseWriter, *http.Request, int, error) { panic("on purpose") }
	w := get(s.handler(t), s.url(t, "none.jpg", "5x5", "crop", ".jpg"))
	assert.Equal(t, 500, w.Code)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Equal(t, "Internal Server Error", w.Body.String())
	s.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ int, _ error) {
		_, _ = io.WriteString(w, "some")
		panic("on purpose")
	}
	w = get(s.handler(t), s.url(t, "none.jpg", "5x5", "crop", ".jpg"))
	assert.Equal(t, "some", w.Body.String(), "nothing is appended to what was written")
}

func TestAPanicInAJobIsAnErrorOfTheJob(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	specs := slices.Values([]thumbnail.Spec{spec(t, "k.jpg", "5x5", "crop", ".jpg"), spec(t, "k.jpg", "6x6", "crop", ".jpg")})
	err := h.GenerateAll(t.Context(), specs, func(thumbnail.Spec, thumbnail.Made, error) { panic("report panics") })
	assert.ErrorContains(t, err, "report panics")
	assert.EqualValues(t, 2, s.storage.put.Load(), "and the others are made")
	err = h.GenerateAll(t.Context(), func(func(thumbnail.Spec) bool) { panic("the sequence panics") }, nil)
	assert.ErrorContains(t, err, "the sequence panics")
}

func TestAPanicWhileAnAnswerIsSentEndsTheConnection(t *testing.T) {
	s := newSite(t)
	s.Responder = responderFunc(func(w http.ResponseWriter, _ *http.Request, _ string, _ fs.File) error {
		_, _ = io.WriteString(w, "half")
		panic("on purpose")
	})
	h := s.handler(t)
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")) }, "what was written is not the whole")
	assert.Zero(t, h.Stats().Memory)
	s.Responder = responderFunc(func(http.ResponseWriter, *http.Request, string, fs.File) error { panic(http.ErrAbortHandler) })
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")) }, "as the Responder wished")
	s.Responder = responderFunc(func(w http.ResponseWriter, _ *http.Request, _ string, _ fs.File) error {
		_, _ = io.WriteString(w, "half")
		return errBoom
	})
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")) })
}

type responderFunc func(w http.ResponseWriter, r *http.Request, key string, f fs.File) error

func (f responderFunc) Respond(w http.ResponseWriter, r *http.Request, key string, file fs.File) error {
	return f(w, r, key, file)
}
