package s3_test

import (
	"testing"

	"github.com/rest-thumbnails/thumbnail/storage/s3"
	"github.com/rest-thumbnails/thumbnail/storage/s3/internal/s3fake"
	"github.com/rest-thumbnails/thumbnail/storage/storagetest"
)

// config has a prefix, and ranges so small that the largest content of the suite needs several.
var config = s3.Config{Prefix: "thumbs/of site", FirstRange: 256 << 10}

func TestStorageOnTheFakeKeepsTheContract(t *testing.T) {
	server := s3fake.New()
	defer server.Close()
	for name, cfg := range map[string]s3.Config{"defaults": {}, "configured": config} {
		t.Run(name, func(t *testing.T) {
			storagetest.Run(t, func(t testing.TB) storagetest.Storage { return newBucket(t, fakeEndpoint(server), cfg) })
		})
	}
}

func TestStorageOnARealServerKeepsTheContract(t *testing.T) {
	endpoint := startReal(t)
	storagetest.Run(t, func(t testing.TB) storagetest.Storage { return newBucket(t, endpoint, config) })
}

// The fake server has no disk and verifies no signatures, so the figures are the cost of the client.
func BenchmarkStorageOnTheFake(b *testing.B) {
	server := s3fake.New()
	defer server.Close()
	storagetest.Bench(b, func(t testing.TB) storagetest.Storage { return newBucket(t, fakeEndpoint(server), s3.Config{}) })
}

func BenchmarkStorageOnARealServer(b *testing.B) {
	endpoint := startReal(b)
	storagetest.Bench(b, func(t testing.TB) storagetest.Storage { return newBucket(t, endpoint, s3.Config{}) })
}
