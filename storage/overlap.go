package storage

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
)

// An Overlapper is a storage or source that recognizes others that keep their keys in the same place.
// Overlaps reports whether other is known to be the same place, to lie inside it, or to contain it.
type Overlapper interface {
	Overlaps(other any) bool
}

// Overlap reports whether two storages or sources are known to be the same place, or one to lie inside the
// other, however each of them was opened. Originals and thumbnails must not overlap: thumbnails would be
// originals, and the removal of thumbnails could delete originals.
//
// Overlap recognizes the same [Memory], a [Dir] in a Dir, a Dir in an [FS] of a directory, and what an
// [Overlapper] recognizes. It also looks at what a wrapper's method Unwrap returns.
func Overlap(a, b any) bool {
	if x, ok := ability.Find[*Memory](a); ok {
		y, ok := ability.Find[*Memory](b)
		return ok && x == y
	}
	if x, ok := ability.Find[Overlapper](a); ok && x.Overlaps(b) {
		return true
	}
	if x, ok := ability.Find[Overlapper](b); ok && x.Overlaps(a) {
		return true
	}
	return within(a, rootInfo(b)) || within(b, rootInfo(a))
}

// rootInfo returns the FileInfo of the directory in which a storage or source keeps its keys, or nil.
func rootInfo(v any) fs.FileInfo {
	var info fs.FileInfo
	var err error
	if d, ok := ability.Find[*Dir](v); ok {
		info, err = os.Stat(d.dir.Path())
	} else if r, ok := ability.Find[ReadOnly](v); ok && r.fsys != nil {
		info, err = fs.Stat(r.fsys, ".")
	}
	if err != nil {
		return nil
	}
	return info
}

// within reports whether v keeps its keys in the directory outer or below it. It compares files instead of
// names, so it is correct with links, bind mounts and case-insensitive file systems.
func within(v any, outer fs.FileInfo) bool {
	inner := rootInfo(v)
	if os.SameFile(inner, outer) {
		return true
	}
	d, ok := ability.Find[*Dir](v)
	if !ok {
		return false // the path of an fs.FS is not known
	}
	path, err := filepath.EvalSymlinks(d.dir.Path())
	for ; err == nil && path != filepath.Dir(path); inner, err = os.Stat(path) {
		if os.SameFile(inner, outer) {
			return true
		}
		path = filepath.Dir(path)
	}
	return err == nil && os.SameFile(inner, outer)
}
