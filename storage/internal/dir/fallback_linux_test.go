package dir_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail/storage/internal/dir"
	"github.com/rest-thumbnails/thumbnail/storage/storagetest"
)

// refuseOpenat2 simulates a kernel without openat2 until the test ends.
func refuseOpenat2(t testing.TB) {
	before := dir.NoOpenat2.Swap(true)
	t.Cleanup(func() { dir.NoOpenat2.Store(before) })
}

// Kernels before 5.6, and sandboxes, refuse openat2: paths are then opened directory by directory.
func TestADirWithoutOpenat2IsAStorageThatFollowsItsPath(t *testing.T) {
	refuseOpenat2(t)
	t.Run("Storage", func(t *testing.T) {
		storagetest.Run(t, func(t testing.TB) storagetest.Storage { return openDir(t, t.TempDir()) })
	})
	t.Run("Dir", func(t *testing.T) { storagetest.RunDir(t, openDir) })
	t.Run("path", TestADirFollowsItsPath)
	t.Run("switched", TestADirFollowsASymbolicLinkThatIsSwitched)
	t.Run("relative", TestARelativeDirStaysWhereItWasOpened)
	t.Run("links", TestSymbolicLinksBelowTheRootAreFollowedIfTheyAreRelativeAndStayWithin)
	assert.True(t, dir.NoOpenat2.Load())
}

func TestAFileThatCannotBeOpenedDoesNotMeanThatThereIsNoOpenat2(t *testing.T) {
	TestADirFollowsItsPath(t)
	TestSymbolicLinksBelowTheRootAreFollowedIfTheyAreRelativeAndStayWithin(t)
	assert.False(t, dir.NoOpenat2.Load())
}
