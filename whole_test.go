package thumbnail_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// shortened is a storage that may replace the content of its files. The function file wraps them.
type shortened struct {
	*storage.Memory
	file func(*bytes.Reader) io.Reader
}

func (s shortened) Open(ctx context.Context, key string) (fs.File, error) {
	f, err := s.Memory.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	info, _ := f.Stat()
	return storage.NewFile(s.file(bytes.NewReader(data)), storage.Info{Name: key, Size: int64(len(data)), ModTime: info.ModTime()}), err
}

// A remoteFile has its first bytes in memory; reading others would be a network call.
type remoteFile struct {
	*bytes.Reader
	info  fs.FileInfo
	t     *testing.T
	first int64
}

func (r remoteFile) Stat() (fs.FileInfo, error) { return r.info, nil }
func (r remoteFile) Close() error               { return nil }
func (r remoteFile) Buffered() int64            { return r.first }

func (r remoteFile) ReadAt(p []byte, off int64) (int, error) {
	assert.LessOrEqual(r.t, off+int64(len(p)), r.first, "a call more")
	return r.Reader.ReadAt(p, off)
}

type remoteStorage struct {
	*storage.Memory
	t     *testing.T
	first int64
}

func (s remoteStorage) Open(ctx context.Context, key string) (fs.File, error) {
	f, err := s.Memory.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	info, _ := f.Stat()
	data, err := io.ReadAll(f)
	return remoteFile{bytes.NewReader(data), info, s.t, s.first}, err
}

func TestATruncatedStoredThumbnailIsMadeAgainOnce(t *testing.T) {
	dir, err := storage.OpenDir(t.TempDir())
	require.NoError(t, err)
	defer dir.Close()
	for kind, st := range map[string]thumbnail.Storage{
		"Dir": dir, "Memory": storage.NewMemory(),
		"that streams":   shortened{storage.NewMemory(), func(r *bytes.Reader) io.Reader { return io.MultiReader(r) }},
		"that seeks":     shortened{storage.NewMemory(), func(r *bytes.Reader) io.Reader { return struct{ io.ReadSeeker }{r} }},
		"over a network": remoteStorage{storage.NewMemory(), t, 1 << 20},
	} {
		t.Run(kind, func(t *testing.T) { checkHalves(t, st) })
	}
}

func checkHalves(t *testing.T, st thumbnail.Storage) {
	s := newSite(t)
	s.storage.Storage = st
	s.Encoders = thumbnail.Encoders{".avif": boxes{}}
	h := s.handler(t)
	for _, ext := range []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"} {
		url := s.url(t, "k.jpg", "50x50", "crop", ext)
		whole := get(h, url).Body.Bytes()
		n := len(whole)
		for name, half := range map[string][]byte{
			"empty": nil, "one byte": whole[:1], "its head": whole[:20], "half": whole[:n/2], "all but one byte": whole[:n-1],
			"zeros": make([]byte, n-100), "zeros at the end": append(bytes.Clone(whole[:n/2]), make([]byte, n-n/2-1)...),
		} {
			require.NoError(t, st.Put(t.Context(), url[1:], bytes.NewReader(half)))
			before := s.storage.put.Load()
			for range 3 {
				w := get(h, url)
				require.Equal(t, 200, w.Code, "%s %s", ext, name)
				assert.Equal(t, whole, w.Body.Bytes(), "%s %s", ext, name)
			}
			assert.EqualValues(t, 1, s.storage.put.Load()-before, "%s %s", ext, name)
			f, err := st.Open(t.Context(), url[1:])
			require.NoError(t, err)
			stored, err := io.ReadAll(f)
			require.NoError(t, err)
			require.NoError(t, f.Close())
			assert.Equal(t, whole, stored, "%s %s", ext, name)
		}
	}
}

// boxes writes a file of the ISO base media file format.
type boxes struct{}

func (boxes) Encode(w io.Writer, _ image.Image) error {
	_, err := io.WriteString(w, "\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif\x00\x00\x00\x01mdat\x00\x00\x00\x00\x00\x00\x00\x90"+strings.Repeat("x", 128))
	return err
}

func TestOnlyBufferedBytesOfAStoredFileAreExamined(t *testing.T) {
	s := newSite(t)
	st := remoteStorage{storage.NewMemory(), t, 100}
	s.storage.Storage = st
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	require.NoError(t, st.Put(t.Context(), url[1:], strings.NewReader(strings.Repeat("x", 101))))
	assert.Equal(t, strings.Repeat("x", 101), get(h, url).Body.String())
}

// failing is a file whose Read fails.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errBoom }

func TestAStoredFileThatCannotBeReadIsAFailure(t *testing.T) {
	s := newSite(t)
	st := storage.NewMemory()
	s.storage.Storage = shortened{st, func(*bytes.Reader) io.Reader { return failing{} }}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	require.NoError(t, st.Put(t.Context(), url[1:], strings.NewReader(strings.Repeat("x", 101))))
	assert.Equal(t, 500, get(h, url).Code)
	assert.Zero(t, s.storage.put.Load())
}

// endless encodes truncated pictures, or a PNG for any extension.
type endless struct{ cut int }

func (e endless) Encode(w io.Writer, img image.Image) error {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes()[:b.Len()-e.cut])
	return err
}

func TestAnEncoderMayWriteAnyFormat(t *testing.T) {
	s := newSite(t)
	s.Encoders = thumbnail.Encoders{".png": endless{cut: 5}, ".jpg": endless{}, ".gif": endless{cut: 5}}
	h := s.handler(t)
	for ext, most := range map[string]int64{".png": 2, ".jpg": 1, ".gif": 2} {
		before := s.storage.put.Load()
		for range 5 {
			assert.Equal(t, 200, get(h, s.url(t, "k.jpg", "50x50", "crop", ext)).Code)
		}
		assert.Equal(t, most, s.storage.put.Load()-before, ext)
	}
}
