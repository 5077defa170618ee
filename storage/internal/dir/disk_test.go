//go:build linux

package dir

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rest-thumbnails/thumbnail/storage/internal/contract"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// faultyDisk records its operations, and fails as configured.
type faultyDisk struct {
	osDisk
	fail   map[string]error // by operation
	dies   int              // from this operation on nothing happens, as if the process were dead; 0 means never
	done   []string
	synced map[string]bool // files whose content has been synced, by their name at that time
}

var errDead = errors.New("the process is dead")

func (d *faultyDisk) do(op, what string, f func() error) error {
	d.done = append(d.done, op+" "+kind(what))
	if d.dies > 0 && len(d.done) >= d.dies {
		return errDead
	}
	if err := d.fail[op]; err != nil {
		return &os.PathError{Op: op, Path: what, Err: err}
	}
	return f()
}

// kind returns a name, or a placeholder for a random name.
func kind(name string) string {
	switch name = filepath.Base(name); {
	case isRecord(name):
		return "record"
	case strings.HasPrefix(name, tempPrefix):
		return "temp"
	}
	return name
}

func (d *faultyDisk) write(f *os.File, r io.Reader) error {
	return d.do("write", f.Name(), func() error { return d.osDisk.write(f, io.MultiReader(r)) })
}

func (d *faultyDisk) sync(f *os.File) error {
	return d.do("sync", f.Name(), func() error { d.synced[filepath.Base(f.Name())] = true; return d.osDisk.sync(f) })
}

func (d *faultyDisk) flush(f *os.File) error {
	return d.do("flush", f.Name(), func() error { return d.osDisk.flush(f) })
}

// close closes the file even if it fails, as the kernel does.
func (d *faultyDisk) close(f *os.File) error {
	err := d.osDisk.close(f)
	return errors.Join(err, d.do("close", f.Name(), func() error { return nil }))
}

func (d *faultyDisk) link(root *os.Root, from, to string) error {
	return d.do("link", to, func() error { return d.osDisk.link(root, from, to) })
}

func (d *faultyDisk) symlink(root *os.Root, target, name string) error {
	return d.do("symlink", name, func() error { return d.osDisk.symlink(root, target, name) })
}

func (d *faultyDisk) rename(root *os.Root, from, to string) error {
	return d.do("rename", from, func() error {
		err := d.osDisk.rename(root, from, to)
		if err == nil && d.synced[from] {
			d.synced[to] = true
		}
		return err
	})
}

func (d *faultyDisk) remove(root *os.Root, name string) error {
	return d.do("remove", name, func() error { return d.osDisk.remove(root, name) })
}

func (d *faultyDisk) syncDir(root *os.Root, dir string) {
	_ = d.do("syncdir", dir, func() error { d.osDisk.syncDir(root, dir); return nil })
}

func (d *faultyDisk) syncAll(dir *os.File) error {
	return d.do("syncall", "all", func() error { return d.osDisk.syncAll(dir) })
}

func openFaulty(t testing.TB, root string) (*Dir, *faultyDisk) {
	disk := &faultyDisk{fail: map[string]error{}, synced: map[string]bool{}}
	d, err := open(root, kernel{thisHost, thisBoot}, disk)
	require.NoError(t, err)
	disk.done = nil
	return d, disk
}

func TestAPutSyncsTheContentThenRenamesThenSyncsTheDirectory(t *testing.T) {
	d, disk := openFaulty(t, t.TempDir())
	defer d.Close()
	require.NoError(t, d.Put(t.Context(), "a/x.jpg", strings.NewReader("content")))
	assert.Equal(t, []string{"write temp", "sync temp", "flush temp", "rename temp", "rename temp", "syncdir a", "close temp"}, disk.done,
		"the first rename finds no directory")
}

func TestAnUnsyncedPutRecordsTheKeyThenRenamesAndDoesNotSync(t *testing.T) {
	d, disk := openFaulty(t, t.TempDir())
	require.NoError(t, d.Put(WithoutSync(t.Context()), "a/x.jpg", strings.NewReader("content")))
	assert.Equal(t, []string{"write temp", "link record", "flush temp", "rename temp", "rename temp", "close temp"}, disk.done)
	disk.done = nil
	require.NoError(t, d.Close())
	assert.Equal(t, []string{"syncall all", "remove record"}, disk.done, "in this order")
}

func TestAPutThatFailsAtAnyPlaceLeavesNothingAndSaysWhy(t *testing.T) {
	for _, unsynced := range []bool{false, true} {
		for _, op := range []string{"write", "sync", "flush", "rename"} {
			if unsynced && op == "sync" {
				continue
			}
			for _, err := range []error{syscall.ENOSPC, syscall.EROFS, syscall.EDQUOT, syscall.EIO} {
				root := t.TempDir()
				d, disk := openFaulty(t, root)
				require.NoError(t, d.Put(t.Context(), "a/old.jpg", strings.NewReader("old")))
				ctx := t.Context()
				if unsynced {
					ctx = WithoutSync(ctx)
					require.NoError(t, d.Put(ctx, "a/old.jpg", strings.NewReader("old")))
				}
				before := names(t, root)
				disk.fail[op] = err
				for _, key := range []string{"a/old.jpg", "a/b/c.jpg", "new/x.jpg", "x.jpg"} {
					putErr := d.Put(ctx, key, strings.NewReader("content"))
					assert.ErrorIs(t, putErr, err, "%s %v", op, unsynced)
					assert.ErrorContains(t, putErr, key)
				}
				disk.fail = nil
				assert.ElementsMatch(t, before, names(t, root), "%s %v %v", op, unsynced, err)
				assert.Equal(t, []string{"old.jpg"}, names(t, filepath.Join(root, "a")))
				b, readErr := os.ReadFile(filepath.Join(root, "a/old.jpg"))
				require.NoError(t, readErr)
				assert.Equal(t, "old", string(b))
				require.NoError(t, d.Put(ctx, "a/b/c.jpg", strings.NewReader("content")), "and the next one works")
				require.NoError(t, d.Close())
			}
		}
	}
}

func TestAFileWhoseRecordCannotBeMadeIsSynced(t *testing.T) {
	root := t.TempDir()
	d, disk := openFaulty(t, root)
	defer d.Close()
	disk.fail["link"] = syscall.EPERM
	require.NoError(t, d.Put(WithoutSync(t.Context()), "x.jpg", strings.NewReader("content")))
	assert.Contains(t, disk.done, "symlink record")
	assert.NotContains(t, disk.done, "sync temp")
	disk.done, disk.fail["symlink"] = nil, syscall.EPERM
	require.NoError(t, d.Put(WithoutSync(t.Context()), "x.jpg", strings.NewReader("content")))
	assert.Contains(t, disk.done, "sync temp")
}

func TestFilesThatTheDiskCouldNotTakeAreRemoved(t *testing.T) {
	root := t.TempDir()
	d, disk := openFaulty(t, root)
	require.NoError(t, d.Put(WithoutSync(t.Context()), "a/x.jpg", strings.NewReader("content")))
	disk.fail["syncall"] = syscall.EIO
	require.NoError(t, d.Close())
	assert.NoFileExists(t, filepath.Join(root, "a/x.jpg"), "nobody knows what it holds")
	assert.Zero(t, records(t, root))
}

// Whenever the power fails, a key has its old content, the new content, or none after the program has
// started again. Unsynced data may be lost or arbitrary.
func TestAPowerFailureAtAnyPlaceLeavesNoDamagedFile(t *testing.T) {
	const old, fresh = "the old content", "the new content"
	for _, how := range []string{"synced", "second name", "symbolic link"} {
		unsynced := how != "synced"
		for dies := 1; ; dies++ {
			root := t.TempDir()
			d, disk := openFaulty(t, root)
			if how == "symbolic link" {
				disk.fail["link"] = syscall.EPERM
			}
			require.NoError(t, d.Put(t.Context(), "a/x.jpg", strings.NewReader(old)))
			ctx := t.Context()
			if unsynced {
				ctx = WithoutSync(ctx)
			}
			disk.done, disk.dies = nil, dies
			_ = d.Put(ctx, "a/x.jpg", strings.NewReader(fresh))
			ended := len(disk.done) < dies
			if d.place.unsynced.session != nil {
				abandon(t, d)
			}
			if b, _ := os.ReadFile(filepath.Join(root, "a/x.jpg")); string(b) == fresh && (unsynced || !disk.synced["a/x.jpg"]) {
				require.NoError(t, os.WriteFile(filepath.Join(root, "a/x.jpg"), make([]byte, len(fresh)), 0o644)) // a file whose blocks were never written
			}
			again := openBooted(t, root, nextBoot)
			b, err := os.ReadFile(filepath.Join(root, "a/x.jpg"))
			if err == nil {
				assert.Contains(t, []string{old, fresh}, string(b), "dead from operation %d on, %s", dies, how)
			}
			assert.NotEqual(t, fresh, map[bool]string{true: string(b)}[unsynced], "it is not trusted")
			require.NoError(t, again.Close())
			for _, name := range names(t, root) {
				assert.True(t, contract.ValidKey(name), "%q is left", name)
			}
			if ended {
				break
			}
		}
	}
}

func TestRemoveAllMakesEverythingVanishAtOnce(t *testing.T) {
	root := t.TempDir()
	d, disk := openFaulty(t, root)
	defer d.Close()
	for _, key := range []string{"k.jpg/1x1/crop/a.jpg", "k.jpg/2x2/crop/b.jpg", "other.jpg/1x1/crop/a.jpg"} {
		require.NoError(t, d.Put(t.Context(), key, strings.NewReader("content")))
	}
	disk.done, disk.dies = nil, 2
	_ = d.RemoveAll(t.Context(), "k.jpg")
	assert.Equal(t, "rename k.jpg", disk.done[0], "one rename, before anything is removed")
	disk.dies = 0
	assert.Equal(t, []string{"other.jpg"}, names(t, root))

	// Files left by a process that died are not accessible by any key, and are swept.
	require.NoError(t, d.Put(t.Context(), "k.jpg/1x1/crop/a.jpg", strings.NewReader("content")))
	require.NoError(t, os.Rename(filepath.Join(root, "k.jpg"), filepath.Join(root, d.place.tempName())))
	require.NoError(t, openBooted(t, root, thisBoot).Close())
	assert.Equal(t, []string{"other.jpg"}, names(t, root))
}
