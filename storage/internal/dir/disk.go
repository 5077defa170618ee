package dir

import (
	"io"
	"os"
)

// A disk is how a Dir changes the file system. Tests put one that fails in its place.
type disk interface {
	write(f *os.File, r io.Reader) error
	sync(f *os.File) error  // content and size last
	flush(f *os.File) error // whatever closing f would report
	close(f *os.File) error
	link(root *os.Root, from, to string) error
	symlink(root *os.Root, target, name string) error
	rename(root *os.Root, from, to string) error
	remove(root *os.Root, name string) error
	syncDir(root *os.Root, dir string)
	syncAll(dir *os.File) error // the whole file system
}

// osDisk is the operating system's.
type osDisk struct{}

func (osDisk) write(f *os.File, r io.Reader) error {
	_, err := io.Copy(f, r)
	return err
}

func (osDisk) sync(f *os.File) error                            { return f.Sync() }
func (osDisk) flush(f *os.File) error                           { return flushFile(f) }
func (osDisk) close(f *os.File) error                           { return f.Close() }
func (osDisk) link(root *os.Root, from, to string) error        { return root.Link(from, to) }
func (osDisk) symlink(root *os.Root, target, name string) error { return root.Symlink(target, name) }
func (osDisk) rename(root *os.Root, from, to string) error      { return root.Rename(from, to) }
func (osDisk) remove(root *os.Root, name string) error          { return root.Remove(name) }
func (osDisk) syncAll(dir *os.File) error                       { return syncFileSystem(dir) }

// syncDir makes a change of dir last. A failure is no failure of the change, which everybody sees
// already: not every file system can do it.
func (osDisk) syncDir(root *os.Root, dir string) {
	if f, err := root.Open(dir); err == nil {
		_ = f.Sync()
		_ = f.Close()
	}
}
