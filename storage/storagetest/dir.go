package storagetest

import (
	"testing"

	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/rest-thumbnails/thumbnail/storage/storagetest/internal/rules"
)

// RunDir tests the rules for a storage that keeps its content in a directory of the file system. It
// does not include those of [Run]. open is called with an existing directory, once for each rule
// and in some rules once more.
func RunDir(t *testing.T, open func(t testing.TB, root string) Storage) {
	for i, r := range rules.Dir("", nil) {
		t.Run(r.Name, func(t *testing.T) {
			root := t.TempDir()
			reopen := func() storage.Storage { return open(t, root) }
			rules.Dir(root, reopen)[i].Run(t, reopen())
		})
	}
}
