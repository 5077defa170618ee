package s3

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// Keys iterates over the keys that Open accepts, in the order of their bytes: for a gallery, or for
// a job that calls Generate for every original. It makes one request for each thousand keys, when
// the loop gets there. An error ends it. Objects whose names are not valid keys, such as the empty
// "folder/" of some tools, are left out. What is stored or removed meanwhile may be seen or not.
func (s *Storage) Keys(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for token := (*string)(nil); ; {
			page, err := s.list(ctx, s.cfg.Prefix, token)
			if err != nil {
				yield("", err)
				return
			}
			names, err := pageKeys(page, s.cfg.Prefix)
			if err != nil {
				yield("", err)
				return
			}
			for _, name := range names {
				if key := strings.TrimPrefix(name, s.cfg.Prefix); storage.ValidKey(key) && !yield(key, nil) {
					return
				}
			}
			last := aws.ToString(token)
			token = page.NextContinuationToken
			if !aws.ToBool(page.IsTruncated) || aws.ToString(token) == "" {
				return
			}
			if *token == last {
				yield("", fmt.Errorf("s3: list %q: the server repeats itself", s.cfg.Prefix))
				return
			}
		}
	}
}
