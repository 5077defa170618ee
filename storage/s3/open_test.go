package s3_test

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage/s3"
	"github.com/rest-thumbnails/thumbnail/storage/s3/internal/s3fake"
)

func TestOpenOfAThumbnailIsOneRequestHoweverItIsUsed(t *testing.T) {
	server, s := newFake(t, s3.Config{Prefix: "thumbs"})
	server.Set("bucket", "thumbs/a/x.jpg", []byte(content(50_000)))

	f, err := s.Open(t.Context(), "a/x.jpg")
	require.NoError(t, err)
	info, err := f.Stat()
	require.NoError(t, err)
	require.Equal(t, "x.jpg", info.Name())
	require.EqualValues(t, 50_000, info.Size())
	require.WithinDuration(t, time.Now(), info.ModTime(), time.Minute)
	require.True(t, info.Mode().IsRegular())
	object, _ := server.Object("bucket", "thumbs/a/x.jpg")
	require.Equal(t, object.ETag, info.(interface{ ETag() string }).ETag())
	require.Regexp(t, `^"[0-9a-f]{32}"$`, object.ETag)

	require.NoError(t, iotest.TestReader(f, []byte(content(50_000))), "Read, Seek and ReadAt")
	require.NoError(t, f.Close())
	require.Equal(t, []string{"GET thumbs/a/x.jpg bytes=0-1048575"}, server.Requests())
}

func TestOpenLeavesNothingUnreadOnTheConnection(t *testing.T) {
	server, s := newFake(t, s3.Config{})
	server.Set("bucket", "x.jpg", []byte(content(900_000)))
	fresh := 0
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) {
		if !i.Reused {
			fresh++
		}
	}})
	for range 20 {
		f, err := s.Open(ctx, "x.jpg")
		require.NoError(t, err)
		require.NoError(t, f.Close(), "unread, as after HEAD or X-Accel-Redirect")
		_, err = s.Open(ctx, "absent.jpg")
		requireMissing(t, err)
	}
	require.Equal(t, 1, fresh, "connections made for 40 requests")
}

func TestALargerFileIsReadInRanges(t *testing.T) {
	server, s := newFake(t, s3.Config{FirstRange: 1000})
	want := content(10_001)
	server.Set("bucket", "source.jpg", []byte(want))

	f, err := s.Open(t.Context(), "source.jpg")
	require.NoError(t, err)
	defer f.Close()
	got, err := io.ReadAll(f)
	require.NoError(t, err)
	require.Equal(t, want, string(got))
	require.Equal(t, []string{
		"GET source.jpg bytes=0-999", "GET source.jpg bytes=1000-4999", "GET source.jpg bytes=5000-8999", "GET source.jpg bytes=9000-10000",
	}, server.Requests())

	_, err = f.(io.Seeker).Seek(0, io.SeekStart)
	require.NoError(t, err)
	header := make([]byte, 1000)
	_, err = io.ReadFull(f, header)
	require.NoError(t, err)
	require.Empty(t, server.Requests(), "the beginning is kept for a second look")

	_, err = f.(io.Seeker).Seek(-1, io.SeekEnd)
	require.NoError(t, err)
	last, err := io.ReadAll(f)
	require.NoError(t, err)
	require.Equal(t, want[10_000:], string(last))
	require.Empty(t, server.Requests(), "the last range is still there")

	_, err = f.(io.ReaderAt).ReadAt(header[:10], 1500)
	require.NoError(t, err)
	require.Equal(t, want[1500:1510], string(header[:10]))
	require.Equal(t, []string{"GET source.jpg bytes=1500-5499"}, server.Requests())
}

func TestFilesOfEverySizeAroundTheRangesAreReadWhole(t *testing.T) {
	server, s := newFake(t, s3.Config{FirstRange: 16})
	for _, size := range []int{0, 1, 15, 16, 17, 79, 80, 81, 144, 145, 1000} {
		server.Set("bucket", "x", []byte(content(size)))
		f, err := s.Open(t.Context(), "x")
		require.NoError(t, err, "%d bytes", size)
		require.NoError(t, iotest.TestReader(f, []byte(content(size))), "%d bytes", size)
		require.NoError(t, f.Close())
	}
}

func TestAnEmptyObjectHasSizeTimeAndTag(t *testing.T) {
	_, s := newFake(t, s3.Config{})
	put(t, s, "empty.jpg", "")
	f, err := s.Open(t.Context(), "empty.jpg")
	require.NoError(t, err)
	defer f.Close()
	info, err := f.Stat()
	require.NoError(t, err)
	require.Zero(t, info.Size())
	require.WithinDuration(t, time.Now(), info.ModTime(), time.Minute)
	require.NotEmpty(t, info.(interface{ ETag() string }).ETag())
	n, err := f.Read(make([]byte, 1))
	require.Zero(t, n)
	require.Equal(t, io.EOF, err)
}

func TestAnObjectThatChangesWhileItIsReadIsNeverMixed(t *testing.T) {
	server, s := newFake(t, s3.Config{FirstRange: 100})
	for what, change := range map[string]func(){
		"replaced": func() { server.Set("bucket", "x.jpg", []byte(strings.Repeat("b", 1000))) },
		"shrunk":   func() { server.Set("bucket", "x.jpg", []byte("b")) },
		"removed":  func() { server.Remove("bucket", "x.jpg") },
	} {
		server.Set("bucket", "x.jpg", []byte(strings.Repeat("a", 1000)))
		f, err := s.Open(t.Context(), "x.jpg")
		require.NoError(t, err)
		change()
		got, err := io.ReadAll(f)
		requireFailure(t, err, "replaced or removed")
		require.Equal(t, strings.Repeat("a", 100), string(got), what)
		require.NoError(t, f.Close())
	}
}

func TestReadingTheRestRequestsTheOpenedObject(t *testing.T) {
	server, s := newFake(t, s3.Config{FirstRange: 100})
	server.Set("bucket", "x.jpg", []byte(content(1000)))
	var conditions []string
	server.Break(func(r *http.Request) s3fake.Fault {
		conditions = append(conditions, r.Header.Get("If-Match"))
		return nil
	})
	read(t, s, "x.jpg")
	object, _ := server.Object("bucket", "x.jpg")
	require.Equal(t, []string{"", object.ETag, object.ETag, object.ETag}, conditions)
}

func TestAServerThatIgnoresTheConditionIsDetected(t *testing.T) {
	server, s := newFake(t, s3.Config{FirstRange: 100})
	server.Set("bucket", "x.jpg", []byte(strings.Repeat("a", 1000)))
	f, err := s.Open(t.Context(), "x.jpg")
	require.NoError(t, err)
	defer f.Close()
	server.Set("bucket", "x.jpg", []byte(strings.Repeat("b", 1000)))
	server.Break(s3fake.IgnoreIfMatch)
	got, err := io.ReadAll(f)
	requireFailure(t, err, "replaced or removed")
	require.Equal(t, strings.Repeat("a", 100), string(got))
}

func TestGoroutinesMayShareReadAt(t *testing.T) {
	server, s := newFake(t, s3.Config{FirstRange: 100})
	want := content(3000)
	server.Set("bucket", "x.jpg", []byte(want))
	f, err := s.Open(t.Context(), "x.jpg")
	require.NoError(t, err)
	defer f.Close()
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			p := make([]byte, 300)
			if n, err := f.(io.ReaderAt).ReadAt(p, int64(i*300)); n != 300 || err != nil || string(p) != want[i*300:][:300] {
				t.Errorf("piece %d: %d bytes, %v", i, n, err)
			}
		})
	}
	wg.Wait()
}

func TestTheContextOfOpenCoversReadingTheRest(t *testing.T) {
	server, s := newFake(t, s3.Config{FirstRange: 100})
	server.Set("bucket", "x.jpg", []byte(content(1000)))
	ctx, cancel := context.WithCancel(t.Context())
	f, err := s.Open(ctx, "x.jpg")
	require.NoError(t, err)
	defer f.Close()
	cancel()
	got, err := io.ReadAll(f)
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, got, 100, "what came with Open is there")
}

func TestAClosedFileReturnsErrClosed(t *testing.T) {
	_, s := newFake(t, s3.Config{})
	put(t, s, "x.jpg", "x")
	f, err := s.Open(t.Context(), "x.jpg")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = f.Read(make([]byte, 1))
	require.ErrorIs(t, err, fs.ErrClosed)
	_, err = f.(io.Seeker).Seek(0, io.SeekStart)
	require.ErrorIs(t, err, fs.ErrClosed)
	_, err = f.Stat()
	require.ErrorIs(t, err, fs.ErrClosed)
	require.ErrorIs(t, f.Close(), fs.ErrClosed)
}

func TestAServerThatIgnoresRangesServesThumbnails(t *testing.T) {
	server, s := newFake(t, s3.Config{FirstRange: 100})
	server.Set("bucket", "small", []byte(content(100)))
	server.Set("bucket", "large", []byte(content(101)))
	server.Break(s3fake.IgnoreRange)
	require.Equal(t, content(100), read(t, s, "small"))
	f, err := s.Open(t.Context(), "large")
	require.NoError(t, err)
	defer f.Close()
	got, err := io.ReadAll(f)
	requireFailure(t, err, "ignores ranges")
	require.Equal(t, content(100), string(got))
}
