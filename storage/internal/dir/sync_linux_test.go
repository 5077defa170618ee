package dir

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// The kernel refuses to sync a pipe or a file opened with O_PATH, so the error shows that a sync was
// requested.
func TestTheDiskOfADirAsksTheKernelToSync(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	defer w.Close()
	assert.ErrorIs(t, osDisk{}.sync(w), syscall.EINVAL)

	fd, err := unix.Open(t.TempDir(), unix.O_PATH|unix.O_CLOEXEC, 0)
	require.NoError(t, err)
	dir := os.NewFile(uintptr(fd), "dir")
	defer dir.Close()
	assert.ErrorIs(t, osDisk{}.syncAll(dir), syscall.EBADF)
}

func TestAClosedFileIsNotFlushedOrSynced(t *testing.T) {
	f, err := os.Create(t.TempDir() + "/f")
	require.NoError(t, err)
	require.NoError(t, osDisk{}.flush(f))
	require.NoError(t, f.Close())
	assert.Error(t, osDisk{}.flush(f))
	assert.Error(t, osDisk{}.sync(f))
	assert.Error(t, osDisk{}.syncAll(f))
}

func TestRemoveAllOfWhatCannotBeRenamedRemovesItsFiles(t *testing.T) {
	root := t.TempDir()
	d, disk := openFaulty(t, root)
	require.NoError(t, d.Put(t.Context(), "a/b/c", strings.NewReader("x")))
	disk.fail = map[string]error{"rename": syscall.EBUSY} // as for a mount point
	require.NoError(t, d.RemoveAll(t.Context(), "a"))
	_, err := d.Open(t.Context(), "a/b/c")
	assert.ErrorIs(t, err, os.ErrNotExist)
	assert.NoDirExists(t, root+"/a/b")
}

func TestTheBootIsKnownByItsNumberInTheKernel(t *testing.T) {
	tag := bootTag()
	assert.Len(t, tag, 32)
	assert.Empty(t, strings.Trim(tag, "0123456789abcdef"))
	assert.Equal(t, tag, bootTag())
}
