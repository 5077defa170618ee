package storage_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/rest-thumbnails/thumbnail/storage/storagetest"
)

// Kernels before 5.6, and sandboxes, refuse openat2: then files are opened folder by folder.
func TestADirWithoutOpenat2IsAStorageThatFollowsItsPath(t *testing.T) {
	storage.RefuseOpenat2(t)
	t.Run("Storage", func(t *testing.T) { storagetest.Run(t, newDir) })
	t.Run("Dir", func(t *testing.T) { storagetest.RunDir(t, openDir) })
	t.Run("path", TestADirFollowsItsPath)
	t.Run("switched", TestADirFollowsASymbolicLinkThatIsSwitched)
	t.Run("relative", TestARelativeDirStaysWhereItWasOpened)
	t.Run("links", TestSymbolicLinksBelowTheRootAreFollowedIfTheyAreRelativeAndStayWithin)
	assert.False(t, storage.HasOpenat2())
}

func TestAFileThatCannotBeOpenedDoesNotMeanThatThereIsNoOpenat2(t *testing.T) {
	TestADirFollowsItsPath(t)
	TestSymbolicLinksBelowTheRootAreFollowedIfTheyAreRelativeAndStayWithin(t)
	assert.True(t, storage.HasOpenat2())
}
