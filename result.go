package thumbnail

import (
	"bytes"
	"io/fs"
	"sync/atomic"

	"github.com/rest-thumbnails/thumbnail/internal/admission"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// A result is a thumbnail that has just been made. The calls that waited for it share its bytes. Its memory
// counts until the last of them has released it.
type result struct {
	encoded  *bytes.Buffer
	memory   *admission.Reservation
	storeErr error // why the thumbnail could not be stored
	stored   bool  // the thumbnail was stored without an error, and Remove did not prevent that
	reopen   bool  // reading the thumbnail from the storage is equivalent
	refs     atomic.Int64
}

// retain adds n references to r.
func (r *result) retain(n int) { r.refs.Add(int64(n)) }

func (r *result) release() {
	if r.refs.Add(-1) == 0 {
		r.memory.Release()
		if r.stored { // a Put that failed may go on reading, as an HTTP client does
			freeBuffer(r.encoded)
		}
	}
}

// open returns the bytes as a file. Its Close releases r.
func (r *result) open(key string) fs.File {
	content := &resultContent{Reader: bytes.NewReader(r.encoded.Bytes()), r: r}
	return storage.NewFile(content, storage.Info{Name: key, Size: int64(r.encoded.Len())})
}

type resultContent struct {
	*bytes.Reader
	r      *result
	closed atomic.Bool
}

func (c *resultContent) Close() error {
	if !c.closed.Swap(true) {
		c.r.release()
	}
	return nil
}
