package lock

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gofrs/flock"
)

// A lockFile is a file that this process has locked, under the name that all processes use.
//
// Removing lock files is difficult: a process may open a file that is then removed, and lock it, although
// no other process can find it any more. So a lock is valid only while the name still leads to its file,
// and only the owner of a valid lock removes the file. A process that has locked a file checks whether the
// lock is valid, and otherwise starts again. The alternatives are worse: with a fixed number of files, keys
// block each other, and files that are never removed accumulate.
type lockFile struct {
	flock *flock.Flock
}

// acquire creates and locks the file. It returns nil if another process has locked it.
func acquire(path string) (*lockFile, error) {
	for range 1000 { // no race needs so many rounds; on some file systems a file never equals itself
		lf, err := open(path, os.O_CREATE)
		if errors.Is(err, fs.ErrNotExist) { // the directory was removed or is new
			if err := os.MkdirAll(filepath.Dir(path), 0o770); err != nil {
				return nil, err
			}
			lf, err = open(path, os.O_CREATE)
		}
		if err != nil || lf == nil {
			return nil, err
		}
		counts, err := lf.counts()
		if counts {
			return lf, nil
		}
		// Its holder removed it after we opened it.
		if err := errors.Join(err, lf.flock.Unlock()); err != nil {
			return nil, err
		}
	}
	return nil, &fs.PathError{Op: "flock", Path: path, Err: errors.New("the name never leads to the file that was locked")}
}

// isFree reports whether the file is unlocked. It does not create the file. A file that a killed process
// has left is locked for a moment, and removed.
func isFree(path string) (bool, error) {
	switch lf, err := open(path, 0); {
	case errors.Is(err, fs.ErrNotExist):
		return true, nil
	case err != nil:
		return false, err
	case lf == nil:
		return false, nil
	default:
		return true, lf.release()
	}
}

// open opens and locks the file. It returns nil if another process has locked it. It opens the file for
// writing, because some network file systems require that for locks.
func open(path string, flag int) (*lockFile, error) {
	fl := flock.New(path, flock.SetFlag(os.O_RDWR|flag), flock.SetPermissions(0o660))
	ok, err := fl.TryLock()
	if err != nil || !ok {
		return nil, err
	}
	return &lockFile{fl}, nil
}

// counts reports whether the name still leads to the locked file.
func (lf *lockFile) counts() (bool, error) {
	ours, err := lf.flock.Stat()
	if err != nil {
		return false, err
	}
	named, err := os.Lstat(lf.flock.Path())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(ours, named), err
}

// release unlocks the file, and removes it if the lock is valid.
func (lf *lockFile) release() error {
	if runtime.GOOS == "windows" {
		// Windows does not remove a file that is open, here or in another process. So Remove removes only a
		// file that no process has locked.
		err := lf.flock.Unlock()
		os.Remove(lf.flock.Path())
		return err
	}
	counts, err := lf.counts()
	if counts {
		err = os.Remove(lf.flock.Path())
	}
	return errors.Join(err, lf.flock.Unlock())
}
