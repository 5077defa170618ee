package lock

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gofrs/flock"
)

// A lockFile is a file that this process has locked, under the name by which the others know it.
//
// Removing lock files is what makes this delicate: a process that has opened a file which is then
// removed locks one that no other will find. So the rule is: a lock counts only while its file is the
// one that the name leads to, and only the owner of such a lock removes that file. A process that
// gets a lock checks whether it counts, and starts again if not. The alternatives were worse: a fixed
// number of files lets keys block each other, and files that stay pile up.
type lockFile struct {
	flock *flock.Flock
}

// acquire makes and locks the file, and returns nil if another has locked it.
func acquire(path string) (*lockFile, error) {
	for range 1000 { // enough for every race, and an end on a file system where a file never looks like itself
		lf, err := open(path, os.O_CREATE)
		if errors.Is(err, fs.ErrNotExist) { // the directory was removed, or is new
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

// isFree reports whether nobody has locked the file; it makes none. If a killed process has left
// it, isFree removes it, and has it locked for that moment.
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

// open opens and locks the file, and returns nil if another has locked it. Writing is what some
// network file systems want of who locks.
func open(path string, flag int) (*lockFile, error) {
	fl := flock.New(path, flock.SetFlag(os.O_RDWR|flag), flock.SetPermissions(0o660))
	ok, err := fl.TryLock()
	if err != nil || !ok {
		return nil, err
	}
	return &lockFile{fl}, nil
}

// counts reports whether the name still leads to the file that is locked.
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

// release unlocks the file, and removes it if it counts.
func (lf *lockFile) release() error {
	if runtime.GOOS == "windows" {
		// An open file can't be removed there, neither by us before it is unlocked, nor if somebody
		// else has opened it since. So what Remove removes, nobody has locked.
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
