package dir

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRemoveAllRenamesOnceAndSyncsTheDirectory(t *testing.T) {
	root := t.TempDir()
	d, disk := openFaulty(t, root)
	defer d.Close()
	for _, key := range []string{"a/b/c/1", "a/b/c/2", "a/b/d/3"} {
		require.NoError(t, d.Put(t.Context(), key, strings.NewReader("x")))
	}
	disk.done = nil
	require.NoError(t, d.RemoveAll(t.Context(), "a/b"))
	assert.Equal(t, []string{"rename b", "syncdir a"}, disk.done, "everything vanishes at once")
	assert.Empty(t, names(t, root), "and no empty directory is left")
}

func TestTwoWhoRemoveTheSameAreNoError(t *testing.T) {
	d, disk := openFaulty(t, t.TempDir())
	defer d.Close()
	require.NoError(t, d.Put(t.Context(), "a/b", strings.NewReader("x")))
	disk.fail["rename"] = syscall.ENOENT // as if another RemoveAll was faster
	assert.NoError(t, d.RemoveAll(t.Context(), "a"))
	disk.fail["rename"] = nil
	f, err := d.Open(t.Context(), "a/b")
	require.NoError(t, err, "nothing is removed in place")
	require.NoError(t, f.Close())
}

func TestRemoveLeavesNoEmptyDirectory(t *testing.T) {
	root := t.TempDir()
	d, _ := openFaulty(t, root)
	defer d.Close()
	require.NoError(t, d.Put(t.Context(), "a/b/c/1", strings.NewReader("x")))
	require.NoError(t, d.Put(t.Context(), "a/2", strings.NewReader("x")))
	require.NoError(t, d.Remove(t.Context(), "a/b/c/1"))
	assert.Equal(t, []string{"2"}, names(t, filepath.Join(root, "a")))
	require.NoError(t, d.Remove(t.Context(), "a/2"))
	assert.Empty(t, names(t, root))
}

func TestARecordNamesAKeyAndNothingElseInTheDirectory(t *testing.T) {
	root := t.TempDir()
	hidden := filepath.Join(root, "\x7fkept")
	require.NoError(t, os.WriteFile(hidden, []byte("x"), 0o644))
	require.NoError(t, os.Symlink("\x7fkept", filepath.Join(root, recordPrefix+thisBoot+"-ID-1")))
	require.NoError(t, openBooted(t, root, nextBoot).Close())
	assert.FileExists(t, hidden)
}

func TestTheTagOfAHostIsMadeOfItsName(t *testing.T) {
	assert.Len(t, hostTag(), 8)
	assert.NotEqual(t, "811c9dc5", hostTag(), "FNV-1a of nothing")
	assert.Equal(t, hostTag(), hostTag())
}
