package dir

import (
	"io/fs"
	"sync/atomic"
	"syscall"
)

// A descriptor is a file descriptor that stays open while it is in use. If it were closed earlier, its
// number could already be that of another file.
type descriptor struct {
	fd    int
	state atomic.Int64 // 2 for each user, plus 1 once the descriptor is closed
}

// use keeps the descriptor open until done is called. It returns false if it is closed.
func (d *descriptor) use() bool {
	for {
		s := d.state.Load()
		if s&1 != 0 {
			return false
		}
		if d.state.CompareAndSwap(s, s+2) {
			return true
		}
	}
}

func (d *descriptor) done() {
	if d.state.Add(-2) == 1 {
		_ = syscall.Close(d.fd)
	}
}

// close prevents further use of the descriptor. The last user closes it.
func (d *descriptor) close() error {
	for {
		s := d.state.Load()
		if s&1 != 0 {
			return fs.ErrClosed
		}
		if !d.state.CompareAndSwap(s, s+1) {
			continue
		}
		if s == 0 {
			return syscall.Close(d.fd) // after EINTR the descriptor is closed as well
		}
		return nil
	}
}
