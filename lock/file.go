package lock

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// File is a lock for processes on one host that share a directory, and for the goroutines within each
// process. Two workers that share one storage.Dir need it; nothing has to be installed.
//
// A locked key is a file with an flock(2) (LockFileEx on Windows). The kernel releases it when the process
// ends, however it ends, so the lock of a killed holder is free at once, whatever its ttl. A process that
// is merely stopped (SIGSTOP, a frozen container) keeps its locks until it continues or dies. If a holder
// hangs or does not unlock, the key becomes free ttl after the end of its ctx.
//
// Keys never block each other: each has its own file, named by the SHA-256 of the key. An unlocked key has
// no file. A file that a killed process left behind is removed by the next TryLock or Wait for that key,
// and by [NewFile].
//
// Any number of goroutines may use a File at once. It has one open file for each held lock, no other open
// files and no goroutines, so it needs no Close.
type File struct {
	dir   string // absolute
	holds holds  // locks held through this File, for which Wait need not poll
}

// NewFile returns the lock that is shared by all processes that call NewFile with the same directory. It
// creates a missing directory, for its own user and group (modes 0770 and 0660, less the umask). It returns
// an error if no file in the directory can be locked. The directory should be on a local disk, contain
// nothing but locks, and be safe from clean-up jobs.
func NewFile(dir string) (*File, error) {
	if dir == "" {
		return nil, errors.New("lock: no directory for lock files")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	f := &File{dir: dir}
	if err := f.sweep(); err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	return f, nil
}

// TryLock locks key. If key is held, ok is false. The error is the error of ctx, if ctx has already ended,
// or an error of the file system. unlock returns nil, even if the lock was lost, or an error of the file
// system. It may be called more than once, and by several goroutines.
func (f *File) TryLock(ctx context.Context, key string, ttl time.Duration) (unlock func() error, ok bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	if f.holds.get(key) != nil {
		return nil, false, nil
	}
	lf, err := acquire(f.path(key))
	if err != nil {
		return nil, false, fmt.Errorf("lock %q: %w", key, err)
	}
	if lf == nil {
		return nil, false, nil
	}
	h := newHold()
	h.release = func() error {
		f.holds.remove(key, h) // first, because the next holder adds its own hold as soon as the file is unlocked
		if err := lf.release(); err != nil {
			return fmt.Errorf("unlock %q: %w", key, err)
		}
		return nil
	}
	f.holds.add(key, h)
	h.watch(ctx, ttl)
	return h.unlock, true, nil
}

// How often Wait checks a lock of another process: the kernel can't wait for both an flock and a context.
// One check is a failed open or flock, and takes a few microseconds.
const (
	firstLook = time.Millisecond
	lastLook  = 16 * time.Millisecond
)

// Wait blocks until key is free, and then returns nil. It returns earlier with an error if ctx ends or the
// file system fails. For a key that is held through this File it waits without polling; it notices an
// unlock in another process within 16 ms. When Wait returns, another caller may already have locked the
// key.
func (f *File) Wait(ctx context.Context, key string) error {
	for next := firstLook; ; next = min(2*next, lastLook) {
		if err := f.holds.wait(ctx, key); err != nil {
			return err
		}
		switch free, err := isFree(f.path(key)); {
		case err != nil:
			return fmt.Errorf("wait for %q: %w", key, err)
		case free:
			return nil
		}
		select {
		case <-time.After(next):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

const (
	suffix  = ".lock"
	nameLen = 2*sha256.Size + len(suffix)
)

// path returns the name of the lock file of key.
func (f *File) path(key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(f.dir, hex.EncodeToString(sum[:])+suffix)
}

// sweep creates the directory, checks that a file in it can be locked, and removes files that killed
// processes left behind.
func (f *File) sweep() error {
	lf, err := acquire(filepath.Join(f.dir, "probe"+suffix))
	if err != nil {
		return err
	}
	if lf != nil { // nil means that another process is trying the same, which shows that locking works
		if err := lf.release(); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := entry.Name()
		if len(name) != nameLen || filepath.Ext(name) != suffix {
			continue
		}
		if _, err := isFree(filepath.Join(f.dir, name)); err != nil && !errors.Is(err, fs.ErrPermission) {
			return err
		}
	}
	return nil
}
