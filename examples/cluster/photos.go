//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/rest-thumbnails/thumbnail/storage/s3"
)

// makeBuckets makes the buckets that do not exist.
func makeBuckets(ctx context.Context, e s3.Endpoint, names ...string) error {
	client := awss3.New(awss3.Options{
		BaseEndpoint: aws.String(e.URL),
		Region:       e.Region,
		Credentials:  credentials.NewStaticCredentialsProvider(e.AccessKey, e.SecretKey, ""),
		UsePathStyle: true,
		Retryer:      aws.NopRetryer{},
	})
	for _, name := range names {
		_, err := client.CreateBucket(ctx, &awss3.CreateBucketInput{Bucket: aws.String(name)})
		var exists *types.BucketAlreadyOwnedByYou
		if err != nil && !errors.As(err, &exists) {
			return fmt.Errorf("make bucket %s: %w", name, err)
		}
	}
	return nil
}

// upload stores every photo in the bucket of the originals.
func upload(ctx context.Context, e s3.Endpoint, photos fs.FS) error {
	store, err := s3.Open(e, photosBucket, s3.Config{})
	if err != nil {
		return err
	}
	defer store.Close()
	return fs.WalkDir(photos, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !slices.Contains([]string{".jpg", ".png"}, path.Ext(name)) {
			return err
		}
		f, err := photos.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		return store.Put(ctx, name, f)
	})
}
