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

// madFile is a file one of whose methods panics.
type madFile struct {
	fs.File
	in  string
	mad func()
}

func (f *madFile) may(in string) {
	if f.in == in {
		f.mad()
	}
}

func (f *madFile) Stat() (fs.FileInfo, error) { f.may("Stat"); return f.File.Stat() }
func (f *madFile) Read(p []byte) (int, error) { f.may("Read"); return f.File.Read(p) }
func (f *madFile) Close() error               { defer f.may("Close"); return f.File.Close() }
func (f *madFile) Seek(offset int64, whence int) (int64, error) {
	f.may("Seek")
	return f.File.(io.Seeker).Seek(offset, whence)
}

// madStorage opens such files.
type madStorage struct {
	*storage.Memory
	in  string
	mad func()
}

func (s madStorage) Open(ctx context.Context, key string) (fs.File, error) {
	f, err := s.Memory.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	return &madFile{f, s.in, s.mad}, nil
}

func (s madStorage) RemoveAll(context.Context, string) error { s.mad(); return nil }

type madEverywhere struct{ mad func() }

func (m madEverywhere) With(string) (thumbnail.Processor, error) {
	m.mad()
	return processors.Crop{}, nil
}

func (m madEverywhere) Process(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
	return processors.Crop{}.Process(ctx, src, w, h)
}

type madPlanner struct {
	processors.Crop
	mad func()
}

func (m madPlanner) Plan(size image.Point, w, h int) (image.Point, image.Rectangle) {
	m.mad()
	return m.Crop.Plan(size, w, h)
}

// badly are values with several methods, each of which may panic.
func badly(method string) map[string]func(s *site, mad func()) {
	all := map[string]func(s *site, mad func()){
		"Processor.With": func(s *site, mad func()) { s.Processors = thumbnail.Processors{"crop": madEverywhere{mad}} },
		"Processor.Plan": func(s *site, mad func()) { s.Processors = thumbnail.Processors{method: madPlanner{mad: mad}} },
		"Format.Match": func(s *site, mad func()) {
			s.Formats = []processors.Format{madFormat(func([]byte) bool { mad(); return false }, mad)}
		},
		"Format.Header": func(s *site, mad func()) {
			s.Formats = []processors.Format{madFormat(func([]byte) bool { return true }, func() { mad(); panic("no header") })}
		},
		"Logger": func(s *site, mad func()) {
			s.Logger = slog.New(sometimesMad{mad})
			s.storage.failPut = func() error { return errBoom }
		},
	}
	for _, in := range []string{"Read", "Stat", "Seek", "Close"} {
		all["the source's file's "+in] = func(s *site, mad func()) {
			source := s.source.source
			s.source.open = func(ctx context.Context, key string) (fs.File, error) {
				f, err := source.Open(ctx, key)
				if err != nil {
					return nil, err
				}
				return &madFile{f, in, mad}, nil
			}
		}
		all["the local storage's file's "+in] = func(s *site, mad func()) { s.Storage = madStorage{storage.NewMemory(), in, mad} }
		all["the storage's file's "+in] = func(s *site, mad func()) { s.storage.Storage = madStorage{storage.NewMemory(), in, mad} }
	}
	return all
}

func madFormat(match func([]byte) bool, mad func()) processors.Format {
	return processors.Format{
		Name: "mad", Match: match,
		Header: func(context.Context, io.Reader) (processors.FormatHeader, error) {
			mad()
			return processors.FormatHeader{}, nil
		},
		Decode: func(context.Context, []byte) (image.Image, error) { mad(); return nil, errBoom },
	}
}

type sometimesMad struct{ mad func() }

func (sometimesMad) Enabled(context.Context, slog.Level) bool    { return true }
func (m sometimesMad) Handle(context.Context, slog.Record) error { m.mad(); return nil }
func (m sometimesMad) WithAttrs([]slog.Attr) slog.Handler        { return m }
func (m sometimesMad) WithGroup(string) slog.Handler             { return m }

func TestAPanicOfAWrappedValueAffectsOneRequest(t *testing.T) {
	for _, method := range []string{"crop", "crop_1"} {
		for name, change := range badly(method) {
			if method == "crop_1" && name != "Processor.With" && name != "Processor.Plan" {
				continue
			}
			for _, stored := range []bool{false, true} {
				s := newSite(t)
				panics := false
				change(s, func() {
					if panics {
						panic("mad")
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
		}
	}
}

func TestAPanicOfTheErrorHandlerIsAnOrdinaryError(t *testing.T) {
	s := newSite(t)
	s.ErrorHandler = func(http.ResponseWriter, *http.Request, int, error) { panic("mad") }
	w := get(s.handler(t), s.url(t, "none.jpg", "5x5", "crop", ".jpg"))
	assert.Equal(t, 500, w.Code)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Equal(t, "Internal Server Error", w.Body.String())
	s.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ int, _ error) {
		_, _ = io.WriteString(w, "some")
		panic("mad")
	}
	w = get(s.handler(t), s.url(t, "none.jpg", "5x5", "crop", ".jpg"))
	assert.Equal(t, "some", w.Body.String(), "nothing is appended to what was written")
}

func TestAPanicInAJobIsAnErrorOfTheJob(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	specs := slices.Values([]thumbnail.Spec{spec(t, "k.jpg", "5x5", "crop", ".jpg"), spec(t, "k.jpg", "6x6", "crop", ".jpg")})
	err := h.GenerateAll(t.Context(), specs, func(thumbnail.Spec, thumbnail.Made, error) { panic("mad report") })
	assert.ErrorContains(t, err, "mad report")
	assert.EqualValues(t, 2, s.storage.put.Load(), "and the others are made")
	err = h.GenerateAll(t.Context(), func(func(thumbnail.Spec) bool) { panic("mad specs") }, nil)
	assert.ErrorContains(t, err, "mad specs")
}

func TestAPanicWhileAnAnswerIsSentEndsTheConnection(t *testing.T) {
	s := newSite(t)
	s.Responder = responderFunc(func(w http.ResponseWriter, _ *http.Request, _ string, _ fs.File) error {
		_, _ = io.WriteString(w, "half")
		panic("mad")
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
