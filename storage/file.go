package storage

import (
	"io"
	"io/fs"
	"path"
	"time"
)

// Info says of a file what its content does not.
type Info struct {
	// Name is the key; Stat gives its last segment.
	Name string

	// Size is the length of the content in bytes. It may be 0 where the content has a method Size() int64 or Len() int, as the
	// readers of packages bytes and strings and io.SectionReader have: then the content is asked.
	Size int64

	// ModTime is when the content was put. Browsers are told, to the second, so it must not change while the content does not.
	// The zero time means unknown.
	ModTime time.Time

	// ETag identifies the content, in the form of the HTTP header (RFC 9110, section 8.8.3): quoted, as in `"5d41402a"`. Empty means
	// that there is none.
	ETag string
}

// NewFile returns what a storage's Open returns for content that is no file:
//
//	return storage.NewFile(bytes.NewReader(b), storage.Info{Name: key, ModTime: t}), nil
//
// The file seeks (io.Seeker) if content does, which saves a responder a copy, and reads at offsets (io.ReaderAt) if content does both.
// Its Close closes content if that is an io.Closer. It is for one goroutine at a time, as files are.
//
// Stat returns an fs.FileInfo of a regular file that has one method more, ETag() string. That is the convention by which any
// storage tells an ETag: a responder that finds the method, and a value that is not empty, sends it.
func NewFile(content io.Reader, info Info) fs.File {
	if info.Size == 0 {
		switch content := content.(type) {
		case interface{ Size() int64 }:
			info.Size = content.Size()
		case interface{ Len() int }:
			info.Size = int64(content.Len())
		}
	}
	f := file{content, fileInfo{info}}
	if s, ok := content.(io.Seeker); ok {
		if at, ok := content.(io.ReaderAt); ok {
			return readerAtFile{seekerFile{f, s}, at}
		}
		return seekerFile{f, s}
	}
	return f
}

type file struct {
	io.Reader
	info fileInfo
}

func (f file) Stat() (fs.FileInfo, error) { return f.info, nil }

func (f file) Close() error {
	if c, ok := f.Reader.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

type seekerFile struct {
	file
	io.Seeker
}

type readerAtFile struct {
	seekerFile
	io.ReaderAt
}

// fileInfo is the fs.FileInfo of a regular file that everybody may read.
type fileInfo struct{ Info }

func (i fileInfo) Name() string       { return path.Base(i.Info.Name) }
func (i fileInfo) Size() int64        { return i.Info.Size }
func (i fileInfo) Mode() fs.FileMode  { return 0o444 }
func (i fileInfo) ModTime() time.Time { return i.Info.ModTime }
func (i fileInfo) IsDir() bool        { return false }
func (i fileInfo) Sys() any           { return nil }
func (i fileInfo) ETag() string       { return i.Info.ETag }
