package storage_test

import (
	"testing"

	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/rest-thumbnails/thumbnail/storage/storagetest"
	"github.com/stretchr/testify/require"
)

func newMemory(testing.TB) storagetest.Storage { return storage.NewMemory() }

func openDir(t testing.TB, root string) storagetest.Storage {
	d, err := storage.OpenDir(root)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

func newDir(t testing.TB) storagetest.Storage { return openDir(t, t.TempDir()) }

func TestMemoryIsAStorage(t *testing.T) { storagetest.Run(t, newMemory) }

func TestABoundedMemoryIsAStorage(t *testing.T) {
	storagetest.Run(t, func(testing.TB) storagetest.Storage { return &storage.Memory{MaxBytes: 64 << 20} })
}

func TestDirIsAStorage(t *testing.T) { storagetest.Run(t, newDir) }

func TestDirKeepsItsDirectory(t *testing.T) { storagetest.RunDir(t, openDir) }

func BenchmarkMemory(b *testing.B) { storagetest.Bench(b, newMemory) }

func BenchmarkDir(b *testing.B) { storagetest.Bench(b, newDir) }
