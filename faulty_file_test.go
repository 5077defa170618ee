package thumbnail_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestBytesMayComeOneByOne(t *testing.T) {
	s := newSite(t)
	data := photo(t, 200, 100)
	s.source.open = func(context.Context, string) (fs.File, error) {
		return storage.NewFile(iotest.OneByteReader(bytes.NewReader(data)), storage.Info{Name: "k.jpg", Size: int64(len(data))}), nil
	}
	h := s.handler(t)
	assert.Equal(t, 200, get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	_, err := h.Check(t.Context(), iotest.OneByteReader(bytes.NewReader(data)))
	assert.NoError(t, err)
	_, err = thumbnail.Describe(t.Context(), s.source, "k.jpg")
	assert.NoError(t, err)
}

func TestADescribedOriginalMayGiveNothingAHundredTimesInARow(t *testing.T) {
	data := append(photo(t, 200, 100), make([]byte, 10_000)...)
	for n, good := range map[int]bool{100: true, 101: false} {
		s := newSite(t)
		s.source.open = func(context.Context, string) (fs.File, error) {
			return storage.NewFile(&idle{r: bytes.NewReader(data), n: n}, storage.Info{Name: "k.jpg", Size: int64(len(data))}), nil
		}
		_, err := thumbnail.Describe(t.Context(), s.source, "k.jpg")
		assert.Equal(t, good, err == nil, "%d: %v", n, err)
	}
}

// idleFile returns neither bytes nor an error.
type idleFile struct{ fs.File }

func (idleFile) Read([]byte) (int, error) { return 0, nil }

func TestAStoredFileThatGivesNothingForEverIsAFailure(t *testing.T) {
	s := newSite(t)
	memory := storage.NewMemory()
	s.Storage = openFunc{memory, func(ctx context.Context, key string) (fs.File, error) {
		f, err := memory.Open(ctx, key)
		if err != nil {
			return nil, err
		}
		return idleFile{struct{ fs.File }{f}}, nil
	}}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
	require.NoError(t, memory.Put(t.Context(), url[1:], bytes.NewReader(photo(t, 20, 10))))
	assert.Equal(t, 500, get(h, url).Code)
	assert.ErrorIs(t, h.Ping(t.Context()), io.ErrNoProgress)
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

// sizedInfo is a FileInfo with another size.
type sizedInfo struct {
	fs.FileInfo
	size int64
}

func (o sizedInfo) Size() int64 { return o.size }

// sizedFile is a file that reports another size.
type sizedFile struct {
	fs.File
	size int64
}

func (o sizedFile) Stat() (fs.FileInfo, error) {
	info, err := o.File.Stat()
	return sizedInfo{info, o.size}, err
}

func TestAFileThatReportsAnImpossibleSizeHoldsNoMemory(t *testing.T) {
	for _, size := range []int64{-1, -1 << 63, 1<<63 - 1, 1 << 40} {
		s := newSite(t)
		s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: photo(t, 200, 100)}})
		s.source.open = func(ctx context.Context, key string) (fs.File, error) {
			f, err := s.source.source.Open(ctx, key)
			return sizedFile{f, size}, err
		}
		h := s.handler(t)
		code := get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code
		assert.Contains(t, []int{200, 422}, code, "source %d", size)
		assert.Zero(t, h.Stats().Memory)

		s = newSite(t)
		memory := storage.NewMemory()
		s.storage.Storage = openFunc{memory, func(ctx context.Context, key string) (fs.File, error) {
			f, err := memory.Open(ctx, key)
			if err != nil {
				return nil, err
			}
			return sizedFile{f, size}, err
		}}
		h = s.handler(t)
		for range 3 {
			code = get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code
			assert.Contains(t, []int{200, 500}, code, "storage %d", size)
		}
		assert.Zero(t, h.Stats().Memory)
	}
}
