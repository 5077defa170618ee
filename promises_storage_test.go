package thumbnail_test

import (
	"bytes"
	"context"
	"image"
	"io"
	"io/fs"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestAThumbnailIsStoredWithoutWaitingForTheDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere every Put waits for the disk")
	}
	root := t.TempDir()
	dir, err := storage.OpenDir(root)
	require.NoError(t, err)
	s := newSite(t)
	s.Storage = dir
	assert.Equal(t, 200, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	hidden, err := filepath.Glob(filepath.Join(root, "\x7f*"))
	require.NoError(t, err)
	assert.Len(t, hidden, 2, "the thumbnail's second name and its session")
	require.NoError(t, dir.Close())
	hidden, err = filepath.Glob(filepath.Join(root, "\x7f*"))
	require.NoError(t, err)
	assert.Empty(t, hidden)
}

// usedStorage lists files whose last use is not their last change.
type usedStorage struct {
	*storage.Memory
	used map[string]time.Time // by source
}

func (s usedStorage) List(ctx context.Context, prefix string) iter.Seq2[storage.Entry, error] {
	return func(yield func(storage.Entry, error) bool) {
		for e, err := range s.Memory.List(ctx, prefix) {
			source, _, _ := strings.Cut(e.Key, "/")
			e.Used = s.used[source]
			if !yield(e, err) {
				return
			}
		}
	}
}

func TestASweepJudgesThumbnailsByTheirLastUse(t *testing.T) {
	now := time.Now()
	for name, sweep := range map[string]thumbnail.Sweep{"age": {MaxAge: time.Hour}, "bytes": {MaxBytes: 15}} {
		s := newSite(t)
		s.source.source = storage.FS(fstest.MapFS{"a.jpg": {}, "b.jpg": {}, "c.jpg": {}})
		st := usedStorage{storage.NewMemory(), map[string]time.Time{"a.jpg": now.Add(-2 * time.Hour), "b.jpg": now, "c.jpg": now.Add(-3 * time.Hour)}}
		s.Storage = st
		for _, source := range []string{"c.jpg", "b.jpg", "a.jpg"} { // all of them have just been stored
			require.NoError(t, st.Put(t.Context(), s.url(t, source, "5x5", "crop", ".jpg")[1:], strings.NewReader("ten bytes!")))
		}
		swept, err := s.handler(t).Sweep(t.Context(), sweep)
		require.NoError(t, err)
		assert.Equal(t, thumbnail.Swept{Removed: 2, Kept: 1, RemovedBytes: 20, KeptBytes: 10}, swept, name)
		for e := range st.List(t.Context(), "") {
			assert.True(t, strings.HasPrefix(e.Key, "b.jpg/"), "%s: %s", name, e.Key)
		}
	}
}

// taggedFile has an entity tag and no modification time.
func taggedFile(data []byte, tag string) fs.File {
	return storage.NewFile(bytes.NewReader(data), storage.Info{Name: "k.jpg", ETag: tag})
}

// retagged is a file whose entity tag changes while it is read.
type retagged struct {
	fs.File
	stats int
}

func (f *retagged) Stat() (fs.FileInfo, error) {
	if f.stats++; f.stats > 1 {
		return taggedFile(make([]byte, 0), `"after"`).Stat()
	}
	return taggedFile(nil, `"before"`).Stat()
}

func TestAnOriginalWhoseEntityTagChangesIsReadAgain(t *testing.T) {
	s := newSite(t)
	s.source.open = func(context.Context, string) (fs.File, error) {
		if s.source.opened.Load() == 1 {
			return &retagged{File: taggedFile(photo(t, 200, 100), "")}, nil
		}
		return taggedFile(photo(t, 200, 100), `"after"`), nil
	}
	assert.Equal(t, 200, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	assert.EqualValues(t, 2, s.source.opened.Load())
}

func TestAStoppedJobDoesNotReportWhatItDidNotTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		locks := lock.NewMemory()
		s.Locker, s.Workers = locks, 1
		h := s.handler(t)
		unlock, ok, err := locks.TryLock(t.Context(), s.url(t, "k.jpg", "2x", "fit", ".png")[1:], time.Hour)
		require.True(t, ok && err == nil)
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, stop)
		var reports []thumbnail.Made
		err = h.GenerateAll(ctx, sizesOf("k.jpg", 3), func(_ thumbnail.Spec, made thumbnail.Made, err error) { reports = append(reports, made) })
		assert.Equal(t, context.Canceled, err)
		assert.Equal(t, []thumbnail.Made{thumbnail.MadeNow}, reports)
		require.NoError(t, unlock())
	})
}

func TestADescriptionKeepsItsLimitsAndRefusesWhatIsDamaged(t *testing.T) {
	data := photo(t, 400, 300)
	source := storage.FS(fstest.MapFS{"k.jpg": {Data: data}, "cut.jpg": {Data: data[:len(data)-len(data)/3]}})
	_, err := thumbnail.Describer{Color: true, MaxMemory: 1000}.Describe(t.Context(), source, "k.jpg")
	assert.ErrorIs(t, err, thumbnail.ErrTooLarge)
	_, err = thumbnail.Describer{Color: true}.Describe(t.Context(), source, "cut.jpg")
	assert.ErrorIs(t, err, thumbnail.ErrCorrupt)
	byContent, err := thumbnail.Describe(t.Context(), source, "k.jpg")
	require.NoError(t, err)
	byStat, err := thumbnail.Describer{FromStat: true}.Describe(t.Context(), source, "k.jpg")
	require.NoError(t, err)
	assert.Equal(t, byContent.Version, byStat.Version, "the file has neither an entity tag nor a modification time")
	assert.NotEmpty(t, byStat.Version)
}

func TestAMissingStripPrefixIsNoWrongKey(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
	for range 20 {
		assert.Equal(t, 401, get(h, "/thumbs"+url).Code)
	}
	assert.Equal(t, 1, countLines(s.log.String(), "http.StripPrefix is missing"))
	assert.NotContains(t, s.log.String(), "every secret was wrong")
}

func TestAStorageThatReturnsANilFileIsAnError(t *testing.T) {
	for name, f := range map[string]fs.File{"nil": nil, "a nil *os.File": (*os.File)(nil)} {
		s := newSite(t)
		s.Storage = openFunc{storage.NewMemory(), func(context.Context, string) (fs.File, error) { return f, nil }}
		w := get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg"))
		assert.Equal(t, http.StatusInternalServerError, w.Code, name)
	}
}

func TestAnUploadThatHTTPCutsOffIsTooLarge(t *testing.T) {
	h := newSite(t).handler(t)
	data := photo(t, 200, 100)
	_, err := h.Check(t.Context(), http.MaxBytesReader(nil, io.NopCloser(bytes.NewReader(data)), 1000))
	var said *thumbnail.UploadError
	require.ErrorAs(t, err, &said)
	assert.ErrorIs(t, err, thumbnail.ErrTooLarge)
	assert.ErrorContains(t, err, "more than the limit, 1000 bytes")
	assert.Equal(t, 422, thumbnail.StatusCode(err))
}

func TestACheckThatQueuesEndsWithItsContext(t *testing.T) {
	s := newSite(t)
	s.Workers = 1
	g := newGate()
	s.Processors = thumbnail.Processors{"held": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
		g.pass()
		return processors.Crop{}.Process(ctx, src, w, h)
	})}
	h := s.handler(t)
	done := make(chan int, 1)
	go func() { done <- get(h, s.url(t, "k.jpg", "5x5", "held", ".jpg")).Code }()
	g.await(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	checked := make(chan error, 1)
	go func() {
		_, err := h.Check(ctx, bytes.NewReader(photo(t, 200, 100)))
		checked <- err
	}()
	require.Eventually(t, func() bool { return h.Stats().Queued == 1 }, 30*time.Second, time.Millisecond)
	cancel()
	assert.Equal(t, context.Canceled, <-checked)
	close(g.open)
	assert.Equal(t, 200, <-done)
}
