// Package dir stores files in a directory of the file system. Files are complete in spite of crashes and
// power failures, and no other file is visible under a key.
package dir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"sync"

	"github.com/rest-thumbnails/thumbnail/storage/internal/contract"
)

// A Dir keeps files in a directory. storage.Dir documents it.
type Dir struct {
	path   string // absolute
	kernel kernel
	disk   disk

	mu    sync.RWMutex
	place *place // nil when the Dir is closed
}

// Open opens the directory root, which must exist, and sweeps it. The caller closes the Dir.
func Open(root string) (*Dir, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	return open(abs, thisKernel(), osDisk{})
}

func open(path string, k kernel, disk disk) (*Dir, error) {
	d := &Dir{disk: disk, path: path, kernel: k}
	p, err := d.openPlace()
	if err != nil {
		return nil, err
	}
	d.place = p
	return d, nil
}

// Path returns the absolute path of the directory.
func (d *Dir) Path() string { return d.path }

// Close releases the directory. Open files stay open; other methods then return an error that matches
// [fs.ErrClosed].
func (d *Dir) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.place == nil {
		return nil
	}
	err := d.place.close()
	d.place = nil
	return err
}

// Open opens the file root/key. The file is also an [io.Seeker], an [io.ReaderAt] and a
// [syscall.Conn], so that net/http can send it without copying it through this process (sendfile).
func (d *Dir) Open(ctx context.Context, key string) (fs.File, error) {
	if err := contract.Open(ctx, key); err != nil {
		return nil, err
	}
	p, err := d.now()
	if err != nil {
		return nil, err
	}
	return p.open(key)
}

// Put stores the content of r as root/key, and makes directories as needed.
func (d *Dir) Put(ctx context.Context, key string, r io.Reader) error {
	if err := contract.Change(ctx, "put", key); err != nil {
		return err
	}
	p, err := d.now()
	if err != nil {
		return fmt.Errorf("put %q: %w", key, err)
	}
	t, err := p.createTemp()
	if err != nil {
		return fmt.Errorf("put %q in the directory %s: %w", key, d.path, err) // err does not name the directory
	}
	defer t.discard() // also when r panics
	err = p.disk.write(t.file, contract.Reader{Ctx: ctx, R: r})
	if err == nil {
		err = p.finish(ctx, t, key)
	}
	if err != nil {
		return fmt.Errorf("put %q: %w", key, err)
	}
	return nil
}

// finish renames a written file to its key.
func (p *place) finish(ctx context.Context, t *temp, key string) error {
	record := ""
	if withoutSync(ctx) {
		record = p.unsynced.record(t.name, key) // before the rename, so that the record exists whenever the file does
	}
	var err error
	if record == "" {
		err = p.disk.sync(t.file)
	}
	if err == nil {
		err = p.disk.flush(t.file)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = p.commit(t, key)
	}
	switch {
	case err != nil:
		p.unsynced.withdraw(record)
		return err
	case record == "":
		p.disk.syncDir(p.root, path.Dir(key))
	default:
		p.unsynced.add(record)
	}
	return nil
}

// commit renames t to key.
func (p *place) commit(t *temp, key string) error {
	if err := prepareRename(t); err != nil {
		return err
	}
	parent := path.Dir(key)
	err := p.disk.rename(p.root, t.name, key)
	// RemoveAll may remove the directory again before the file is in it, so one attempt may fail.
	for range attempts {
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err = p.root.MkdirAll(parent, 0o755); err == nil {
			err = p.disk.rename(p.root, t.name, key)
		}
	}
	if err != nil {
		p.prune(parent)
		return err
	}
	t.renamed = true
	return nil
}
