package storage_test

import (
	"testing"

	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/rest-thumbnails/thumbnail/storage/storagetest"
)

func newMemory(testing.TB) storagetest.Storage { return storage.NewMemory() }

func TestMemoryIsAStorage(t *testing.T) { storagetest.Run(t, newMemory) }

func TestABoundedMemoryIsAStorage(t *testing.T) {
	storagetest.Run(t, func(testing.TB) storagetest.Storage { return &storage.Memory{MaxBytes: 64 << 20} })
}

func BenchmarkMemory(b *testing.B) { storagetest.Bench(b, newMemory) }
