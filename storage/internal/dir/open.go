package dir

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"sync/atomic"

	"github.com/rest-thumbnails/thumbnail/storage/internal/contract"
)

// openInRoot opens a file by os.Root, for systems without openat2.
func (p *place) openInRoot(key string) (fs.File, error) {
	f, err := openRead(p.root, key)
	if err != nil {
		return nil, p.openError(key, err)
	}
	info, err := f.Stat()
	if err == nil && info.Mode().IsRegular() {
		return &dirFile{File: f, info: info}, nil
	}
	_ = f.Close()
	if err != nil {
		return nil, err
	}
	return nil, contract.NotExist(key)
}

// openError distinguishes a missing file from other errors. Opening something that is not a regular file
// gives different errors (ENXIO for a socket, EACCES for a device), so unless err is clear, openError
// checks the type of the file.
func (p *place) openError(key string, err error) error {
	if contract.IsNotExist(err) || errors.Is(err, p.escapes) || leadsOut(err) {
		return contract.NotExist(key)
	}
	if info, statErr := p.root.Stat(key); statErr == nil && !info.Mode().IsRegular() {
		return contract.NotExist(key)
	}
	return err
}

// dirFile is an open file whose Stat makes no system call until something has been read. A caller that
// compares Stat before and after reading can therefore detect that the file was written to meanwhile.
type dirFile struct {
	*os.File
	info fs.FileInfo
	read atomic.Bool
}

func (f *dirFile) Stat() (fs.FileInfo, error) {
	if f.read.Load() {
		return f.File.Stat()
	}
	return f.info, nil
}

func (f *dirFile) Read(p []byte) (int, error) {
	f.read.Store(true)
	return f.File.Read(p)
}

func (f *dirFile) ReadAt(p []byte, off int64) (int, error) {
	f.read.Store(true)
	return f.File.ReadAt(p, off)
}

func (f *dirFile) WriteTo(w io.Writer) (int64, error) {
	f.read.Store(true)
	return f.File.WriteTo(w)
}
