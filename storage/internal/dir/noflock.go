//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package dir

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

// errInvalidName is ERROR_INVALID_NAME of Windows: a character that no name there has, such as "?".
const errInvalidName = syscall.Errno(123)

// closeBeforeRename says that an open file can't be renamed, which is so on Windows.
const closeBeforeRename = true

// openRead opens a file to be read. There is no common flag that keeps a special file from
// blocking, so it looks first.
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

// tryLock has no lock to try here.
func tryLock(*os.File) lockState { return lockUnknown }
