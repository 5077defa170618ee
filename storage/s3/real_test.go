package s3_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage/s3"
	"github.com/stretchr/testify/require"
)

func TestOnARealServerErrorsAreClassified(t *testing.T) {
	endpoint := startReal(t)
	bucket := makeBucket(t, endpoint)
	_, err := openAt(t, endpoint, bucket, s3.Config{}).Open(t.Context(), "absent/x.jpg")
	requireMissing(t, err)

	absent := openAt(t, endpoint, "no-such-bucket", s3.Config{})
	wrong := endpoint
	wrong.SecretKey = "wrongsecret"
	stranger := openAt(t, wrong, bucket, s3.Config{})
	for name, operation := range operations {
		requireFailure(t, operation(t.Context(), absent), "NoSuchBucket")
		err := operation(t.Context(), stranger)
		requireFailure(t, err, "SignatureDoesNotMatch")
		require.ErrorIs(t, err, fs.ErrPermission, name)
	}
}

func TestOnARealServerTypeAndCacheControlAreKept(t *testing.T) {
	s := newBucket(t, startReal(t), s3.Config{Prefix: "thumbs", CacheControl: "public, max-age=60"})
	header := checkPresigned(t, s, "a b+c%2F#?&'/猫~_-.webp")
	require.Equal(t, "image/webp", header.Get("Content-Type"))
	require.Equal(t, "public, max-age=60", header.Get("Cache-Control"))
}

// Programs pass a client with the SDK's default settings: three attempts, checksums on everything.
func TestOnARealServerAClientWithTheSDKsSettingsWorks(t *testing.T) {
	endpoint := startReal(t)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	s, err := s3.New(newClient(endpoint, transport), makeBucket(t, endpoint), s3.Config{FirstRange: 1000})
	require.NoError(t, err)
	checkPresigned(t, s, "a/x.jpg")
	put(t, s, "a/y.jpg", content(10_000))
	require.Equal(t, content(10_000), read(t, s, "a/y.jpg"))
	put(t, s, "a/empty.jpg", "")
	require.Empty(t, read(t, s, "a/empty.jpg"))
	require.NoError(t, s.RemoveAll(t.Context(), "a"))
	_, err = s.Open(t.Context(), "a/y.jpg")
	requireMissing(t, err)
}

func TestOnARealServerAFileIsOfOneObject(t *testing.T) {
	s := newBucket(t, startReal(t), s3.Config{FirstRange: 1000})
	put(t, s, "x.jpg", content(5000))
	f, err := s.Open(t.Context(), "x.jpg")
	require.NoError(t, err)
	defer f.Close()
	put(t, s, "x.jpg", content(5001))
	_, err = io.ReadAll(f)
	requireFailure(t, err, "replaced or removed")

	info, err := f.Stat()
	require.NoError(t, err)
	require.EqualValues(t, 5000, info.Size())
	require.Regexp(t, `^"[^"]+"$`, info.(interface{ ETag() string }).ETag())
	require.WithinDuration(t, time.Now(), info.ModTime(), time.Minute)
}

func TestOnARealServerRemoveAllRemovesMoreThanAThousandKeys(t *testing.T) {
	s := newBucket(t, startReal(t), s3.Config{})
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 150 {
				if err := s.Put(t.Context(), fmt.Sprintf("a b+c%%/%d/%d é.jpg", worker, i), strings.NewReader("x")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	put(t, s, "a b+c%d/x.jpg", "another")
	require.NoError(t, s.RemoveAll(t.Context(), "a b+c%"))
	require.Equal(t, []string{"a b+c%d/x.jpg"}, keysOf(t, s))
}

func TestOnARealServerAnInterruptedPutIsInvisible(t *testing.T) {
	endpoint := startReal(t)
	bucket := makeBucket(t, endpoint)
	s := openAt(t, endpoint, bucket, s3.Config{})
	put(t, s, "old.jpg", "old")
	cut := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return &cutConn{conn, 100_000}, err
	}}
	defer cut.CloseIdleConnections()
	broken, err := s3.New(newClient(endpoint, cut), bucket, s3.Config{Timeout: 300 * time.Millisecond})
	require.NoError(t, err)
	for _, key := range []string{"old.jpg", "new.jpg"} {
		requireFailure(t, broken.Put(t.Context(), key, strings.NewReader(content(200_000))))
	}
	require.Equal(t, "old", read(t, s, "old.jpg"))
	_, err = s.Open(t.Context(), "new.jpg")
	requireMissing(t, err)
}

// cutConn is closed after some bytes have been sent.
type cutConn struct {
	net.Conn
	left int
}

func (c *cutConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p[:min(len(p), c.left)])
	if c.left -= n; c.left == 0 {
		c.Conn.Close()
		return n, net.ErrClosed
	}
	return n, err
}
