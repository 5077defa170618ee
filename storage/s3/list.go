package s3

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/rest-thumbnails/thumbnail/storage/s3/internal/circle"
)

// List iterates over the keys that Open accepts and that begin with prefix + "/", or over all keys if
// prefix is empty, in byte order. It is for galleries, and for jobs that call Generate for every original.
// It makes one request per thousand keys, when the loop reaches them. An error ends the iteration. Objects
// whose names are not valid keys, such as the empty "folder/" that some tools create, are left out. Objects
// that are stored or removed during the iteration may or may not be listed.
func (s *Storage) List(ctx context.Context, prefix string) iter.Seq2[storage.Entry, error] {
	return func(yield func(storage.Entry, error) bool) {
		name := s.cfg.Prefix
		if prefix != "" {
			object, ok := s.object(prefix)
			if !ok {
				yield(storage.Entry{}, &fs.PathError{Op: "list", Path: prefix, Err: fs.ErrInvalid})
				return
			}
			name = object + "/"
		}
		for page, err := range s.pages(ctx, name) {
			var entries []storage.Entry
			if err == nil {
				entries, err = s.entries(page, name)
			}
			if err != nil {
				yield(storage.Entry{}, err)
				return
			}
			for _, entry := range entries {
				if !yield(entry, nil) {
					return
				}
			}
		}
	}
}

// entries returns the objects of a page whose names are valid keys.
func (s *Storage) entries(page *awss3.ListObjectsV2Output, prefix string) ([]storage.Entry, error) {
	names, err := pageKeys(page, prefix)
	if err != nil {
		return nil, err
	}
	all := make([]storage.Entry, 0, len(names))
	for i, name := range names {
		if key := strings.TrimPrefix(name, s.cfg.Prefix); storage.ValidKey(key) {
			object := page.Contents[i]
			modified := aws.ToTime(object.LastModified)
			all = append(all, storage.Entry{Key: key, Size: aws.ToInt64(object.Size), ModTime: modified, Used: modified})
		}
	}
	return all, nil
}

// Remove deletes the object at key. It is not an error if there is no such object.
func (s *Storage) Remove(ctx context.Context, key string) error {
	name, ok := s.object(key)
	if !ok {
		return &fs.PathError{Op: "remove", Path: key, Err: fs.ErrInvalid}
	}
	return s.removeOne(ctx, name)
}

// pages lists the objects whose names begin with prefix, up to 1000 at a time. An error ends the iteration.
func (s *Storage) pages(ctx context.Context, prefix string) iter.Seq2[*awss3.ListObjectsV2Output, error] {
	return func(yield func(*awss3.ListObjectsV2Output, error) bool) {
		var token *string
		var tokens circle.Detector
		for {
			page, err := s.list(ctx, prefix, token)
			if err != nil {
				yield(nil, err)
				return
			}
			token = page.NextContinuationToken
			last := !aws.ToBool(page.IsTruncated) || aws.ToString(token) == ""
			if !yield(page, nil) || last {
				return
			}
			if tokens.Seen(*token) {
				yield(nil, fmt.Errorf("s3: list %q: the server repeats a continuation token", prefix))
				return
			}
		}
	}
}

func (s *Storage) list(ctx context.Context, prefix string, token *string) (page *awss3.ListObjectsV2Output, err error) {
	err = s.do(ctx, fmt.Sprintf("list %q", prefix), func(ctx context.Context, _ func()) (err error) {
		page, err = s.client.ListObjectsV2(ctx, &awss3.ListObjectsV2Input{
			Bucket:            aws.String(s.bucket),
			Prefix:            aws.String(prefix),
			MaxKeys:           aws.Int32(pageSize),
			ContinuationToken: token,
			EncodingType:      types.EncodingTypeUrl, // XML can't represent every key
		}, options)
		return err
	})
	return page, err
}

// pageKeys returns the names in a listing. It returns an error for a name that does not begin with prefix,
// which would belong to another storage.
func pageKeys(page *awss3.ListObjectsV2Output, prefix string) ([]string, error) {
	keys := make([]string, 0, len(page.Contents))
	for _, object := range page.Contents {
		key := aws.ToString(object.Key)
		if page.EncodingType == types.EncodingTypeUrl {
			var err error
			if key, err = url.QueryUnescape(key); err != nil {
				return nil, fmt.Errorf("s3: list %q: %w", prefix, err)
			}
		}
		if !strings.HasPrefix(key, prefix) {
			return nil, fmt.Errorf("s3: list %q: the server lists %q", prefix, key)
		}
		keys = append(keys, key)
	}
	return keys, nil
}
