package dir_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/rest-thumbnails/thumbnail/storage/storagetest"
)

func openDir(t testing.TB, root string) storagetest.Storage {
	d, err := storage.OpenDir(root)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

func newDir(t testing.TB) storagetest.Storage { return openDir(t, t.TempDir()) }

func TestDirIsAStorage(t *testing.T) { storagetest.Run(t, newDir) }

func TestDirKeepsItsDirectory(t *testing.T) { storagetest.RunDir(t, openDir) }

func BenchmarkDir(b *testing.B) { storagetest.Bench(b, newDir) }
