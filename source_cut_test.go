package thumbnail_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// cutFile ends early, without an error, as some connections do when they are cut.
type cutFile struct {
	fs.File
	io.Reader
}

func (f cutFile) Read(p []byte) (int, error) { return f.Reader.Read(p) }

type seekingCut struct{ cutFile }

func (f seekingCut) Seek(offset int64, whence int) (int64, error) {
	return f.Reader.(io.Seeker).Seek(offset, whence)
}

func TestAnOriginalWhoseTransferIsCutIsNeitherDamagedNorStored(t *testing.T) {
	animation := animation(t, 8)
	for name, data := range map[string][]byte{"JPEG": photo(t, 400, 300), "animation": animation} {
		for _, length := range []int{0, 1, 10, 100, len(data) * 2 / 3, len(data) - 1} {
			for _, seeks := range []bool{false, true} {
				tolerant := length%2 == 0
				s := newSite(t)
				s.Tolerant = tolerant
				s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: data}})
				cut := true
				s.source.open = func(ctx context.Context, key string) (fs.File, error) {
					f, err := s.source.source.Open(ctx, key)
					if cut && seeks {
						return seekingCut{cutFile{f, bytes.NewReader(data[:length])}}, err
					} else if cut {
						return cutFile{f, bytes.NewReader(data[:length])}, err
					}
					return f, err
				}
				h := s.handler(t)
				for _, ext := range []string{".jpg", ".gif"} {
					w := get(h, s.url(t, "k.jpg", "40x30", "fit", ext))
					assert.Equal(t, 500, w.Code, "%s %s, %d bytes", name, ext, length)
					assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
				}
				assert.Zero(t, s.storage.put.Load())
				cut = false
				assert.Equal(t, 200, get(h, s.url(t, "k.jpg", "40x30", "fit", ".gif")).Code, "it is not remembered")
			}
		}
	}
}
