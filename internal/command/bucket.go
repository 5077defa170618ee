package command

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/rest-thumbnails/thumbnail/storage/s3"
)

// bucket is the parsed form of s3://name/prefix.
type bucket struct{ name, prefix string }

func isBucket(s string) bool { return strings.HasPrefix(s, "s3://") }

var bucketName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{2,254}$`)

func parseBucket(s string) (bucket, error) {
	name, prefix, _ := strings.Cut(strings.TrimPrefix(s, "s3://"), "/")
	prefix = strings.Trim(prefix, "/")
	if !bucketName.MatchString(name) || prefix != "" && !storage.ValidKey(prefix) {
		return bucket{}, fmt.Errorf("invalid bucket %q; expected s3://bucket or s3://bucket/prefix, with a bucket name of 3 to 255 letters, digits, dots, underscores, or hyphens", s)
	}
	return bucket{name, prefix}, nil
}

// openBucket opens s3://bucket/prefix on the S3 server that the environment names.
func openBucket(s string, getenv func(string) string) (*s3.Storage, error) {
	b, err := parseBucket(s)
	if err != nil {
		return nil, err
	}
	e := s3.Endpoint{
		URL:          cmp.Or(getenv("AWS_ENDPOINT_URL_S3"), getenv("AWS_ENDPOINT_URL")),
		Region:       cmp.Or(getenv("AWS_REGION"), getenv("AWS_DEFAULT_REGION")),
		AccessKey:    getenv("AWS_ACCESS_KEY_ID"),
		SecretKey:    getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken: getenv("AWS_SESSION_TOKEN"),
	}
	if e.AccessKey == "" || e.SecretKey == "" {
		return nil, fmt.Errorf("%s requires the environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", s)
	}
	store, err := s3.Open(e, b.name, s3.Config{Prefix: b.prefix})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s, err)
	}
	return store, nil
}

// refuseOverlappingBuckets is like refuseOverlap, for two places in buckets.
func refuseOverlappingBuckets(source, thumbs string) error {
	originals, err := parseBucket(source)
	if err != nil {
		return err
	}
	stored, err := parseBucket(thumbs)
	if err != nil {
		return err
	}
	if originals.name == stored.name && (originals.contains(stored.prefix) || stored.contains(originals.prefix)) {
		return fmt.Errorf("-source %s and -storage %s overlap; neither may be inside the other", source, thumbs)
	}
	return nil
}

// contains reports whether b contains all keys with a prefix.
func (b bucket) contains(prefix string) bool {
	return b.prefix == "" || strings.HasPrefix(prefix+"/", b.prefix+"/")
}
