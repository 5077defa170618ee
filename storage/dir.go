package storage

import (
	"context"
	"io"
	"io/fs"
	"iter"

	"github.com/rest-thumbnails/thumbnail/storage/internal/dir"
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
// Two syncs are slow, especially while other programs write, and a thumbnail can be made again. So a Put
// under [WithoutSync], as handlers call it, does not sync on Linux. It first gives the file a second name
// under the root, which contains the key but is not a valid key. Linux file systems keep the order of such
// changes. After every 1024 of these Puts, and in Close, the whole file system is synced at once (syncfs)
// and the second names are removed. A crash of the process loses nothing. After a power failure, when the
// kernel has booted again, OpenDir removes the files that still have a second name, at most 1024 per
// process, before it returns. So no web server delivers a damaged thumbnail once the program has started
// again. On other systems, and if the file can't be given a second name, Put syncs.
//
// If several hosts share the directory over a network, OpenDir removes only the files of earlier boots of the
// same host, and files that another host stored more than a week ago and has not synced since. If the file
// system does not share locks, and that host still runs, such a file may be undamaged; it is then made again.
// OpenDir distinguishes hosts by name, so their names must differ. On a file system that only one host at a time can mount (ext2 to
// ext4, XFS, Btrfs, F2FS, ZFS, bcachefs, tmpfs, overlayfs), names do not matter: a container may change its name.
//
// Temporary files lie directly under the root, because the rename needs the same file system. Their names
// begin with the byte 0x7F (DEL), which no key contains. (A dot or an extension would not be sufficient: ".tmp"
// is a valid key, like every other name of printable characters. DEL is the only control byte that Windows
// allows in names.)
//
// # What it costs
//
// The path of a thumbnail is source/size/method/file, so there is a directory for each original, for each
// of its sizes, and for each method of a size; formats and versions share them. On ext4 a directory
// is an inode and a block of 4 KiB, and a file is an inode and whole blocks. If an original
// has one thumbnail, that takes 4 inodes, and 12 KiB in addition to its own blocks. If it has ten, of five widths
// in two formats, each takes 2.1 inodes and 4.4 KiB. mkfs.ext4 makes one inode for every 16 KiB. Small thumbnails
// use up the inodes when only a quarter of the space is taken. So make the file system with -i 4096, or use one
// that makes inodes when they are needed, such as XFS. A flatter layout is not possible: the URL's path is the file's path, and has these parts.
//
// # Sweeping
//
// A process that is killed leaves its temporary file behind. OpenDir removes the files of dead processes
// and keeps those of live ones, which hold a lock on them (flock): it removes a file of this host whose
// lock is free, whatever its age. If the lock is not reliable (a file of another host on a network file
// system, or a system without flock, such as Windows), OpenDir removes a file that has not been written to
// for an hour; there, no Put may pause for that long.
type Dir struct{ dir *dir.Dir }

// OpenDir opens the directory root, which must exist. It removes from it the temporary files of dead
// processes, and files that a power failure may have damaged. The caller closes the Dir.
func OpenDir(root string) (*Dir, error) {
	d, err := dir.Open(root)
	if err != nil {
		return nil, err
	}
	return &Dir{d}, nil
}

// WithoutSync returns a context under which Put need not wait until the content would survive a power
// failure, because the content can be made again. A storage may ignore it. A storage that honors it still
// guarantees that, when it is opened after a power failure, the content is complete or missing. Handlers
// store thumbnails this way; originals are stored without it.
func WithoutSync(ctx context.Context) context.Context { return dir.WithoutSync(ctx) }

// Close releases the directory. Open files stay open; other methods then return an error that matches
// [fs.ErrClosed].
func (d *Dir) Close() error { return d.dir.Close() }

// Open opens the file root/key. The file is also an [io.Seeker], an [io.ReaderAt] and a
// [syscall.Conn], so that net/http can send it without copying it through this process (sendfile).
func (d *Dir) Open(ctx context.Context, key string) (fs.File, error) { return d.dir.Open(ctx, key) }

// Put stores the content of r as root/key, and makes directories as needed. Under [WithoutSync] it does not
// wait for the disk.
func (d *Dir) Put(ctx context.Context, key string, r io.Reader) error { return d.dir.Put(ctx, key, r) }

// List iterates over the files below root/prefix, directory by directory. It does not follow symbolic
// links. Entry.Used is the time of last access, if the file system records it.
func (d *Dir) List(ctx context.Context, prefix string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for e, err := range d.dir.List(ctx, prefix) {
			if !yield(Entry(e), err) {
				return
			}
		}
	}
}

// Remove removes the file root/key, and then those of its parents that are empty.
func (d *Dir) Remove(ctx context.Context, key string) error { return d.dir.Remove(ctx, key) }

// RemoveAll removes the directory root/prefix, and then those of its parents that are empty. A file with
// that name stays. Everything disappears at once: RemoveAll first renames the directory to a temporary
// name. A simultaneous Put therefore comes either before the removal, and its file is removed, or after it.
func (d *Dir) RemoveAll(ctx context.Context, prefix string) error {
	return d.dir.RemoveAll(ctx, prefix)
}
