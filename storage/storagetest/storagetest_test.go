package storagetest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/rest-thumbnails/thumbnail/storage/storagetest"
)

func TestAMemoryIsAStorage(t *testing.T) {
	storagetest.Run(t, func(testing.TB) storagetest.Storage { return storage.NewMemory() })
}

func TestADirKeepsTheRulesForDirectories(t *testing.T) {
	storagetest.RunDir(t, func(t testing.TB, root string) storagetest.Storage {
		d, err := storage.OpenDir(root)
		require.NoError(t, err)
		t.Cleanup(func() { _ = d.Close() })
		return d
	})
}

// onlyPut hides the optional methods of a storage.
type onlyPut struct{ storagetest.Storage }

func TestOptionalAbilitiesMayBeMissing(t *testing.T) {
	storagetest.Run(t, func(testing.TB) storagetest.Storage { return onlyPut{storage.NewMemory()} })
}
