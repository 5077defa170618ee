package storage

import (
	"io"
	"io/fs"
	"path"
	"time"
)

// Info describes a file for [NewFile].
type Info struct {
	// Name is the key; Stat reports its last segment.
	Name string

	// Size is the length of the content in bytes. It may be 0 if the content has a method Size() int64 or
	// Len() int, as bytes.Reader, strings.Reader and io.SectionReader do; NewFile then calls that method.
	Size int64

	// ModTime is when the content was stored. Clients see it, to the second, so it must not change
	// while the content does not. The zero time means unknown.
	ModTime time.Time

	// ETag is a strong entity tag of the content, with its quotes (RFC 9110, section 8.8.3), as in
	// `"5d41402a"`. Empty means none.
	ETag string
}

// NewFile makes a file from content, for the Open of a storage:
//
//	return storage.NewFile(bytes.NewReader(b), storage.Info{Name: key, ModTime: t}), nil
//
// The file is an [io.Seeker] if content is one, which saves responders a copy. It is also an [io.ReaderAt]
// if content is both. Close closes content if it is an [io.Closer]. Like other files, it may be used by one
// goroutine at a time.
//
// Stat returns an [fs.FileInfo] of a regular file that also has a method ETag() string. ETag returns
// info.ETag, which responders send unless it is empty.
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
