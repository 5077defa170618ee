package s3_test

import (
	"context"
	"fmt"

	"github.com/rest-thumbnails/thumbnail/storage/s3"
)

// The bucket is in MinIO, behind a CDN. response.Redirect can use the method URL.
func ExampleOpen() {
	thumbs, err := s3.Open(s3.Endpoint{URL: "https://minio.example.com:9000", AccessKey: "thumbnails", SecretKey: "secret"}, "thumbs", s3.Config{
		Prefix:       "v1",
		CacheControl: "public, max-age=31536000, immutable",
		PublicURL:    "https://cdn.example.com/thumbs",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	link, err := thumbs.URL(context.Background(), "animals/kitten.jpg/100x100/crop/5a1e.jpg")
	fmt.Println(link, err)
	// Output: https://cdn.example.com/thumbs/v1/animals/kitten.jpg/100x100/crop/5a1e.jpg <nil>
}
