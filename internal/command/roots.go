package command

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// refuseSharedRoots refuses originals and thumbnails in one place.
func refuseSharedRoots(opt *options) error {
	switch originals, thumbs := isBucket(opt.source), isBucket(opt.storage); {
	case originals && thumbs:
		return refuseOverlappingBuckets(opt.source, opt.storage)
	case originals || thumbs:
		return nil
	}
	return refuseOverlap(opt.source, cmp.Or(opt.thumbs, filepath.Join(os.TempDir(), temporaryName)))
}

// refuseOverlap refuses a directory of thumbnails that is the directory of originals, or lies
// inside of it, or around it: a thumbnail of kitten.jpg lies in a directory of that name, which
// there would be the original. Symbolic links are followed, and thumbs need not exist. An empty
// source overlaps with nothing.
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
		return fmt.Errorf("-source %s and -thumbs %s overlap: neither may lie inside the other", source, thumbs)
	}
	return nil
}

// resolve makes path absolute and free of symbolic links as far as it exists; what does not exist
// yet is appended as it is.
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
		// A link that leads nowhere could lead anywhere once its target is made.
		if _, e := os.Lstat(dir); e == nil || !os.IsNotExist(e) && !errors.Is(e, syscall.ENOTDIR) {
			return "", err
		}
		if dir == filepath.Dir(dir) {
			return "", err
		}
		dir, rest = filepath.Dir(dir), filepath.Join(filepath.Base(dir), rest)
	}
}

// within reports whether path, which is resolved, is dir or lies inside of it. It asks the file
// system and not the spelling, so that it is right where case does not matter and across bind
// mounts.
func within(path, dir string) bool {
	outer, err := os.Stat(dir)
	if err != nil {
		return false // what does not exist has nothing inside
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
