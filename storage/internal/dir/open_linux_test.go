package dir

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// openUnder counts the descriptors of files and directories under root, removed ones included.
func openUnder(t *testing.T, root string) (n int) {
	descriptors, err := filepath.Glob("/proc/self/fd/*")
	require.NoError(t, err)
	for _, d := range descriptors {
		if name, _ := os.Readlink(d); strings.HasPrefix(name, root) {
			n++
		}
	}
	return n
}

func TestTheSweepLeavesNoFileOpen(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // the garbage collector closes unreferenced files
	root := t.TempDir()
	leave(t, root, tempPrefix+"00000000-YOUNG", time.Minute)
	leave(t, root, tempPrefix+"00000000-OLD", 2*time.Hour)
	other := openOn(t, root, theirs)
	putWithoutSync(t, other, "a/x.jpg")
	abandon(t, other)
	require.NoError(t, other.place.close())
	before := openUnder(t, root)
	d := openOn(t, root, ours)
	assert.Equal(t, 2, openUnder(t, root)-before, "the root, twice")
	require.NoError(t, d.Close())
	assert.Equal(t, before, openUnder(t, root))
}

func TestAPutLeavesNothingOpenWhetherItFailsOrNot(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	root := t.TempDir()
	d, disk := openFaulty(t, root)
	defer d.Close()
	putWithoutSync(t, d, "a/x.jpg") // opens the session
	before := openUnder(t, root)
	for _, op := range []string{"", "write", "flush", "rename"} {
		disk.fail = map[string]error{op: syscall.EIO}
		assert.Equal(t, op == "", d.Put(WithoutSync(t.Context()), "b/x.jpg", strings.NewReader("content")) == nil)
		assert.Equal(t, before, openUnder(t, root), op)
	}
}

func TestAFlushLeavesTheFileOpenAndNoSecondDescriptor(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	root := t.TempDir()
	f, err := os.Create(filepath.Join(root, "f"))
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, osDisk{}.flush(f))
	assert.Equal(t, 1, openUnder(t, root))
	_, err = f.WriteString("still open")
	assert.NoError(t, err)
}

func TestAListHasNoTemporaryFiles(t *testing.T) {
	d, root := newTestDir(t)
	require.NoError(t, os.MkdirAll(filepath.Join(root, tempPrefix+"00000000-DOOMED/100x100"), 0o755))
	leave(t, root, tempPrefix+"00000000-DOOMED/100x100/x.jpg", 0)
	putWithoutSync(t, d, "a/x.jpg")
	require.NoError(t, whileReading(t, d, "b/x.jpg", func() {
		var keys []string
		for e, err := range d.List(t.Context(), "") {
			require.NoError(t, err)
			keys = append(keys, e.Key)
		}
		assert.Equal(t, []string{"a/x.jpg"}, keys)
	}))
}

func TestARecordOfADirectoryOrOfNothingRemovesNothing(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, "empty"), 0o755))
	for i, key := range []string{"empty", "nothing"} {
		require.NoError(t, os.Symlink(key, filepath.Join(root, fmt.Sprintf("%s%s-ID-%d", recordPrefix, thisBoot, i))))
	}
	require.NoError(t, openBooted(t, root, nextBoot).Close())
	assert.Equal(t, []string{"empty"}, names(t, root))
}

func TestRemoveLeavesAnEmptyDirectory(t *testing.T) {
	d, root := newTestDir(t)
	require.NoError(t, os.Mkdir(filepath.Join(root, "empty"), 0o755))
	assert.NoError(t, d.Remove(t.Context(), "empty"))
	assert.DirExists(t, filepath.Join(root, "empty"))
}

// An administrator has made the link.
func TestRemoveAllLeavesTheLinkAboveAnEmptiedDirectory(t *testing.T) {
	d, root := newTestDir(t)
	require.NoError(t, os.Mkdir(filepath.Join(root, "real"), 0o755))
	require.NoError(t, os.Symlink("real", filepath.Join(root, "link")))
	require.NoError(t, d.Put(t.Context(), "link/k.jpg/x.jpg", strings.NewReader("content")))
	require.NoError(t, d.RemoveAll(t.Context(), "link/k.jpg"))
	assert.Equal(t, []string{"link", "real"}, names(t, root))
	require.NoError(t, d.Put(t.Context(), "link/k.jpg", strings.NewReader("content")))
	require.NoError(t, d.Remove(t.Context(), "link/k.jpg"))
	assert.Equal(t, []string{"link", "real"}, names(t, root))
}

func TestFilesOfOtherHostsStayForAWeekAndTemporaryFilesForAnHour(t *testing.T) {
	assert.Equal(t, 7*24*time.Hour, foreignMaxAge)
	assert.Equal(t, time.Hour, tempMaxAge)
}

// A pipe can't seek, so a read fails if it seeks first.
func TestAFileThatIsReadFromItsBeginningIsNotSought(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	_, err = w.WriteString("content")
	require.NoError(t, err)
	require.NoError(t, w.Close())
	f := &regularFile{d: descriptor{fd: int(r.Fd())}, at: onward}
	_, err = f.Seek(0, io.SeekStart)
	require.NoError(t, err)
	b, err := io.ReadAll(f)
	require.NoError(t, err)
	assert.Equal(t, "content", string(b))
}

// A described is a FileInfo with a Sys of its own.
type described struct {
	fs.FileInfo
	sys any
}

func (d described) Sys() any { return d.sys }

func TestFilesAreTheSameIfDeviceAndInodeAre(t *testing.T) {
	f, reference := openBoth(t, 10)
	info, err := f.Stat()
	require.NoError(t, err)
	same, err := reference.Stat()
	require.NoError(t, err)
	for _, c := range []struct {
		change      func(st *syscall.Stat_t)
		same, known bool
	}{
		{func(*syscall.Stat_t) {}, true, true},
		{func(st *syscall.Stat_t) { st.Dev++ }, false, true},
		{func(st *syscall.Stat_t) { st.Ino++ }, false, true},
	} {
		st := *same.Sys().(*syscall.Stat_t)
		c.change(&st)
		is, known := info.(*statInfo).SameFile(described{same, &st})
		assert.Equal(t, []bool{c.same, c.known}, []bool{is, known})
	}
	is, known := info.(*statInfo).SameFile(described{same, nil})
	assert.Equal(t, []bool{false, false}, []bool{is, known}, "a FileInfo that is not of the operating system")
}

func TestADirIsAtItsPathIfDeviceAndInodeAreTheSame(t *testing.T) {
	d, root := newTestDir(t)
	p := *d.place
	assert.True(t, p.isAt(root))
	for _, change := range []func(st *syscall.Stat_t){func(st *syscall.Stat_t) { st.Dev++ }, func(st *syscall.Stat_t) { st.Ino++ }} {
		st := *d.place.info.Sys().(*syscall.Stat_t)
		change(&st)
		p.info = described{d.place.info, &st}
		assert.False(t, p.isAt(root))
	}
}

func TestAKernelThatRefusesOpenat2IsNotAskedAgain(t *testing.T) {
	d, _ := newTestDir(t)
	require.NoError(t, d.Put(t.Context(), "a/x.jpg", strings.NewReader("content")))
	asBefore, how := NoOpenat2.Load(), howToOpen
	t.Cleanup(func() { NoOpenat2.Store(asBefore); howToOpen = how })
	NoOpenat2.Store(false)
	howToOpen.Resolve = 1 << 40 // of a later kernel: EINVAL
	_, err := d.Open(t.Context(), "b/x.jpg")
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.False(t, NoOpenat2.Load(), "only a success shows that the kernel is the reason")
	f, err := d.Open(t.Context(), "a/x.jpg")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	assert.True(t, NoOpenat2.Load())
}

func TestASystemCallIsRepeatedAfterASignalAndItsErrorIsReturned(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	require.NoError(t, err)
	for _, want := range []error{nil, unix.EIO} {
		calls := 0
		err := control(f, func(fd int) error {
			assert.Equal(t, int(f.Fd()), fd)
			if calls++; calls < 3 {
				return unix.EINTR
			}
			return want
		})
		assert.Equal(t, want, err)
		assert.Equal(t, 3, calls)
	}
	require.NoError(t, f.Close())
	called := false
	assert.Error(t, control(f, func(int) error { called = true; return nil }), "it is closed")
	assert.False(t, called)
}
