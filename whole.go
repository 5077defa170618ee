package thumbnail

import (
	"bytes"
	"hash/maphash"
	"io"
	"io/fs"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/internal/engine"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// seen remembers which files looked complete, so that a cache hit does not check again. An entry is lost
// when another file takes its slot.
type seen struct {
	seed  maphash.Seed
	slots [4096]atomic.Uint64
}

// slot returns the slot of a file, and the value that the slot has if the file is remembered.
func (s *seen) slot(key string, info fs.FileInfo) (*atomic.Uint64, uint64) {
	hash := maphash.String(s.seed, key)
	mark := maphash.Comparable(s.seed, [3]int64{int64(hash), info.Size(), info.ModTime().UnixNano()})
	return &s.slots[hash%uint64(len(s.slots))], mark | 1 // 0 is an empty slot
}

// halves are the stored thumbnails that were empty or truncated when they were opened. Each is made again
// once. If the new file looks incomplete as well, that is the output of the Encoder, and it is accepted.
type halves struct {
	mu    sync.Mutex
	byKey map[string]int64 // size of the new file; -1 if there is none yet
}

const (
	maxHalves   = 1024
	maxBuffered = 1 << 20 // bytes of a file that is not an io.Seeker; of a larger one only the size is checked
)

// found records that the stored file of size bytes is incomplete. It returns false if the file has already
// been made again, with the same size.
func (h *halves) found(key string, size int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if made, ok := h.byKey[key]; ok && made == size {
		return false
	}
	if h.byKey == nil {
		h.byKey = map[string]int64{}
	}
	for other := range h.byKey {
		if len(h.byKey) < maxHalves {
			break
		}
		delete(h.byKey, other)
	}
	h.byKey[key] = -1
	return true
}

// stored records the size of the file that is stored now.
func (h *halves) stored(key string, size int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.byKey[key]; ok {
		h.byKey[key] = size
	}
}

// whole returns a stored thumbnail, or nil if it is incomplete. It may have read the file for that. It closes
// nothing.
func (h *Handler) whole(c *call, f fs.File) (fs.File, error) {
	info, err := f.Stat()
	if err != nil || info == nil {
		return f, nil //nolint:nilerr // the Responder will report the error
	}
	slot, mark := h.seen.slot(c.key, info)
	if slot.Load() == mark {
		return f, nil
	}
	size := info.Size()
	var complete bool
	if at, ok := ability.Find[io.ReaderAt](f); ok {
		complete = beyondBuffer(f, size) || engine.Complete(at, size)
	} else if s, ok := f.(io.ReadSeeker); ok {
		complete = engine.Complete(&seekingReaderAt{s}, size)
		if _, err := s.Seek(0, io.SeekStart); err != nil {
			return f, err
		}
	} else if h.streams && 0 < size && size <= maxBuffered {
		data, err := io.ReadAll(io.LimitReader(&contextReader{ctx: c.ctx, r: f}, maxBuffered+1)) // as Stream does
		if err != nil {
			return f, err
		}
		content := bytes.NewReader(data)
		complete = content.Size() >= size && engine.Complete(content, content.Size())
		f = storage.NewFile(&buffered{content, f}, storage.Info{Name: c.key, Size: content.Size(), ModTime: info.ModTime(), ETag: etag(info)})
	} else {
		complete = size > 0
	}
	if complete || !h.halves.found(c.key, size) {
		if !info.ModTime().IsZero() {
			slot.Store(mark)
		}
		return f, nil
	}
	h.log(c.ctx, slog.LevelWarn, "thumbnail: a stored thumbnail is not whole; making it anew", "path", c.key, "bytes", size)
	return nil, nil
}

// beyondBuffer reports whether reading the end of a file would need a further network call.
func beyondBuffer(f fs.File, size int64) bool {
	b, ok := ability.Find[interface{ Buffered() int64 }](f)
	return ok && size > b.Buffered()
}

// buffered is the content of a file that has been read into memory.
type buffered struct {
	*bytes.Reader
	io.Closer
}

// seekingReaderAt may be used by one goroutine at a time.
type seekingReaderAt struct{ io.ReadSeeker }

func (r seekingReaderAt) ReadAt(p []byte, off int64) (int, error) {
	if _, err := r.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(r, p)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return n, err
}
