package thumbnail_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"io"
	"io/fs"
	"testing"
	"testing/fstest"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestAJobClearsFailuresOfReplacedOriginals(t *testing.T) {
	s := newSite(t)
	files := fstest.MapFS{"k.jpg": {Data: []byte("no picture")}}
	s.source.source = storage.FS(files)
	h := s.handler(t)
	url := s.url(t, "k.jpg", "1x", "fit", ".png")
	require.Equal(t, 415, get(h, url).Code)
	files["k.jpg"] = &fstest.MapFile{Data: photo(t, 200, 100)}
	require.Equal(t, 415, get(h, url).Code, "it is remembered")
	assert.NoError(t, h.GenerateAll(t.Context(), sizesOf("k.jpg", 3), nil))
	assert.Equal(t, 200, get(h, url).Code)
}

func TestAFormatThatLacksAnyOfItsPartsIsRefused(t *testing.T) {
	whole := processors.Format{
		Name: "toy", Match: func([]byte) bool { return false },
		Header: func(context.Context, io.Reader) (processors.FormatHeader, error) {
			return processors.FormatHeader{}, nil
		},
		Decode: func(context.Context, []byte) (image.Image, error) { return nil, processors.ErrFormat },
	}
	for name, remove := range map[string]func(f *processors.Format){
		"nothing": func(*processors.Format) {},
		"Name":    func(f *processors.Format) { f.Name = "" }, "Match": func(f *processors.Format) { f.Match = nil },
		"Header": func(f *processors.Format) { f.Header = nil }, "Decode": func(f *processors.Format) { f.Decode = nil },
	} {
		s := newSite(t)
		f := whole
		remove(&f)
		s.Formats = []processors.Format{f}
		_, err := thumbnail.NewHandler(s.Config)
		if name == "nothing" {
			assert.NoError(t, err)
		} else {
			assert.ErrorContains(t, err, "Config.Formats[0]", name)
		}
	}
}

// slippery is a file whose Close panics.
type slippery struct{ *bytes.Reader }

func (slippery) Close() error { panic("Close") }

func TestAPanicWhileAStoredFileIsClosedIsLoggedAndCostsNothing(t *testing.T) {
	s := newSite(t)
	memory := storage.NewMemory()
	s.Storage = openFunc{memory, func(ctx context.Context, key string) (fs.File, error) {
		f, err := memory.Open(ctx, key)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		data, err := io.ReadAll(f)
		return storage.NewFile(slippery{bytes.NewReader(data)}, storage.Info{Name: key, Size: int64(len(data))}), err
	}}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	want := get(h, url).Body.Bytes()
	w := get(h, url)
	assert.Equal(t, 200, w.Code)
	assert.Equal(t, want, w.Body.Bytes())
	assert.Contains(t, s.log.String(), "panic")
}

func TestASourceThatTakesTooLongIsUnavailable(t *testing.T) {
	for _, late := range []error{context.DeadlineExceeded, context.Canceled} {
		for step, open := range map[string]func() (fs.File, error){
			"open": func() (fs.File, error) { return nil, fmt.Errorf("somewhere: %w", late) },
			"read": func() (fs.File, error) {
				return storage.NewFile(io.MultiReader(bytes.NewReader(photo(t, 20, 10)[:100]), &errorReader{late}), storage.Info{Name: "k.jpg", Size: 1000}), nil
			},
		} {
			s := newSite(t)
			s.source.open = func(context.Context, string) (fs.File, error) { return open() }
			w := get(s.handler(t), s.url(t, "k.jpg", "50x50", "crop", ".jpg"))
			assert.Equal(t, 503, w.Code, "%s: %v", step, late)
			assert.Equal(t, "1", w.Header().Get("Retry-After"), "%s: %v", step, late)
			assert.Equal(t, "no-store", w.Header().Get("Cache-Control"), "%s: %v", step, late)
		}
	}
}

func TestStatsCountSharedGenerationsSeparately(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		o := &observer{}
		s.Observer = o
		g, _ := openedBy(s, fstest.MapFS{"k.jpg": {Data: photo(t, 200, 100)}})
		h := s.handler(t)
		url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
		done := make(chan int)
		for range 2 {
			go func() { done <- get(h, url).Code }()
			synctest.Wait()
		}
		close(g.open)
		assert.Equal(t, 200, <-done)
		assert.Equal(t, 200, <-done)
		stats := h.Stats()
		assert.EqualValues(t, 2, stats.Requests)
		assert.EqualValues(t, 1, stats.Generated)
		assert.Zero(t, stats.Stored)
		outcomes := map[thumbnail.Outcome]int{}
		for _, e := range o.events {
			outcomes[e.Outcome]++
			assert.Equal(t, e.Outcome == thumbnail.OutcomeGenerated, e.Generated)
		}
		assert.Equal(t, map[thumbnail.Outcome]int{thumbnail.OutcomeGenerated: 1, thumbnail.OutcomeShared: 1}, outcomes)
	})
}
