package dir_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// withAndWithoutOpenat2 runs a test as on new and on old kernels.
func withAndWithoutOpenat2(t *testing.T, f func(t *testing.T)) {
	t.Run("openat2", f)
	t.Run("folder by folder", func(t *testing.T) {
		refuseOpenat2(t)
		f(t)
	})
}

// mustFail asserts that the storage fails, with an error that does not report the key as missing.
func mustFail(t *testing.T, d *storage.Dir, key string) {
	t.Helper()
	_, err := d.Open(t.Context(), key)
	require.Error(t, err)
	assert.NotErrorIs(t, err, fs.ErrNotExist)
}

func TestADirFollowsWhateverHappensToItsPath(t *testing.T) {
	withAndWithoutOpenat2(t, func(t *testing.T) {
		base := t.TempDir()
		releases, root := filepath.Join(base, "current"), filepath.Join(base, "current", "thumbs")
		for _, release := range []string{"r1", "r2", "r3"} {
			require.NoError(t, os.MkdirAll(filepath.Join(base, release, "thumbs", "a"), 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(base, release, "thumbs", "a", "x.jpg"), []byte(release), 0o644))
		}
		require.NoError(t, os.Symlink("r1", releases))
		d, err := storage.OpenDir(root)
		require.NoError(t, err)
		defer d.Close()
		require.Equal(t, "r1", content(t, d, "a/x.jpg"))

		// A link in the path is switched by a rename, as deployments do.
		require.NoError(t, os.Symlink("r2", releases+".new"))
		require.NoError(t, os.Rename(releases+".new", releases))
		assert.Equal(t, "r2", content(t, d, "a/x.jpg"))
		require.NoError(t, d.RemoveAll(t.Context(), "a"))
		assert.FileExists(t, filepath.Join(base, "r1/thumbs/a/x.jpg"))
		assert.NoFileExists(t, filepath.Join(base, "r2/thumbs/a/x.jpg"))

		// The path leads back to an earlier directory.
		require.NoError(t, os.Symlink("r1", releases+".new"))
		require.NoError(t, os.Rename(releases+".new", releases))
		assert.Equal(t, "r1", content(t, d, "a/x.jpg"))

		// The path is a dangling link, a circular link, a link to a file, or a path below a file.
		for _, target := range []string{"absent", "current", "r3/thumbs/a/x.jpg"} {
			require.NoError(t, os.Remove(releases))
			require.NoError(t, os.Symlink(target, releases))
			mustFail(t, d, "a/x.jpg")
			assert.Error(t, d.Put(t.Context(), "b/x.jpg", nil), target)
		}
		require.NoError(t, os.Remove(releases))

		// The link becomes a directory, and then a link to another place.
		require.NoError(t, os.MkdirAll(root, 0o755))
		put(t, d, "a/x.jpg", "directory")
		assert.Equal(t, "directory", content(t, d, "a/x.jpg"))
		require.NoError(t, os.RemoveAll(root))
		require.NoError(t, os.Symlink(filepath.Join(base, "r3", "thumbs"), root))
		assert.Equal(t, "r3", content(t, d, "a/x.jpg"), "the root itself may be an absolute link")

		// The directory is moved away and back: it is the same one.
		require.NoError(t, os.Rename(filepath.Join(base, "r3"), filepath.Join(base, "r4")))
		mustFail(t, d, "a/x.jpg")
		require.NoError(t, os.Rename(filepath.Join(base, "r4"), filepath.Join(base, "r3")))
		assert.Equal(t, "r3", content(t, d, "a/x.jpg"))
	})
}

func TestADirFollowsAVolumeThatIsMountedLater(t *testing.T) {
	withAndWithoutOpenat2(t, func(t *testing.T) {
		root := t.TempDir()
		d, err := storage.OpenDir(root)
		require.NoError(t, err)
		defer d.Close()
		put(t, d, "a/x.jpg", "below")
		if err := unix.Mount("tmpfs", root, "tmpfs", 0, "size=1m"); err != nil {
			t.Skipf("mounting needs rights: %v", err)
		}
		mounted := true
		defer func() {
			if mounted {
				_ = unix.Unmount(root, unix.MNT_DETACH)
			}
		}()
		_, err = d.Open(t.Context(), "a/x.jpg")
		assert.ErrorIs(t, err, fs.ErrNotExist)
		put(t, d, "a/x.jpg", "on the volume")
		assert.Equal(t, "on the volume", content(t, d, "a/x.jpg"))
		require.NoError(t, unix.Unmount(root, unix.MNT_DETACH))
		mounted = false
		assert.Equal(t, "below", content(t, d, "a/x.jpg"))
	})
}

func TestADirWhosePermissionIsLostFailsUntilItIsRegained(t *testing.T) {
	withAndWithoutOpenat2(t, func(t *testing.T) {
		root := filepath.Join(t.TempDir(), "thumbs")
		require.NoError(t, os.Mkdir(root, 0o755))
		d, err := storage.OpenDir(root)
		require.NoError(t, err)
		defer d.Close()
		put(t, d, "a/x.jpg", "content")
		put(t, d, "b.jpg", "content")
		asNobody(t, func() {
			assert.Equal(t, "content", content(t, d, "a/x.jpg"))
			for path, keys := range map[string][]string{root: {"a/x.jpg", "b.jpg"}, filepath.Join(root, "a"): {"a/x.jpg"}, filepath.Join(root, "b.jpg"): {"b.jpg"}} {
				info, err := os.Stat(path)
				require.NoError(t, err)
				require.NoError(t, os.Chmod(path, 0))
				for _, key := range keys {
					mustFail(t, d, key)
				}
				require.NoError(t, os.Chmod(path, info.Mode().Perm()))
				for _, key := range keys {
					assert.Equal(t, "content", content(t, d, key))
				}
			}
			// Another directory, which may not be opened at first.
			require.NoError(t, os.Rename(root, root+".old"))
			require.NoError(t, os.Mkdir(root, 0))
			mustFail(t, d, "a/x.jpg")
			require.NoError(t, os.Chmod(root, 0o755))
			_, err = d.Open(t.Context(), "a/x.jpg")
			assert.ErrorIs(t, err, fs.ErrNotExist)
		})
	})
}

// asNobody runs f with the permissions of an unprivileged user who owns the files of the test, although
// root runs the test.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Getuid() != 0 {
		f()
		return
	}
	const nobody = 65534
	base := t.TempDir()
	for dir := filepath.Dir(base); dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		require.NoError(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			return errors.Join(err, os.Lchown(path, nobody, nobody))
		}))
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	require.NoError(t, unix.Setfsgid(nobody))
	require.NoError(t, unix.Setfsuid(nobody))
	defer func() { _ = unix.Setfsuid(0); _ = unix.Setfsgid(0) }()
	f()
}

// A deployment switches a link during requests: each call works completely on the old or on the new
// directory.
func TestADirIsSwitchedUnderLoad(t *testing.T) {
	withAndWithoutOpenat2(t, func(t *testing.T) {
		base := t.TempDir()
		for _, release := range []string{"r0", "r1"} {
			require.NoError(t, os.Mkdir(filepath.Join(base, release), 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(base, release, "x.jpg"), []byte(release), 0o644))
		}
		current := filepath.Join(base, "current")
		require.NoError(t, os.Symlink("r0", current))
		d, err := storage.OpenDir(current)
		require.NoError(t, err)
		defer d.Close()
		var wg sync.WaitGroup
		done := make(chan struct{})
		for i := range 4 {
			wg.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
					}
					assert.Contains(t, []string{"r0", "r1"}, content(t, d, "x.jpg"))
					assert.NoError(t, d.Put(t.Context(), fmt.Sprintf("p/%d.jpg", i), strings.NewReader("x")))
				}
			})
		}
		for i := range 300 {
			require.NoError(t, os.Symlink(fmt.Sprintf("r%d", i%2), current+".new"))
			require.NoError(t, os.Rename(current+".new", current))
		}
		close(done)
		wg.Wait()
		assert.Less(t, descriptorsInUse(t), 200, "directories that it has left are closed in the end")
		for _, release := range []string{"r0", "r1"} {
			entries, err := os.ReadDir(filepath.Join(base, release))
			require.NoError(t, err)
			for _, e := range entries {
				assert.Contains(t, []string{"x.jpg", "p"}, e.Name(), "nothing temporary is left")
			}
		}
	})
}

func descriptorsInUse(t *testing.T) int {
	runtime.GC()
	runtime.GC()
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(entries)
}

// No test can make the kernel refuse openat2, so the test simulates it: all other results have to be the
// same.
func TestErrorsOfTheKernelAreNotWorseWithoutOpenat2(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "file"), nil, 0o644))
	require.NoError(t, os.Symlink("circle", filepath.Join(root, "circle")))
	require.NoError(t, syscall.Mkfifo(filepath.Join(root, "fifo"), 0o644))
	d, err := storage.OpenDir(root)
	require.NoError(t, err)
	defer d.Close()
	withAndWithoutOpenat2(t, func(t *testing.T) {
		for _, key := range []string{"absent", "file/x", "circle", "circle/x", "fifo", "fifo/x", "a/b"} {
			_, err := d.Open(t.Context(), key)
			assert.ErrorIs(t, err, fs.ErrNotExist, key)
		}
	})
}

// A program with several directories has to know which one is at fault.
func TestAPutThatMayNotWriteNamesTheDirectory(t *testing.T) {
	root := t.TempDir()
	d, err := storage.OpenDir(root)
	require.NoError(t, err)
	defer d.Close()
	asNobody(t, func() {
		require.NoError(t, os.Chmod(root, 0o555))
		assert.ErrorContains(t, d.Put(t.Context(), "a/b.jpg", strings.NewReader("x")), "in the directory "+root)
		require.NoError(t, os.Chmod(root, 0o755))
	})
}
