package s3_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage/s3"
	"github.com/rest-thumbnails/thumbnail/storage/s3/internal/s3fake"
)

// unavailable is S3's response when it is overloaded.
var unavailable = s3fake.Status(http.StatusServiceUnavailable, "SlowDown")

func TestTransientFaultsAreRetried(t *testing.T) {
	for what, fault := range map[string]s3fake.Fault{
		"503":                     unavailable,
		"500":                     s3fake.Status(http.StatusInternalServerError, "InternalError"),
		"502 of a proxy":          s3fake.Page(http.StatusBadGateway),
		"504 without a word":      s3fake.Bare(http.StatusGatewayTimeout),
		"429":                     s3fake.Bare(http.StatusTooManyRequests),
		"slow request":            s3fake.Status(http.StatusBadRequest, "RequestTimeout"),
		"reset":                   s3fake.Reset(0),
		"reset after some bytes":  s3fake.Reset(1000),
		"answer lost":             s3fake.Lost,
		"answer cut":              s3fake.Cut(10),
		"no answer":               s3fake.Hang,
		"answer stops in between": s3fake.HangAfter(10),
	} {
		t.Run(what, func(t *testing.T) {
			server, s := newFake(t, s3.Config{StallTimeout: 100 * time.Millisecond})
			server.BreakNext(2, fault)
			put(t, s, "a/x.jpg", content(300_000))
			object, _ := server.Object("bucket", "a/x.jpg")
			require.Equal(t, content(300_000), string(object.Data))

			server.BreakNext(2, fault)
			require.Equal(t, content(300_000), read(t, s, "a/x.jpg"))

			server.BreakNext(2, fault)
			require.NoError(t, s.RemoveAll(t.Context(), "a"))
			require.Empty(t, server.Keys("bucket"))
		})
	}
}

func TestReadingTheRestIsRetriedToo(t *testing.T) {
	server, s := newFake(t, s3.Config{FirstRange: 1000, StallTimeout: 200 * time.Millisecond})
	server.Set("bucket", "source.jpg", []byte(content(20_000)))
	for _, fault := range []s3fake.Fault{unavailable, s3fake.Reset(0), s3fake.Cut(1500), s3fake.HangAfter(1500)} {
		n := 0
		server.Break(func(*http.Request) s3fake.Fault {
			if n++; n%2 == 0 {
				return fault
			}
			return nil
		})
		require.Equal(t, content(20_000), read(t, s, "source.jpg"))
	}
}

func TestAConflictIsRetriedAFewTimes(t *testing.T) {
	server, s := newFake(t, s3.Config{})
	conflict := s3fake.Status(http.StatusConflict, "ExistingObjectIsDirectory")
	server.BreakNext(2, conflict)
	put(t, s, "x.jpg", "content")
	server.Requests()
	server.Break(func(*http.Request) s3fake.Fault { return conflict })
	requireFailure(t, s.Put(t.Context(), "x.jpg", strings.NewReader("new")), "ExistingObjectIsDirectory")
	require.Len(t, server.Requests(), 4)
}

func TestTwoSecondsOfUnavailabilityAreBridged(t *testing.T) {
	server, s := newFake(t, s3.Config{})
	server.BreakFor(2*time.Second, unavailable)
	put(t, s, "x.jpg", "content")
	require.Equal(t, "content", read(t, s, "x.jpg"))
	require.Less(t, len(server.Requests()), 20, "the pauses grow")
}

func TestTheErrorOfAnOutageNamesItsCause(t *testing.T) {
	for what, c := range map[string]struct {
		fault s3fake.Fault
		says  string
	}{
		"503":     {unavailable, "SlowDown"},
		"hang":    {s3fake.Hang, "stalled"},
		"reset":   {s3fake.Reset(0), "request send failed"},
		"cut put": {s3fake.Reset(100), "request send failed"},
	} {
		for name, operation := range operations {
			t.Run(what+"/"+name, func(t *testing.T) {
				server, s := newFake(t, s3.Config{Timeout: 500 * time.Millisecond, StallTimeout: 150 * time.Millisecond})
				server.Set("bucket", "a/x.jpg", []byte("old"))
				server.Break(func(*http.Request) s3fake.Fault { return c.fault })
				err := within(t, 10*time.Second, func(ctx context.Context) error { return operation(ctx, s) })
				requireFailure(t, err, "gave up", c.says)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				object, _ := server.Object("bucket", "a/x.jpg")
				require.Equal(t, "old", string(object.Data))
				require.Less(t, len(server.Requests()), 15)
			})
		}
	}
}

func TestTheContextEndsRetriesEarlier(t *testing.T) {
	for what, fault := range map[string]s3fake.Fault{"503": unavailable, "hang": s3fake.Hang} {
		for name, operation := range operations {
			t.Run(what+"/"+name, func(t *testing.T) {
				server, s := newFake(t, s3.Config{Timeout: time.Hour, StallTimeout: time.Hour})
				server.Break(func(*http.Request) s3fake.Fault { return fault })
				err := within(t, 10*time.Second, func(ctx context.Context) error {
					ctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
					defer cancel()
					return operation(ctx, s)
				})
				requireFailure(t, err)
				require.ErrorIs(t, err, context.DeadlineExceeded)

				err = within(t, 10*time.Second, func(ctx context.Context) error {
					ctx, cancel := context.WithCancel(ctx)
					time.AfterFunc(100*time.Millisecond, cancel)
					return operation(ctx, s)
				})
				requireFailure(t, err)
				require.ErrorIs(t, err, context.Canceled)
			})
		}
	}
}

func TestAnInterruptedPutIsInvisible(t *testing.T) {
	server, s := newFake(t, s3.Config{Timeout: 500 * time.Millisecond})
	server.Set("bucket", "old.jpg", []byte("old"))
	server.Break(func(*http.Request) s3fake.Fault { return s3fake.Reset(100_000) })
	for _, key := range []string{"old.jpg", "new.jpg"} {
		requireFailure(t, s.Put(t.Context(), key, strings.NewReader(content(200_000))), "request send failed")
	}
	require.Equal(t, []string{"old.jpg"}, server.Keys("bucket"))
	old, _ := server.Object("bucket", "old.jpg")
	require.Equal(t, "old", string(old.Data))
}

func TestASlowConnectionIsNotAStalledOne(t *testing.T) {
	server, s := newFake(t, s3.Config{StallTimeout: time.Second})
	server.Set("bucket", "x.jpg", []byte(content(12_000)))
	server.Break(func(*http.Request) s3fake.Fault { return s3fake.Trickle(1000, 100*time.Millisecond) })
	require.Equal(t, content(12_000), read(t, s, "x.jpg"), "in 1.2 seconds")
	require.Len(t, server.Requests(), 1)
}
