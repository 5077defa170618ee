package dir

import (
	"context"
	"fmt"
	"path"

	"github.com/rest-thumbnails/thumbnail/storage/internal/contract"
)

// RemoveAll removes the directory root/prefix, and then those of its parents that are empty. A file with
// that name stays. Everything disappears at once: RemoveAll first renames the directory to a temporary
// name. A simultaneous Put therefore comes either before the removal, and its file is removed, or after it.
func (d *Dir) RemoveAll(ctx context.Context, prefix string) error {
	if err := contract.Change(ctx, "removeall", prefix); err != nil {
		return err
	}
	p, err := d.now()
	if err != nil {
		return fmt.Errorf("removeall %q: %w", prefix, err)
	}
	return p.removeAll(prefix)
}

func (p *place) removeAll(prefix string) error {
	info, err := p.root.Stat(prefix)
	if err != nil {
		if err = p.openError(prefix, err); contract.IsNotExist(err) {
			return nil
		}
		return err
	}
	if !info.IsDir() {
		return nil
	}
	doomed := p.tempName()
	if err := p.disk.rename(p.root, prefix, doomed); err != nil {
		if contract.IsNotExist(err) {
			return nil // another RemoveAll was faster
		}
		doomed = prefix // a mount point, or on Windows a directory with an open file, can't be renamed
	}
	// A Put that opened its directory before the rename now adds a file to it, so the directory is not empty.
	for range attempts {
		if err = p.root.RemoveAll(doomed); err == nil {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("removeall %q: %w", prefix, err)
	}
	p.unsynced.forget(func(key string) bool { return contract.Under(key, prefix) })
	parent := path.Dir(prefix)
	p.disk.syncDir(p.root, parent)
	p.prune(parent)
	return nil
}

// prune removes dir and its parents as long as they are empty directories. Symbolic links stay, because an
// administrator has created them.
func (p *place) prune(dir string) {
	for ; dir != "."; dir = path.Dir(dir) {
		if info, err := p.root.Lstat(dir); err != nil || !info.IsDir() {
			return
		}
		if err := p.root.Remove(dir); err != nil {
			return
		}
	}
}
