package s3_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage/s3"
	"github.com/rest-thumbnails/thumbnail/storage/s3/internal/s3fake"
)

// operations are all operations of a Storage.
var operations = map[string]func(context.Context, *s3.Storage) error{
	"open": func(ctx context.Context, s *s3.Storage) error { _, err := s.Open(ctx, "a/x.jpg"); return err },
	"put":  func(ctx context.Context, s *s3.Storage) error { return s.Put(ctx, "a/x.jpg", strings.NewReader("x")) },
	"remove": func(ctx context.Context, s *s3.Storage) error {
		return s.RemoveAll(ctx, "a")
	},
}

func TestOnlyAMissingKeyMatchesErrNotExist(t *testing.T) {
	server, s := newFake(t, s3.Config{})
	_, err := s.Open(t.Context(), "a/x.jpg")
	requireMissing(t, err)
	require.Len(t, server.Requests(), 1, "an absent key is not asked for again")

	for what, c := range map[string]struct {
		fault s3fake.Fault
		says  string
	}{
		"bucket":          {s3fake.Status(http.StatusNotFound, "NoSuchBucket"), "NoSuchBucket"},
		"upload":          {s3fake.Status(http.StatusNotFound, "NoSuchUpload"), "NoSuchUpload"},
		"a proxy's 404":   {s3fake.Page(http.StatusNotFound), "404"},
		"a bare 404":      {s3fake.Bare(http.StatusNotFound), "404"},
		"access":          {s3fake.Status(http.StatusForbidden, "AccessDenied"), "AccessDenied"},
		"signature":       {s3fake.Status(http.StatusForbidden, "SignatureDoesNotMatch"), "SignatureDoesNotMatch"},
		"archived":        {s3fake.Status(http.StatusForbidden, "InvalidObjectState"), "InvalidObjectState"},
		"another region":  {s3fake.Status(http.StatusMovedPermanently, "PermanentRedirect"), "PermanentRedirect"},
		"not implemented": {s3fake.Status(http.StatusNotImplemented, "NotImplemented"), "NotImplemented"},
		"a proxy's 400":   {s3fake.Page(http.StatusBadRequest), "400"},
	} {
		for name, operation := range operations {
			t.Run(what+"/"+name, func(t *testing.T) {
				server.Break(func(*http.Request) s3fake.Fault { return c.fault })
				requireFailure(t, operation(t.Context(), s), c.says, `in bucket "bucket"`)
			})
		}
	}
}

func TestErrorsCanBeBranchedOn(t *testing.T) {
	server, s := newFake(t, s3.Config{})
	for name, operation := range operations {
		server.BreakNext(1, s3fake.Status(http.StatusForbidden, "AccessDenied"))
		server.Requests()
		err := operation(t.Context(), s)
		require.ErrorIs(t, err, fs.ErrPermission, name)
		var api smithy.APIError
		require.ErrorAs(t, err, &api, name)
		require.Equal(t, "AccessDenied", api.ErrorCode())
		require.Len(t, server.Requests(), 1, "%s: refused access is not asked for again", name)
	}
}

func TestACanceledContextSendsNothing(t *testing.T) {
	server, s := newFake(t, s3.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, operation := range operations {
		err := operation(ctx, s)
		requireFailure(t, err)
		require.ErrorIs(t, err, context.Canceled, name)
	}
	require.Empty(t, server.Requests())
}

func TestFailuresOfTheClientDoNotMatchErrNotExist(t *testing.T) {
	server := s3fake.New()
	url := server.URL
	server.Close() // no process listens at the address any more
	for name, operation := range operations {
		refused := openAt(t, s3.Endpoint{URL: url, AccessKey: "a", SecretKey: "s"}, "bucket", s3.Config{Timeout: 200 * time.Millisecond})
		err := operation(t.Context(), refused)
		requireFailure(t, err, "connection refused")
		require.ErrorIs(t, err, context.DeadlineExceeded, name)

		// Credentials usually come from files, and the error for a missing file matches fs.ErrNotExist.
		keyless, err := s3.New(awss3.New(awss3.Options{
			Region:       "us-east-1",
			BaseEndpoint: aws.String(url),
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				_, err := os.Open("/no/such/token")
				return aws.Credentials{}, fmt.Errorf("read token: %w", err)
			}),
		}), "bucket", s3.Config{Timeout: 200 * time.Millisecond})
		require.NoError(t, err)
		requireFailure(t, operation(t.Context(), keyless), "/no/such/token")
		_, err = keyless.URL(t.Context(), "x.jpg")
		requireFailure(t, err, "/no/such/token")
	}
}

func TestTheErrorOfTheReaderIsTheErrorOfPutAndNothingIsSent(t *testing.T) {
	server, s := newFake(t, s3.Config{MaxPutBytes: 1000})
	put(t, s, "x.jpg", "old")
	server.Requests()
	broken := errors.New("broken encoder")
	require.ErrorIs(t, s.Put(t.Context(), "x.jpg", failing(500, broken)), broken)
	requireFailure(t, s.Put(t.Context(), "x.jpg", strings.NewReader(content(1001))), "Config.MaxPutBytes")
	ctx, cancel := context.WithCancel(t.Context())
	require.ErrorIs(t, s.Put(ctx, "x.jpg", readerFunc(func(p []byte) (int, error) { cancel(); return len(p) / 2, nil })), context.Canceled)
	require.Empty(t, server.Requests())
	require.Equal(t, "old", read(t, s, "x.jpg"))
	put(t, s, "x.jpg", content(1000))
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// failing returns n bytes and then err.
func failing(n int, err error) readerFunc {
	return func(p []byte) (int, error) {
		if n == 0 {
			return 0, err
		}
		m := min(n, len(p))
		n -= m
		return m, nil
	}
}
