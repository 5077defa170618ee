package s3_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/rest-thumbnails/thumbnail/storage/s3"
	"github.com/stretchr/testify/require"
)

func TestPutIsOneRequestWithLengthTypeAndCacheControl(t *testing.T) {
	server, s := newFake(t, s3.Config{Prefix: "/thumbs/", CacheControl: "public, max-age=31536000, immutable"})
	for key, want := range map[string]string{
		"a/x.jpg": "image/jpeg", "a/x.jpeg": "image/jpeg", "a/x.PNG": "image/png", "a/x.gif": "image/gif",
		"a/x.webp": "image/webp", "a/x.avif": "image/avif", "a/x.jpg/1": "application/octet-stream", "a/x": "application/octet-stream",
	} {
		// The length of a plain io.Reader is not known in advance.
		require.NoError(t, s.Put(t.Context(), key, struct{ *strings.Reader }{strings.NewReader(content(70_000))}))
		require.Equal(t, []string{"PUT thumbs/" + key}, server.Requests())
		object, _ := server.Object("bucket", "thumbs/"+key)
		require.Equal(t, content(70_000), string(object.Data))
		require.Equal(t, want, object.ContentType)
		require.Equal(t, "public, max-age=31536000, immutable", object.CacheControl)
	}
}

func TestWithoutAnOptionThereIsNoCacheControl(t *testing.T) {
	server, s := newFake(t, s3.Config{})
	put(t, s, "x.jpg", "x")
	object, _ := server.Object("bucket", "x.jpg")
	require.Empty(t, object.CacheControl)
}

func TestConcurrentPutsDoNotShareABuffer(t *testing.T) {
	_, s := newFake(t, s3.Config{})
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			key, want := fmt.Sprintf("%d.jpg", i), bytes.Repeat([]byte{byte(i)}, 10_000+i)
			for range 10 {
				if err := s.Put(t.Context(), key, bytes.NewReader(want)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for i := range 16 {
		require.Equal(t, strings.Repeat(string([]byte{byte(i)}), 10_000+i), read(t, s, fmt.Sprintf("%d.jpg", i)))
	}
}
