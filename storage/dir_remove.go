package storage

import (
	"context"
	"fmt"
	"path"
)

// RemoveAll removes the directory root/prefix, and then its parents as far as they are empty. A
// file of that name stays. Everything disappears at once: the directory is first renamed to a
// temporary name, so that a simultaneous Put comes either before the removal, and is removed, or
// after it.
func (d *Dir) RemoveAll(ctx context.Context, prefix string) error {
	if err := checkChange(ctx, "removeall", prefix); err != nil {
		return err
	}
	info, err := d.root.Stat(prefix)
	if err != nil {
		if err = d.openError(prefix, err); isNotExist(err) {
			return nil
		}
		return err
	}
	if !info.IsDir() {
		return nil
	}
	doomed := d.tempName()
	if err := d.root.Rename(prefix, doomed); err != nil {
		if isNotExist(err) {
			return nil // another RemoveAll was faster
		}
		doomed = prefix // a mount point, or on Windows a directory with an open file: not at once then
	}
	// A Put that has found its directory before the rename adds a file to it now, and then the
	// directory is not empty.
	for range 100 {
		if err = d.root.RemoveAll(doomed); err == nil {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("removeall %q: %w", prefix, err)
	}
	parent := path.Dir(prefix)
	d.syncDir(parent)
	d.prune(parent)
	return nil
}

// prune removes dir and its parents as far as they are empty directories. Symbolic links are
// somebody's arrangement and stay.
func (d *Dir) prune(dir string) {
	for ; dir != "."; dir = path.Dir(dir) {
		if info, err := d.root.Lstat(dir); err != nil || !info.IsDir() {
			return
		}
		if err := d.root.Remove(dir); err != nil {
			return
		}
	}
}
