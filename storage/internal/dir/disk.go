package dir

import (
	"io"
	"os"
)

// A disk has the operations by which a Dir changes the file system. Tests use a disk that fails, and one
// that several hosts share.
type disk interface {
	write(f *os.File, r io.Reader) error
	sync(f *os.File) error  // syncs content and size
	flush(f *os.File) error // returns the error that closing f would return
	close(f *os.File) error
	link(root *os.Root, from, to string) error
	symlink(root *os.Root, target, name string) error
	rename(root *os.Root, from, to string) error
	remove(root *os.Root, name string) error
	syncDir(root *os.Root, dir string)
	syncAll(dir *os.File) error // syncs the whole file system
	isLocal(dir *os.File) bool  // whether only one kernel at a time can have mounted the file system
}

// osDisk is the disk of the operating system.
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
func (osDisk) isLocal(dir *os.File) bool                        { return isLocal(dir) }

// syncDir syncs a change of dir. An error is ignored, because the change is already visible, and not every
// file system can sync a directory.
func (osDisk) syncDir(root *os.Root, dir string) {
	if f, err := root.Open(dir); err == nil {
		_ = f.Sync()
		_ = f.Close()
	}
}
