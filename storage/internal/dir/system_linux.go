package dir

import (
	"cmp"
	"errors"
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
	case errors.Is(err, unix.EAGAIN): // a directory was renamed meanwhile, and may have left the root
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
		openErr = unix.EINTR
		for openErr == unix.EINTR {
			f.d.fd, openErr = unix.Openat2(int(dir), key, &howToOpen)
		}
	})
	return f, cmp.Or(err, openErr)
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

// isLocal reports whether only one host at a time can mount the file system: it is on a device or in memory.
func isLocal(dir *os.File) bool {
	var st unix.Statfs_t
	if control(dir, func(fd int) error { return unix.Fstatfs(fd, &st) }) != nil {
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
	return os.NewSyscallError("syncfs", control(dir, unix.Syncfs))
}

// flushFile returns the error that closing f would return: network file systems report a failed write that way. f
// stays open and locked.
func flushFile(f *os.File) error {
	return control(f, func(fd int) error {
		twin, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			return err
		}
		return unix.Close(twin)
	})
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
