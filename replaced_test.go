package thumbnail_test

import (
	"bytes"
	"context"
	"image"
	"io/fs"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestAThumbnailRemovedDuringItsGenerationIsNotStored(t *testing.T) {
	s := newSite(t)
	s.Storage = storage.NewMemory()
	g := newGate()
	s.Processors = thumbnail.Processors{"slow": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
		g.pass()
		return processors.Crop{}.Process(ctx, src, w, h)
	})}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "5x5", "slow", ".jpg")
	answer := make(chan *httptest.ResponseRecorder)
	go func() { answer <- get(h, url) }()
	g.await(t, 1)
	require.NoError(t, h.Remove(t.Context(), "k.jpg"))
	close(g.open)
	assert.Equal(t, "no-store", (<-answer).Header().Get("Cache-Control"))
	_, err := s.Storage.Open(t.Context(), url[1:])
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

func TestGenerateAfterAnUploadDoesNotJoinAnEarlierGeneration(t *testing.T) {
	s := newSite(t)
	g := newGate()
	var mu sync.Mutex
	files := fstest.MapFS{}
	s.source.open = func(ctx context.Context, key string) (fs.File, error) {
		mu.Lock()
		f, err := storage.FS(files).Open(ctx, key)
		mu.Unlock()
		if err != nil {
			g.pass()
		}
		return f, err
	}
	h := s.handler(t)
	url := s.url(t, "new.jpg", "5x5", "crop", ".jpg")
	before := make(chan int)
	go func() { before <- get(h, url).Code }()
	g.await(t, 1)
	mu.Lock()
	files["new.jpg"] = &fstest.MapFile{Data: photo(t, 20, 10)}
	mu.Unlock()
	generated := make(chan error)
	go func() { generated <- h.Generate(t.Context(), spec(t, "new.jpg", "5x5", "crop", ".jpg")) }()
	time.Sleep(20 * time.Millisecond)
	close(g.open)
	assert.Equal(t, 404, <-before)
	assert.NoError(t, <-generated)
	assert.Equal(t, 200, get(h, url).Code, "and the old failure is not remembered")
}

func TestAReplacedOriginalIsReadAgainIfGenerateSaysSo(t *testing.T) {
	s := newSite(t)
	s.Workers = 2 // so that Generate does not wait for the blocked generation
	g := newGate()
	files := fstest.MapFS{"k.jpg": {Data: photo(t, 200, 100)}}
	var mu sync.Mutex
	s.source.open = func(ctx context.Context, key string) (fs.File, error) {
		mu.Lock()
		defer mu.Unlock()
		return storage.FS(files).Open(ctx, key)
	}
	s.Processors = thumbnail.Processors{"slow": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
		g.pass()
		return processors.Fit{}.Process(ctx, src, w, h)
	})}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "slow", ".png")
	answer := make(chan *httptest.ResponseRecorder)
	go func() { answer <- get(h, url) }()
	g.await(t, 1)
	mu.Lock()
	files["k.jpg"] = &fstest.MapFile{Data: photo(t, 100, 200)}
	mu.Unlock()
	require.NoError(t, h.Generate(t.Context(), spec(t, "k.jpg", "9x9", "crop", ".jpg")))
	close(g.open)
	<-answer
	assert.Equal(t, image.Pt(25, 50), sizeOf(t, get(h, url).Body.Bytes()), "that of the new original")
}

func TestAnOriginalThatGrowsWhileItIsReadIsNotStored(t *testing.T) {
	s := newSite(t)
	data := append(photo(t, 200, 100), bytes.Repeat([]byte{0}, 1000)...)
	s.source.open = func(context.Context, string) (fs.File, error) {
		return storage.NewFile(onlyReader{bytes.NewReader(data)}, storage.Info{Name: "k.jpg", Size: int64(len(data)) - 1000}), nil
	}
	assert.Equal(t, 422, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	assert.Zero(t, s.storage.put.Load())
}
