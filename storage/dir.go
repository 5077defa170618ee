package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"sync"
)

// Dir keeps thumbnails in a directory, as root/key, where a web server finds them. It is also a source of
// originals. Any number of processes may use one directory. Originals and thumbnails need separate
// directories: "kitten.jpg" can't be both a file and a directory. Put fails if a file is in the place of
// one of the key's directories, or a directory in the place of its file.
//
// Dir serves only the regular files within the root. For a directory, a FIFO, a socket, a device, a
// symbolic link that leads out of the root, or a name too long for the file system, the error of Open
// matches [fs.ErrNotExist]. None of them blocks Open.
//
// # Following the path
//
// Each call of a Dir works on the directory that its path leads to at that time. If the directory is
// removed and made again, or moved and replaced, if a symbolic link on the way to it is switched, or if a
// volume is mounted there later, the next call works on the new directory. While there is no directory, the
// errors do not match [fs.ErrNotExist]: the storage fails, and no key is reported as missing.
//
// Below the root a symbolic link is followed if it is relative and stays within the root. An absolute link
// counts as missing, wherever it leads, because its target depends on who resolves it, for example a web
// server in a container.
//
// # Put
//
// Put writes to a temporary file, syncs it, renames it to its key, and syncs its directory. All readers,
// including web servers, see the old content or the new, and after a power failure a file is complete or
// missing. A Put that fails leaves nothing behind. Files have mode 0644 and directories 0755, less the
// umask, so that a web server that runs as another user can read them.
//
// Two syncs are slow, above all while other programs write, and a thumbnail can be made again. So a Put
// under [WithoutSync], as handlers call it, does not sync on Linux. It first gives the file a second name
// under the root, which contains the key but is not a valid key. Linux file systems keep the order of such
// changes. After every 1024 of these Puts, and in Close, the whole file system is synced at once (syncfs)
// and the second names are removed. A crash of the process loses nothing. After a power failure, when the
// kernel has booted again, OpenDir removes the files that still have a second name, at most 1024 per
// process, before it returns. So no web server delivers a damaged thumbnail once the program has started
// again. On other systems, and if the file can't be given a second name, Put syncs.
//
// Temporary files lie directly under the root, because the rename needs the same file system. Their names
// begin with the byte 0x7F (DEL), which no key contains. (A dot or an extension would not do: ".tmp" is a
// valid key, as is every other name of printable characters. DEL is the one control byte that Windows
// allows in names.)
//
// # What it costs
//
// The path of a thumbnail is source/size/method/file, so there is a directory for each original, for each
// of its sizes, and for each method of a size; formats and versions share them. On ext4 a directory
// is an inode and a block of 4 KiB, and a file is an inode and whole blocks. One thumbnail of an
// original takes 4 inodes and 12 KiB beside its own blocks; ten, of five widths in two formats, 2.1 inodes and
// 4.4 KiB each. mkfs.ext4 makes an inode for every 16 KiB, which small thumbnails use up when a quarter of the
// space is taken: make the file system with -i 4096, or take one that makes inodes as they are needed, such
// as XFS. A flatter layout is not possible: the URL's path is the file's path, and has these parts.
//
// # Sweeping
//
// A process that is killed leaves its temporary file behind. OpenDir removes the files of dead processes
// and keeps those of live ones, which hold a lock on them (flock): it removes a file of this host whose
// lock is free, whatever its age. If the lock is not reliable (a file of another host on a network file
// system, or a system without flock, such as Windows), OpenDir removes a file that has not been written to
// for an hour; there, no Put may pause for that long.
type Dir struct {
	path string // absolute
	ours string // what names of this host's temporary files begin with
	boot string // of the kernel; empty where that can't be told, and every Put syncs
	disk disk

	mu    sync.RWMutex
	place *place // nil once it is closed
}

// OpenDir opens the directory root, which must exist. It removes from it the temporary files of dead
// processes, and files that a power failure may have damaged. The caller closes the Dir.
func OpenDir(root string) (*Dir, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	return openDir(abs, bootTag(), osDisk{})
}

func openDir(path, boot string, disk disk) (*Dir, error) {
	d := &Dir{disk: disk, path: path, ours: tempPrefix + hostTag() + "-", boot: boot}
	p, err := d.openPlace()
	if err != nil {
		return nil, err
	}
	d.place = p
	return d, nil
}

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
	if err := checkOpen(ctx, key); err != nil {
		return nil, err
	}
	p, err := d.now()
	if err != nil {
		return nil, err
	}
	return p.open(key)
}

// Put stores the content of r as root/key, and makes directories as needed. Under [WithoutSync] it does not
// wait for the disk.
func (d *Dir) Put(ctx context.Context, key string, r io.Reader) error {
	if err := checkChange(ctx, "put", key); err != nil {
		return err
	}
	p, err := d.now()
	if err != nil {
		return fmt.Errorf("put %q: %w", key, err)
	}
	t, err := p.createTemp()
	if err != nil {
		return fmt.Errorf("put %q: %w", key, err)
	}
	defer t.discard() // also when r panics
	err = p.disk.write(t.file, contextReader{ctx, r})
	if err == nil {
		err = p.finish(ctx, t, key)
	}
	if err != nil {
		return fmt.Errorf("put %q: %w", key, err)
	}
	return nil
}

// finish gives a file that is written its key.
func (p *place) finish(ctx context.Context, t *temp, key string) error {
	record := ""
	if withoutSync(ctx) {
		record = p.unsynced.record(t.name, key) // before the rename, so that it is there whenever the file is
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
	if closeBeforeRename {
		if err := p.disk.close(t.file); err != nil {
			return err
		}
	}
	parent := path.Dir(key)
	err := p.disk.rename(p.root, t.name, key)
	// RemoveAll may take the directory away again before the file is in it, so one attempt is not
	// enough.
	for range 100 {
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
