//go:build !linux

package dir

import (
	"io/fs"
	"os"
	"time"
)

func (p *place) open(key string) (fs.File, error) { return p.openInRoot(key) }

// leadsOut is needed only for openat2 of Linux.
func leadsOut(error) bool { return false }

// isAt reports whether path leads to this place.
func (p *place) isAt(path string) bool {
	info, err := os.Stat(path)
	return err == nil && os.SameFile(info, p.info)
}

// bootTag is empty, because the records of unsynced files rely on guarantees of Linux.
func bootTag() string { return "" }

// isLocal is needed only where there are records.
func isLocal(*os.File) bool { return false }

func syncFileSystem(*os.File) error { return nil }

func flushFile(*os.File) error { return nil }

// accessTime returns when a file was written. There is no portable way to find out when it was read.
func accessTime(info fs.FileInfo) time.Time { return info.ModTime() }
