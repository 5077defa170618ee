package dir

import (
	"io"
	"io/fs"
	"path"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage/internal/contract"
)

// A regularFile is an open regular file. An os.File would take four more system calls before the first byte
// is sent: it tries to register with the poller, and http.ServeContent seeks to find out the size.
type regularFile struct {
	d     descriptor
	key   string
	info  statInfo    // when the file was opened
	read  atomic.Bool // something may have been read, so info may be out of date
	begun bool        // the kernel's offset may not be 0
	at    int64       // offset to seek to before the next read, or the constant onward
}

// onward means that reading continues at the kernel's offset.
const onward = -1

// opened finishes the opening of a file. Anything but a regular file counts as missing.
func (f *regularFile) opened() (fs.File, error) {
	err := f.do("stat", func(fd int) error { return syscall.Fstat(fd, &f.info.stat) })
	if err == nil && f.info.stat.Mode&syscall.S_IFMT != syscall.S_IFREG {
		err = contract.NotExist(f.key)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	f.info.key = f.key
	return f, nil
}

// do calls f with the descriptor.
func (f *regularFile) do(op string, call func(fd int) error) error {
	if !f.d.use() {
		return &fs.PathError{Op: op, Path: f.key, Err: fs.ErrClosed}
	}
	defer f.d.done()
	if err := ignoreInterrupt(func() error { return call(f.d.fd) }); err != nil {
		return &fs.PathError{Op: op, Path: f.key, Err: err}
	}
	return nil
}

// Stat makes no system call until something has been read. A caller that compares Stat before and after
// reading can therefore detect that the file was written to meanwhile.
func (f *regularFile) Stat() (fs.FileInfo, error) {
	if !f.read.Load() {
		if !f.d.use() {
			return nil, &fs.PathError{Op: "stat", Path: f.key, Err: fs.ErrClosed}
		}
		f.d.done()
		return &f.info, nil
	}
	now := &statInfo{key: f.key}
	if err := f.do("stat", func(fd int) error { return syscall.Fstat(fd, &now.stat) }); err != nil {
		return nil, err
	}
	return now, nil
}

func (f *regularFile) Read(p []byte) (n int, err error) {
	if len(p) == 0 {
		return 0, nil
	}
	err = f.do("read", func(fd int) (err error) {
		if err = f.move(fd); err == nil {
			n, err = syscall.Read(fd, p)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// move executes the last Seek, which was deferred.
func (f *regularFile) move(fd int) (err error) {
	if f.at == 0 && !f.begun {
		f.at = onward
	}
	f.begun = true
	f.read.Store(true)
	if f.at != onward {
		if _, err = syscall.Seek(fd, f.at, io.SeekStart); err == nil {
			f.at = onward
		}
	}
	return err
}

func (f *regularFile) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, &fs.PathError{Op: "read", Path: f.key, Err: syscall.EINVAL}
	}
	f.read.Store(true)
	for n < len(p) {
		m := 0
		err := f.do("read", func(fd int) (err error) {
			m, err = syscall.Pread(fd, p[n:], off+int64(n))
			return err
		})
		if err != nil {
			return n, err
		}
		if m == 0 {
			return n, io.EOF
		}
		n += m
	}
	return n, nil
}

// Seek makes no system call if the result is known.
func (f *regularFile) Seek(offset int64, whence int) (to int64, err error) {
	switch {
	case whence == io.SeekStart:
		to = offset
	case whence == io.SeekEnd && !f.read.Load():
		to = f.info.stat.Size + offset
	case whence == io.SeekCurrent && f.at != onward:
		to = f.at + offset
	case whence == io.SeekCurrent && !f.read.Load():
		to = offset
	default:
		err := f.do("seek", func(fd int) (err error) {
			if err = f.move(fd); err == nil {
				to, err = syscall.Seek(fd, offset, whence)
			}
			return err
		})
		if err != nil {
			return 0, err
		}
		return to, nil
	}
	if to < 0 {
		return 0, &fs.PathError{Op: "seek", Path: f.key, Err: syscall.EINVAL}
	}
	if !f.d.use() {
		return 0, &fs.PathError{Op: "seek", Path: f.key, Err: fs.ErrClosed}
	}
	f.d.done()
	f.at = to
	return to, nil
}

func (f *regularFile) Close() error {
	if err := f.d.close(); err != nil {
		return &fs.PathError{Op: "close", Path: f.key, Err: err}
	}
	return nil
}

// SyscallConn lets net/http send the file without copying it through this process.
func (f *regularFile) SyscallConn() (syscall.RawConn, error) { return (*rawRegular)(f), nil }

// A rawRegular is the syscall.RawConn of a regularFile. Such a file is always ready.
type rawRegular regularFile

func (f *rawRegular) Control(call func(fd uintptr)) error {
	return f.Read(func(fd uintptr) bool {
		call(fd)
		return true
	})
}

func (f *rawRegular) Read(call func(fd uintptr) bool) error {
	return (*regularFile)(f).do("raw-read", func(fd int) error {
		err := (*regularFile)(f).move(fd)
		if err == nil && !call(uintptr(fd)) {
			return syscall.EAGAIN // there is nothing to wait for
		}
		return err
	})
}

// Write fails, because the file is open for reading.
func (f *rawRegular) Write(func(fd uintptr) bool) error {
	return &fs.PathError{Op: "raw-write", Path: f.key, Err: syscall.EBADF}
}

// A statInfo is the kernel's description of a file.
type statInfo struct {
	key  string
	stat syscall.Stat_t
}

func (i *statInfo) Name() string       { return path.Base(i.key) }
func (i *statInfo) Size() int64        { return i.stat.Size }
func (i *statInfo) Mode() fs.FileMode  { return fs.FileMode(i.stat.Mode & 0o777) }
func (i *statInfo) ModTime() time.Time { return time.Unix(i.stat.Mtim.Unix()) }
func (i *statInfo) IsDir() bool        { return false }
func (i *statInfo) Sys() any           { return &i.stat }

// SameFile reports whether other describes the same file, if that is known. os.SameFile supports only its
// own FileInfo.
func (i *statInfo) SameFile(other fs.FileInfo) (same, known bool) {
	o, known := other.Sys().(*syscall.Stat_t)
	return known && o.Dev == i.stat.Dev && o.Ino == i.stat.Ino, known
}
