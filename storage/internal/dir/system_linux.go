package dir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// NoOpenat2 is set once the kernel has refused openat2 (before Linux 5.6, or by seccomp). Paths are then
// opened directory by directory.
var NoOpenat2 atomic.Bool

// howToOpen stays within the directory. O_NONBLOCK keeps the opening of a FIFO from blocking, and has no
// effect on regular files.
var howToOpen = unix.OpenHow{
	Flags:   unix.O_RDONLY | unix.O_NONBLOCK | unix.O_CLOEXEC,
	Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS,
}

// open opens a file for reading. os.Root opens the path directory by directory; openat2 does it in one
// system call, and stays within the root as well.
func (p *place) open(key string) (fs.File, error) {
	if NoOpenat2.Load() {
		return p.openInRoot(key)
	}
	f, err := p.openat2(key)
	switch {
	case err == nil:
		return f.opened()
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
		return p.openInRoot(key)
	case errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EPERM), errors.Is(err, unix.EINVAL):
		f, err := p.openInRoot(key)
		if err == nil {
			NoOpenat2.Store(true)
		}
		return f, err
	}
	return nil, p.openError(key, &fs.PathError{Op: "open", Path: key, Err: err})
}

func (p *place) openat2(key string) (*regularFile, error) {
	f := &regularFile{key: key, at: onward}
	var openErr error
	err := p.conn.Control(func(dir uintptr) {
		for range 100 {
			// EAGAIN means that a directory was renamed meanwhile, so the kernel can't be sure that the path stays
			// within the root.
			f.d.fd, openErr = unix.Openat2(int(dir), key, &howToOpen)
			if openErr != unix.EINTR && openErr != unix.EAGAIN {
				return
			}
		}
	})
	if err == nil {
		err = openErr
	}
	return f, err
}

// leadsOut reports whether err is openat2's error for a path that leads out of the root.
func leadsOut(err error) bool { return errors.Is(err, unix.EXDEV) }

// isAt reports whether path leads to this place.
func (p *place) isAt(path string) bool {
	var st unix.Stat_t
	if err := ignoreInterrupt(func() error { return unix.Stat(path, &st) }); err != nil {
		return false
	}
	own, ok := p.info.Sys().(*syscall.Stat_t)
	return ok && uint64(own.Dev) == uint64(st.Dev) && own.Ino == st.Ino
}

func ignoreInterrupt(f func() error) error {
	for {
		if err := f(); err != unix.EINTR {
			return err
		}
	}
}

// bootTag identifies this boot of the kernel in file names.
func bootTag() string {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	tag := strings.ReplaceAll(strings.TrimSpace(string(b)), "-", "")
	if len(tag) != bootDigits || strings.Trim(tag, "0123456789abcdef") != "" {
		return ""
	}
	return tag
}

// isLocal reports whether a file system is one that lies on a device, or in memory, of one host at a time.
func isLocal(dir *os.File) bool {
	conn, err := dir.SyscallConn()
	if err != nil {
		return false
	}
	var st unix.Statfs_t
	var statErr error
	err = conn.Control(func(fd uintptr) { statErr = ignoreInterrupt(func() error { return unix.Fstatfs(int(fd), &st) }) })
	if err != nil || statErr != nil {
		return false
	}
	switch uint32(st.Type) {
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC, unix.TMPFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC,
		zfsMagic, bcachefsMagic:
		return true
	}
	return false
}

// File systems that package unix does not name.
const (
	zfsMagic      = 0x2fc12fc1
	bcachefsMagic = 0xca451a4e
)

// syncFileSystem syncs the file system that contains dir.
func syncFileSystem(dir *os.File) error {
	conn, err := dir.SyscallConn()
	if err != nil {
		return err
	}
	var syncErr error
	err = conn.Control(func(fd uintptr) { syncErr = ignoreInterrupt(func() error { return unix.Syncfs(int(fd)) }) })
	if err == nil {
		err = syncErr
	}
	if err != nil {
		return fmt.Errorf("syncfs: %w", err)
	}
	return nil
}

// flushFile returns the error that closing f would return, by which network file systems report a failed
// write. f stays open and locked.
func flushFile(f *os.File) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var closeErr error
	err = conn.Control(func(fd uintptr) {
		var twin int
		if twin, closeErr = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0); closeErr == nil {
			closeErr = unix.Close(twin)
		}
	})
	if err == nil {
		err = closeErr
	}
	return err
}

// accessTime returns when a file was last read, or written if that was later. With the default mount option
// relatime, the kernel updates the access time at most once a day.
func accessTime(info fs.FileInfo) time.Time {
	used := info.ModTime()
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		if at := time.Unix(st.Atim.Unix()); at.After(used) {
			used = at
		}
	}
	return used
}
