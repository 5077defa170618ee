package thumbnail_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// A described storage changes the FileInfo and the files of another storage, and measures the bytes that
// are read.
type described struct {
	*storage.Memory
	info func(storage.Info) fs.FileInfo
	file func(r *bytes.Reader) io.Reader
	read atomic.Int64
}

// metered counts the bytes that are read at an offset.
type metered struct {
	*bytes.Reader
	read *atomic.Int64
}

func (c metered) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.Reader.ReadAt(p, off)
	c.read.Add(int64(n))
	return n, err
}

func (s *described) Open(ctx context.Context, key string) (fs.File, error) {
	f, err := s.Memory.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, _ := f.Stat()
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	var content io.Reader = metered{bytes.NewReader(data), &s.read}
	if s.file != nil {
		content = s.file(bytes.NewReader(data))
	}
	return describedFile{content, s.info(storage.Info{Name: key, Size: info.Size(), ModTime: info.ModTime()})}, nil
}

type describedFile struct {
	io.Reader
	info fs.FileInfo
}

func (f describedFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f describedFile) Close() error               { return nil }

func (f describedFile) ReadAt(p []byte, off int64) (int, error) {
	return f.Reader.(io.ReaderAt).ReadAt(p, off)
}

// asStored returns the FileInfo unchanged.
func asStored(i storage.Info) fs.FileInfo {
	f := storage.NewFile(bytes.NewReader(nil), i)
	info, _ := f.Stat()
	return info
}

func TestAStoredFileIsExaminedOnceForEachModificationTime(t *testing.T) {
	s := newSite(t)
	st := &described{Memory: storage.NewMemory(), info: asStored}
	s.storage.Storage = st
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	require.Equal(t, 200, get(h, url).Code)
	require.Equal(t, 200, get(h, url).Code)
	before := st.read.Load()
	require.NotZero(t, before)
	require.Equal(t, 200, get(h, url).Code)
	assert.Equal(t, before, st.read.Load())
}

func TestAStoredFileWithoutAModificationTimeIsExaminedEachTime(t *testing.T) {
	s := newSite(t)
	st := &described{Memory: storage.NewMemory(), info: func(i storage.Info) fs.FileInfo { i.ModTime = time.Time{}; return asStored(i) }}
	s.storage.Storage = st
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	whole := get(h, url).Body.Bytes()
	require.Equal(t, 200, get(h, url).Code)
	require.NoError(t, st.Put(t.Context(), url[1:], bytes.NewReader(make([]byte, len(whole)))))
	assert.Equal(t, whole, get(h, url).Body.Bytes(), "zeros of the same length are made anew")
}

func TestACompleteThumbnailIsMadeOnceWhetherItsFileSeeksOrNot(t *testing.T) {
	for kind, file := range map[string]func(r *bytes.Reader) io.Reader{
		"seeks":   func(r *bytes.Reader) io.Reader { return struct{ io.ReadSeeker }{r} },
		"streams": func(r *bytes.Reader) io.Reader { return io.MultiReader(r) },
	} {
		s := newSite(t)
		s.storage.Storage = shortened{storage.NewMemory(), file}
		h := s.handler(t)
		for _, ext := range []string{".jpg", ".png", ".gif", ".webp"} {
			url := s.url(t, "k.jpg", "50x50", "crop", ext)
			before := s.storage.put.Load()
			for range 3 {
				require.Equal(t, 200, get(h, url).Code)
			}
			assert.EqualValues(t, 1, s.storage.put.Load()-before, "%s %s", kind, ext)
		}
	}
}

// A file that is shorter than the storage reports is incomplete.
func TestAStoredFileShorterThanItsInfoIsMadeAgain(t *testing.T) {
	for kind, file := range map[string]func(r *bytes.Reader) io.Reader{
		"at an offset": nil,
		"that seeks":   func(r *bytes.Reader) io.Reader { return struct{ io.ReadSeeker }{r} },
		"that streams": func(r *bytes.Reader) io.Reader { return io.MultiReader(r) },
	} {
		s := newSite(t)
		over := int64(0)
		memory := storage.NewMemory()
		s.storage.Storage = openFunc{memory, func(ctx context.Context, key string) (fs.File, error) {
			f, err := memory.Open(ctx, key)
			if err != nil {
				return nil, err
			}
			data, err := io.ReadAll(f)
			info, _ := f.Stat()
			var content io.Reader = bytes.NewReader(data)
			if file != nil {
				content = file(bytes.NewReader(data))
			}
			return storage.NewFile(content, storage.Info{Name: key, Size: int64(len(data)) + over, ModTime: info.ModTime()}), err
		}}
		h := s.handler(t)
		url := s.url(t, "k.jpg", "50x50", "crop", ".png")
		require.Equal(t, 200, get(h, url).Code, kind)
		over = 10
		s.storage.failPut = func() error { over = 0; return nil }
		w := get(h, url)
		assert.Equal(t, 200, w.Code, kind)
		assert.EqualValues(t, 2, s.storage.put.Load(), kind)
	}
}

// openFunc is a storage with another Open.
type openFunc struct {
	thumbnail.Storage
	open func(ctx context.Context, key string) (fs.File, error)
}

func (s openFunc) Open(ctx context.Context, key string) (fs.File, error) { return s.open(ctx, key) }

// mute is a Responder that ignores the file.
type mute struct{}

func (mute) Respond(w http.ResponseWriter, _ *http.Request, _ string, _ fs.File) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func TestAStoredFileWithoutInfoIsPassedToTheResponder(t *testing.T) {
	s := newSite(t)
	s.storage.Storage = &described{Memory: storage.NewMemory(), info: func(storage.Info) fs.FileInfo { return nil }}
	s.Responder = mute{}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	require.NoError(t, s.storage.Put(t.Context(), url[1:], bytes.NewReader([]byte("x"))))
	assert.Equal(t, http.StatusNoContent, get(h, url).Code)
	assert.Empty(t, s.log.String())
}

// lying is a reader that reports more bytes than fit into the buffer.
type lying struct{ count func(room int) int }

func (l lying) Read(p []byte) (int, error) { return l.count(len(p)), nil }

func TestAReadOfAnImpossibleNumberOfBytesIsAnErrorOfTheSource(t *testing.T) {
	picture := photo(t, 200, 100)
	for name, count := range map[string]func(int) int{"less than none": func(int) int { return -1 }, "one more than asked for": func(n int) int { return n + 1 }} {
		s := newSite(t)
		o := &observer{}
		s.Observer = o
		s.source.open = func(context.Context, string) (fs.File, error) {
			return storage.NewFile(&headThen{head: picture[:len(picture)/2], rest: lying{count}}, storage.Info{Name: "k.jpg", Size: int64(len(picture)), ModTime: time.Unix(1, 0)}), nil
		}
		w := get(s.handler(t), s.url(t, "k.jpg", "50x50", "crop", ".jpg"))
		assert.Equal(t, 500, w.Code, name)
		assert.NotContains(t, s.log.String(), "panic", name)
		assert.ErrorContains(t, o.events[0].Err, "impossible count", name)
	}
}

// headThen reads head, and then rest.
type headThen struct {
	head []byte
	rest io.Reader
}

func (h *headThen) Read(p []byte) (int, error) {
	if len(h.head) == 0 {
		return h.rest.Read(p)
	}
	n := copy(p, h.head)
	h.head = h.head[n:]
	return n, nil
}

func TestAJobOpensABadOriginalOnceForAllItsSizes(t *testing.T) {
	s := newSite(t)
	s.Workers = 1
	h := s.handler(t)
	assert.Error(t, h.GenerateAll(t.Context(), sizesOf("text.jpg", 30), nil))
	assert.EqualValues(t, 1, s.source.opened.Load())
}

// An original is replaced while its thumbnail is stored, by a storage that ignores the end of its context.
// The old thumbnail is removed before the new one is stored, and the caller gets the new one.
func TestTheThumbnailOfAReplacedOriginalIsRemovedBeforeTheNewOneIsStored(t *testing.T) {
	s := newSite(t)
	var old, replaced = photo(t, 200, 100), photo(t, 100, 200)
	files := fstest.MapFS{"k.jpg": {Data: old, ModTime: time.Unix(1, 0)}}
	s.source.source = storage.FS(files)
	st := &stubborn{Memory: storage.NewMemory(), storing: make(chan struct{}), goOn: make(chan struct{}), canceled: make(chan struct{})}
	s.Storage = st
	h := s.handler(t)
	url := s.url(t, "k.jpg", "40x40", "fit", ".png")
	first := make(chan []byte)
	go func() { first <- get(h, url).Body.Bytes() }()
	<-st.storing
	files["k.jpg"] = &fstest.MapFile{Data: replaced, ModTime: time.Unix(2, 0)}
	upload := make(chan error)
	go func() { upload <- h.Generate(t.Context(), spec(t, "k.jpg", "30x30", "fit", ".png")) }()
	<-st.canceled
	close(st.goOn)
	assert.Equal(t, 20, sizeOf(t, <-first).X, "the new original is taller than wide")
	assert.NoError(t, <-upload)
	assert.True(t, st.gone.Load(), "the first thumbnail is no longer there when the second is stored")
	assert.Equal(t, 20, sizeOf(t, get(h, url).Body.Bytes()).X)
}

// stubborn stores its first file although its context has ended.
type stubborn struct {
	*storage.Memory
	puts                    atomic.Int64
	first                   string // key of the first file
	storing, canceled, goOn chan struct{}
	gone                    atomic.Bool
}

func (s *stubborn) Put(ctx context.Context, key string, r io.Reader) error {
	switch s.puts.Add(1) {
	case 1:
		s.first = key
		close(s.storing)
		<-ctx.Done()
		close(s.canceled)
		<-s.goOn
		return s.Memory.Put(context.WithoutCancel(ctx), key, r)
	default:
		if _, err := s.Open(ctx, s.first); err != nil && key == s.first {
			s.gone.Store(true)
		}
	}
	return s.Memory.Put(ctx, key, r)
}
