package command

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBucketsThatOverlapAreRefused(t *testing.T) {
	for _, c := range []struct {
		source, storage string
		refused         bool
	}{
		{"s3://bucket", "s3://bucket", true},
		{"s3://bucket/a", "s3://bucket/a/", true},
		{"s3://bucket/", "s3://bucket/thumbs", true},
		{"s3://bucket/a/b", "s3://bucket/a", true},
		{"s3://bucket/a", "s3://bucket/a/b", true},
		{"s3://bucket/a", "s3://bucket/ab", false},
		{"s3://bucket/a", "s3://bucket/b", false},
		{"s3://one", "s3://two", false},
		{"s3://one", "", false},
		{"", "s3://one", false},
	} {
		err := refuseSharedRoots(&options{source: c.source, storage: c.storage})
		require.Equal(t, c.refused, err != nil, "%s and %s: %v", c.source, c.storage, err)
	}
}

func TestErrorsInALockDoNotContainThePassword(t *testing.T) {
	for _, s := range []string{"redis://user:secret@host:port", "redis://user:secret@host/x", "redis://user:secret@host/1?x=y", "redi://user:secret@host", "rediss://:secret@%"} {
		_, err := parseLock(s)
		require.Error(t, err, s)
		require.NotContains(t, err.Error(), "secret")
	}
}
