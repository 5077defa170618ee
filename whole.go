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
	"github.com/rest-thumbnails/thumbnail/response"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// seen remembers which files looked whole, so that a warm hit does not look again. It forgets what
// other files drive out.
type seen struct {
	seed  maphash.Seed
	slots [4096]atomic.Uint64
}

// slot returns where a file is remembered, and what stands there if it is.
func (s *seen) slot(key string, info fs.FileInfo) (*atomic.Uint64, uint64) {
	hash := maphash.String(s.seed, key)
	mark := maphash.Comparable(s.seed, [3]int64{int64(hash), info.Size(), info.ModTime().UnixNano()})
	return &s.slots[hash%uint64(len(s.slots))], mark | 1 // 0 is an empty slot
}

// halves are the stored thumbnails that were empty or cut off when they were opened. Each is made anew
// once: if what is then stored looks no better, it is what the Encoder writes.
type halves struct {
	mu    sync.Mutex
	byKey map[string]int64 // size of the new one; -1 if there is none yet
}

const (
	maxHalves   = 1024
	maxBuffered = 1 << 20 // bytes of a file that is no io.Seeker: what is larger is only asked for its size
)

// found notes that the stored file of size bytes is not whole. It returns false if it is what was made
// anew.
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

// stored notes the size of the file that is stored now.
func (h *halves) stored(key string, size int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.byKey[key]; ok {
		h.byKey[key] = size
	}
}

// whole returns a stored thumbnail, which may have been read for that, or nil if it is not whole.
func (h *Handler) whole(c *call, f fs.File) (fs.File, error) {
	info, err := f.Stat()
	if err != nil || info == nil {
		return f, nil // the Responder will say so
	}
	slot, mark := h.seen.slot(c.key, info)
	if slot.Load() == mark {
		return f, nil
	}
	size := info.Size()
	complete := false
	if at, ok := ability.Find[io.ReaderAt](f); ok {
		complete = beyondBuffer(f, size) || engine.Complete(at, size)
	} else if s, ok := f.(io.ReadSeeker); ok {
		complete = engine.Complete(&seekingReaderAt{s}, size)
		if _, err := s.Seek(0, io.SeekStart); err != nil {
			return f, err
		}
	} else if ability.Has[response.Stream](h.cfg.Responder) && 0 < size && size <= maxBuffered {
		data, err := io.ReadAll(io.LimitReader(f, maxBuffered+1)) // as Stream would
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
	_ = f.Close()
	return nil, nil
}

// beyondBuffer reports whether the end of a file would be a further call over a network.
func beyondBuffer(f fs.File, size int64) bool {
	b, ok := ability.Find[interface{ Buffered() int64 }](f)
	return ok && size > b.Buffered()
}

// buffered is the content of a file that was read into memory.
type buffered struct {
	*bytes.Reader
	io.Closer
}

// seekingReaderAt is for one goroutine.
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
