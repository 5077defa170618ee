package dir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage/internal/contract"
)

// List iterates over the files below root/prefix, directory by directory. It does not follow symbolic
// links. Entry.Used is the time of last access, if the file system records it.
func (d *Dir) List(ctx context.Context, prefix string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if err := contract.List(ctx, prefix); err != nil {
			yield(Entry{}, err)
			return
		}
		p, err := d.now()
		if err != nil {
			yield(Entry{}, fmt.Errorf("list %q: %w", prefix, err))
			return
		}
		w := walker{ctx: ctx, place: p, yield: yield}
		if err := w.walk(prefix); err != nil && !errors.Is(err, errStop) {
			yield(Entry{}, fmt.Errorf("list %q: %w", prefix, err))
		}
	}
}

// An Entry is a file that List finds. Its fields are those of storage.Entry.
type Entry struct {
	Key     string
	Size    int64
	ModTime time.Time
	Used    time.Time
}

// errStop means that the loop over the list has ended.
var errStop = errors.New("stop")

// A walker lists the files of a place.
type walker struct {
	ctx   context.Context
	place *place
	yield func(Entry, error) bool
}

// batch is the number of names of a directory that are held at a time.
const batch = 256

// walk lists the files below the directory dir, which may have been removed.
func (w *walker) walk(dir string) error {
	f, err := w.place.root.Open(path.Clean("./" + dir))
	if err != nil {
		if contract.IsNotExist(err) || errors.Is(err, w.place.escapes) {
			return nil
		}
		return err
	}
	defer f.Close()
	for {
		entries, err := f.ReadDir(batch)
		for _, e := range entries {
			if err := w.visit(path.Join(dir, e.Name()), e); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF || contract.IsNotExist(err): // a file, or removed meanwhile
			return nil
		case err != nil:
			return err
		}
	}
}

// visit lists one name of a directory.
func (w *walker) visit(key string, e fs.DirEntry) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if !contract.ValidKey(key) {
		return nil
	}
	if e.IsDir() {
		return w.walk(key)
	}
	info, err := w.place.root.Lstat(key)
	switch {
	case contract.IsNotExist(err):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return nil
	}
	if !w.yield(Entry{Key: key, Size: info.Size(), ModTime: info.ModTime(), Used: accessTime(info)}, nil) {
		return errStop
	}
	return nil
}

// Remove removes the file root/key, and then those of its parents that are empty.
func (d *Dir) Remove(ctx context.Context, key string) error {
	if err := contract.Change(ctx, "remove", key); err != nil {
		return err
	}
	p, err := d.now()
	if err != nil {
		return fmt.Errorf("remove %q: %w", key, err)
	}
	info, err := p.root.Lstat(key)
	if err == nil && !info.Mode().IsDir() {
		err = p.root.Remove(key)
	}
	if err != nil {
		if err = p.openError(key, err); contract.IsNotExist(err) {
			return nil
		}
		return fmt.Errorf("remove %q: %w", key, err)
	}
	p.unsynced.forget(func(k string) bool { return k == key })
	p.prune(path.Dir(key))
	return nil
}
