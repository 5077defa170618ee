package s3_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/rest-thumbnails/thumbnail/storage/s3"
)

func TestPrefixesOfOneBucketOverlapIfOneContainsTheOther(t *testing.T) {
	open := func(url, bucket, prefix string) *s3.Storage {
		s, err := s3.Open(s3.Endpoint{URL: url, AccessKey: "key", SecretKey: "secret"}, bucket, s3.Config{Prefix: prefix})
		require.NoError(t, err)
		return s
	}
	photos := open("http://127.0.0.1:1", "bucket", "photos")
	for _, c := range []struct {
		url, bucket, prefix string
		overlaps            bool
	}{
		{"http://127.0.0.1:1", "bucket", "photos/", true},
		{"http://127.0.0.1:1/", "bucket", "photos/thumbs", true},
		{"http://127.0.0.1:1", "bucket", "", true},
		{"http://127.0.0.1:1", "bucket", "photos2", false},
		{"http://127.0.0.1:1", "bucket", "thumbs", false},
		{"http://127.0.0.1:1", "other", "photos", false},
		{"http://127.0.0.1:2", "bucket", "photos", false},
		{"", "bucket", "photos", false},
	} {
		s := open(c.url, c.bucket, c.prefix)
		assert.Equal(t, c.overlaps, storage.Overlap(photos, s), "%+v", c)
		assert.Equal(t, c.overlaps, storage.Overlap(s, photos), "%+v", c)
	}
	assert.False(t, storage.Overlap(photos, storage.NewMemory()))
}
