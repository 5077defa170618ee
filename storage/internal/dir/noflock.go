//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package dir

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

// errInvalidName is ERROR_INVALID_NAME of Windows: the name has a character that is not allowed there, such
// as "?".
const errInvalidName = syscall.Errno(123)

// prepareRename closes the file, because Windows does not rename an open one.
func prepareRename(t *temp) error { return t.disk.close(t.file) }

// removeOpen closes and removes a file. Windows does not remove an open one.
func removeOpen(t *temp) {
	_ = t.disk.close(t.file)
	_ = t.disk.remove(t.root, t.name)
}

// openRead opens a file for reading. No portable flag keeps the opening of a special file from blocking, so
// it first checks the type.
func openRead(root *os.Root, name string) (*os.File, error) {
	info, err := root.Stat(name)
	invalid := runtime.GOOS == "windows" && errors.Is(err, errInvalidName)
	if err != nil && !invalid {
		return nil, err
	}
	if invalid || !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return root.Open(name)
}

// tryLock can't lock files on this system.
func tryLock(*os.File) lockState { return lockUnknown }
