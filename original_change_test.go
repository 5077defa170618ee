package thumbnail_test

import (
	"bytes"
	"context"
	"image"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// fickle returns no file at each second call.
type fickle struct {
	*storage.Dir
	n *atomic.Int64
}

func (f fickle) Open(ctx context.Context, key string) (fs.File, error) {
	if f.n.Add(1)%2 == 0 {
		return nil, nil
	}
	return f.Dir.Open(ctx, key)
}

func TestASourceThatReturnsNoFileAtTheSecondOpenHasChanged(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "k.jpg"), photo(t, 200, 100), 0o644))
	dir, err := storage.OpenDir(root)
	require.NoError(t, err)
	defer dir.Close()
	s := newSite(t)
	s.Source = fickle{dir, new(atomic.Int64)}
	w := get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg"))
	assert.Equal(t, 200, w.Code)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Zero(t, s.storage.put.Load())
}

// twofold is a file that describes itself as a file of the operating system, and then as another kind.
type twofold struct {
	*os.File
	n int
}

func (f *twofold) Stat() (fs.FileInfo, error) {
	info, err := f.File.Stat()
	if f.n++; f.n > 1 && err == nil {
		return plainInfo{info}, nil
	}
	return info, err
}

// plainInfo hides the type of a FileInfo.
type plainInfo struct{ fs.FileInfo }

func TestAFileThatDescribesItselfInTwoWaysHasNotChanged(t *testing.T) {
	name := filepath.Join(t.TempDir(), "k.jpg")
	require.NoError(t, os.WriteFile(name, photo(t, 200, 100), 0o644))
	s := newSite(t)
	s.source.open = func(context.Context, string) (fs.File, error) {
		f, err := os.Open(name)
		return &twofold{File: f}, err
	}
	require.Equal(t, 200, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	assert.EqualValues(t, 1, s.source.opened.Load())
}

// restless is a file whose modification time is later at each Stat.
type restless struct {
	fs.File
	n *atomic.Int64
}

func (r restless) Stat() (fs.FileInfo, error) {
	info, err := r.File.Stat()
	if err != nil {
		return nil, err
	}
	return laterInfo{info, time.Unix(r.n.Add(1), 0)}, nil
}

type laterInfo struct {
	fs.FileInfo
	at time.Time
}

func (l laterInfo) ModTime() time.Time { return l.at }

func TestAnOriginalThatAlwaysChangesIsNotCalledALackOfMemory(t *testing.T) {
	s := newSite(t)
	o := &observer{}
	s.Observer = o
	var n atomic.Int64
	s.source.open = func(ctx context.Context, key string) (fs.File, error) {
		f, err := s.source.source.Open(ctx, key)
		return restless{f, &n}, err
	}
	w := get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg"))
	assert.Equal(t, 503, w.Code)
	assert.ErrorContains(t, o.events[0].Err, "changes while it is read")
	assert.NotErrorIs(t, o.events[0].Err, thumbnail.ErrOverloaded)
}

// untimed is a source in memory whose files have no times, but may have entity tags.
type untimed struct {
	*storage.Memory
	opened *atomic.Int64
	tag    string
}

func (u untimed) Open(ctx context.Context, key string) (fs.File, error) {
	u.opened.Add(1)
	f, err := u.Memory.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	return storage.NewFile(bytes.NewReader(data), storage.Info{Name: key, Size: int64(len(data)), ETag: u.tag}), err
}

func TestAnOriginalWithoutTimeAndTagIsReadAgainOnlyIfGenerateSaysSo(t *testing.T) {
	for _, tag := range []string{"", `"tag"`} {
		for _, said := range []bool{false, true} {
			s := newSite(t)
			source := untimed{storage.NewMemory(), new(atomic.Int64), tag}
			require.NoError(t, source.Put(t.Context(), "k.jpg", bytes.NewReader(photo(t, 200, 100))))
			s.Source = source
			gate, processed := newGate(), atomic.Int64{}
			s.Processors = thumbnail.Processors{"slow": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
				processed.Add(1)
				gate.pass()
				return working(0)(ctx, src, w, h)
			}), "crop": processors.Crop{}}
			h := s.handler(t)
			done := make(chan int)
			go func() { done <- get(h, s.url(t, "k.jpg", "5x5", "slow", ".jpg")).Code }()
			gate.await(t, 1)
			if said {
				require.NoError(t, h.Generate(t.Context(), spec(t, "k.jpg", "6x6", "crop", ".jpg")))
			}
			close(gate.open)
			require.Equal(t, 200, <-done)
			want := int64(1)
			if said && tag == "" {
				want = 2
			}
			assert.Equal(t, want, processed.Load(), "tag %q, Generate: %v", tag, said)
		}
	}
}

// A flight that has not opened its original yet is not suspect, whatever modification times the source
// reports.
func TestAFlightWithoutAnOpenOriginalIsStoredAfterGenerate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		memory := lock.NewMemory()
		s.Locker, s.Wait = memory, time.Minute
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
		unlock, ok, err := memory.TryLock(t.Context(), url[1:], time.Hour)
		require.NoError(t, err)
		require.True(t, ok)
		done := make(chan string)
		go func() { done <- get(h, url).Header().Get("Cache-Control") }()
		synctest.Wait()
		require.NoError(t, h.Generate(t.Context(), spec(t, "k.jpg", "6x6", "crop", ".jpg")))
		require.NoError(t, unlock())
		assert.NotEqual(t, "no-store", <-done)
		f, err := s.storage.Open(t.Context(), url[1:])
		require.NoError(t, err)
		require.NoError(t, f.Close())
	})
}

func TestAFlightThatHasNotOpenedItsOriginalIsNotSuspect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		source := untimed{storage.NewMemory(), new(atomic.Int64), ""}
		require.NoError(t, source.Put(t.Context(), "k.jpg", bytes.NewReader(photo(t, 200, 100))))
		locks := lock.NewMemory()
		s.Source, s.Locker, s.Wait = source, onlyLocker{locks}, time.Hour
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
		unlock, _, err := locks.TryLock(t.Context(), url[1:], time.Hour)
		require.NoError(t, err)
		done := make(chan string)
		go func() { done <- get(h, url).Header().Get("Cache-Control") }()
		synctest.Wait()
		require.NoError(t, h.Generate(t.Context(), spec(t, "k.jpg", "6x6", "crop", ".jpg")))
		require.NoError(t, unlock())
		assert.NotEqual(t, "no-store", <-done)
		assert.EqualValues(t, 2, s.storage.put.Load(), "each is stored once")
	})
}

// vanishing is a local source whose originals disappear.
type vanishing struct{ *storage.Memory }

func TestAnOriginalThatDisappearsWhileItIsProcessedIs404(t *testing.T) {
	s := newSite(t)
	source := vanishing{storage.NewMemory()}
	require.NoError(t, source.Put(t.Context(), "k.jpg", bytes.NewReader(photo(t, 20, 10))))
	s.Source = source
	s.Processors = thumbnail.Processors{"odd": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
		assert.NoError(t, source.Remove(ctx, "k.jpg"))
		return processors.Crop{}.Process(ctx, src, w, h)
	})}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "5x5", "odd", ".jpg")
	assert.Equal(t, 404, get(h, url).Code)
	assert.Zero(t, s.storage.put.Load())
	assert.Zero(t, h.Stats().Memory)
}
