package s3

import (
	"cmp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/storage"
)

var _ storage.Overlapper = (*Storage)(nil)

// Overlaps implements [storage.Overlapper]. It reports whether other is in the same bucket of the same endpoint,
// and one of the two prefixes is equal to the other or contains it.
func (s *Storage) Overlaps(other any) bool {
	o, ok := ability.Find[*Storage](other)
	return ok && s.endpoint() == o.endpoint() && s.bucket == o.bucket &&
		(strings.HasPrefix(s.cfg.Prefix, o.cfg.Prefix) || strings.HasPrefix(o.cfg.Prefix, s.cfg.Prefix))
}

// endpoint returns the name of the server. The bucket names of Amazon are unique across its regions.
func (s *Storage) endpoint() string {
	return strings.TrimSuffix(cmp.Or(aws.ToString(s.client.Options().BaseEndpoint), "amazonaws.com"), "/")
}
