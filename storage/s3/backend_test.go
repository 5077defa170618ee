package s3_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/rest-thumbnails/thumbnail/storage/s3"
	"github.com/rest-thumbnails/thumbnail/storage/s3/internal/s3fake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newFake starts a fake server with a bucket, and fails the test if goroutines are left.
func newFake(t testing.TB, cfg s3.Config) (*s3fake.Server, *s3.Storage) {
	t.Helper()
	t.Cleanup(func() { goleak.VerifyNone(t) })
	server := s3fake.New()
	t.Cleanup(server.Close)
	server.CreateBucket("bucket")
	return server, openAt(t, fakeEndpoint(server), "bucket", cfg)
}

func fakeEndpoint(server *s3fake.Server) s3.Endpoint {
	return s3.Endpoint{URL: server.URL, AccessKey: s3fake.AccessKey, SecretKey: "secret"}
}

func openAt(t testing.TB, e s3.Endpoint, bucket string, cfg s3.Config) *s3.Storage {
	t.Helper()
	s, err := s3.Open(e, bucket, cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

var buckets atomic.Int64

// newBucket makes a new bucket, and a storage of it.
func newBucket(t testing.TB, e s3.Endpoint, cfg s3.Config) *s3.Storage {
	t.Helper()
	return openAt(t, e, makeBucket(t, e), cfg)
}

// makeBucket makes a new bucket.
func makeBucket(t testing.TB, e s3.Endpoint) string {
	t.Helper()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	name := fmt.Sprintf("bucket-%d-%d", time.Now().UnixNano(), buckets.Add(1))
	_, err := newClient(e, transport).CreateBucket(t.Context(), &awss3.CreateBucketInput{Bucket: aws.String(name)})
	require.NoError(t, err)
	return name
}

// newClient returns a client with the default settings of the SDK: three attempts, checksums on everything.
func newClient(e s3.Endpoint, transport http.RoundTripper) *awss3.Client {
	return awss3.New(awss3.Options{
		Region:       "us-east-1",
		BaseEndpoint: aws.String(e.URL),
		UsePathStyle: true,
		HTTPClient:   &http.Client{Transport: transport},
		Credentials:  credentials.NewStaticCredentialsProvider(e.AccessKey, e.SecretKey, ""),
	})
}

func put(t testing.TB, s *s3.Storage, key, content string) {
	t.Helper()
	require.NoError(t, s.Put(t.Context(), key, strings.NewReader(content)))
}

func read(t testing.TB, s *s3.Storage, key string) string {
	t.Helper()
	f, err := s.Open(t.Context(), key)
	require.NoError(t, err)
	content, err := io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	return string(content)
}

// content returns n bytes in which every part is different.
func content(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "%d,", i)
	}
	return b.String()[:n]
}

// requireMissing checks that err matches fs.ErrNotExist and names the missing key.
func requireMissing(t testing.TB, err error) {
	t.Helper()
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// requireFailure checks that err does not match fs.ErrNotExist, and that it describes the failure.
func requireFailure(t testing.TB, err error, says ...string) {
	t.Helper()
	require.Error(t, err)
	require.NotErrorIs(t, err, fs.ErrNotExist)
	for _, s := range says {
		require.ErrorContains(t, err, s)
	}
}

// within runs f and checks that it ends before the limit, which is so high that it only detects a hang.
func within(t testing.TB, limit time.Duration, f func(ctx context.Context) error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- f(t.Context()) }()
	select {
	case err := <-done:
		return err
	case <-time.After(limit):
		t.Fatalf("still running after %v", limit)
		return nil
	}
}
