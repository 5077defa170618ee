package s3

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/rest-thumbnails/thumbnail/storage/s3/internal/failure"
)

const (
	pageSize    = 1000 // limit of S3 for listing and deleting
	maxReported = 10   // number of keys in an error
)

// RemoveAll deletes every object under prefix + "/". The prefix ends at a segment: "a/b" matches "a/b/c",
// but neither "a/bc" nor "a/b" itself. It is not an error if there is no such object. If prefix is empty or
// invalid, the error matches [fs.ErrInvalid] and nothing is deleted. If some objects can't be deleted, the
// others are deleted nevertheless, and the error says how many are left and names the first few. Objects
// that are stored meanwhile may stay.
func (s *Storage) RemoveAll(ctx context.Context, prefix string) error {
	name, ok := s.object(prefix)
	if !ok {
		return &fs.PathError{Op: "remove", Path: prefix, Err: fs.ErrInvalid}
	}
	name += "/"
	var failed failures
	for page, err := range s.pages(ctx, name) {
		if err != nil {
			return errors.Join(err, failed.err())
		}
		keys, err := pageKeys(page, name)
		if err == nil {
			err = s.remove(ctx, name, keys, &failed)
		}
		if err != nil {
			return errors.Join(err, failed.err())
		}
	}
	return failed.err()
}

// remove deletes keys in one request. Keys that XML can't represent are deleted in separate requests. A key
// that fails temporarily is retried; every other failure is added to failed.
func (s *Storage) remove(ctx context.Context, prefix string, keys []string, failed *failures) error {
	pending := make([]types.ObjectIdentifier, 0, len(keys))
	for _, key := range keys {
		if strings.ContainsFunc(key, notXML) {
			if err := s.removeOne(ctx, key); err != nil {
				if ctx.Err() != nil {
					return err
				}
				failed.add(key, err)
			}
			continue
		}
		pending = append(pending, types.ObjectIdentifier{Key: aws.String(key)})
	}
	if len(pending) == 0 {
		return nil
	}
	return s.do(ctx, fmt.Sprintf("remove %q", prefix), func(ctx context.Context, _ func()) error {
		out, err := s.client.DeleteObjects(ctx, &awss3.DeleteObjectsInput{
			Bucket: aws.String(s.bucket),
			Delete: &types.Delete{Objects: pending, Quiet: aws.Bool(true)},
		}, options, withContentMD5)
		if err != nil {
			return err
		}
		pending = pending[:0]
		var again error
		for _, e := range out.Errors {
			err := &smithy.GenericAPIError{Code: aws.ToString(e.Code), Message: aws.ToString(e.Message)}
			switch err.Code {
			case "InternalError", "ServiceUnavailable", "SlowDown":
				pending = append(pending, types.ObjectIdentifier{Key: e.Key})
				again = failure.Passing{Err: err}
			case "NoSuchKey": // another call has removed it, or a request whose answer was lost
			default:
				failed.add(aws.ToString(e.Key), err)
			}
		}
		return again
	})
}

func (s *Storage) removeOne(ctx context.Context, key string) error {
	return s.do(ctx, fmt.Sprintf("remove %q", key), func(ctx context.Context, _ func()) error {
		_, err := s.client.DeleteObject(ctx, &awss3.DeleteObjectInput{Bucket: aws.String(s.bucket), Key: aws.String(key)}, options)
		if failure.Code(err) == "NoSuchKey" {
			return nil
		}
		return err
	})
}

// notXML reports whether XML 1.0 (section 2.2) can't represent r, or reads it back as another character.
func notXML(r rune) bool {
	return r < 0x20 || r == 0xfffe || r == 0xffff
}

// withContentMD5 adds the header that servers without the newer checksums require.
func withContentMD5(o *awss3.Options) {
	o.APIOptions = append(o.APIOptions, smithyhttp.AddContentChecksumMiddleware)
}

// failures collects the keys that RemoveAll could not delete.
type failures struct {
	first []error
	count int
}

func (f *failures) add(key string, err error) {
	if f.count++; f.count <= maxReported {
		f.first = append(f.first, fmt.Errorf("%q: %w", key, err))
	}
}

func (f *failures) err() error {
	if f.count == 0 {
		return nil
	}
	return fmt.Errorf("s3: %d objects were not removed, among them %w", f.count, errors.Join(f.first...))
}
