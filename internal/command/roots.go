package command

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// refuseSharedRoots returns an error if originals and thumbnails are in the same place.
func refuseSharedRoots(opt *options) error {
	switch originals, thumbs := isBucket(opt.source), isBucket(opt.storage); {
	case originals && thumbs:
		return refuseOverlappingBuckets(opt.source, opt.storage)
	case originals || thumbs:
		return nil
	}
	return refuseOverlap(opt.source, cmp.Or(opt.thumbs, filepath.Join(os.TempDir(), temporaryName)))
}

// refuseOverlap returns an error if the directory of thumbnails is the directory of originals, lies inside
// it, or contains it. Otherwise the directory of the thumbnails of kitten.jpg could be in the place of the
// original. Symbolic links are followed, and thumbs need not exist. An empty source overlaps with nothing.
func refuseOverlap(source, thumbs string) error {
	if source == "" {
		return nil
	}
	originals, err := resolve(source)
	if err != nil {
		return err
	}
	stored, err := resolve(thumbs)
	if err != nil {
		return err
	}
	if within(originals, stored) || within(stored, originals) {
		return fmt.Errorf("-source %s and -thumbs %s overlap; neither may be inside the other", source, thumbs)
	}
	return nil
}

// resolve returns path as an absolute path without symbolic links. The part that does not exist yet is
// appended unchanged.
func resolve(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	for dir, rest := path, ""; ; {
		real, err := filepath.EvalSymlinks(dir)
		if err == nil {
			return filepath.Join(real, rest), nil
		}
		// A dangling symbolic link is an error, because its target may later be created anywhere.
		if _, e := os.Lstat(dir); e == nil || !os.IsNotExist(e) && !errors.Is(e, syscall.ENOTDIR) {
			return "", err
		}
		if dir == filepath.Dir(dir) {
			return "", err
		}
		dir, rest = filepath.Dir(dir), filepath.Join(filepath.Base(dir), rest)
	}
}

// within reports whether path, which is resolved, is dir or lies inside it. It compares files instead of
// names, so it is correct on case-insensitive file systems and across bind mounts.
func within(path, dir string) bool {
	outer, err := os.Stat(dir)
	if err != nil {
		return false // a directory that does not exist contains nothing
	}
	for {
		if inner, err := os.Stat(path); err == nil && os.SameFile(inner, outer) {
			return true
		}
		parent := filepath.Dir(path)
		if parent == path {
			return false
		}
		path = parent
	}
}
