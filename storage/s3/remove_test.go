package s3_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage/s3"
	"github.com/rest-thumbnails/thumbnail/storage/s3/internal/s3fake"
)

func TestRemoveAllListsAndDeletesAThousandAtOnce(t *testing.T) {
	server, s := newFake(t, s3.Config{Prefix: "thumbs"})
	for i := range 2500 {
		server.Set("bucket", fmt.Sprintf("thumbs/a.jpg/%d/x.jpg", i), nil)
	}
	others := []string{"a.jpg/1/x.jpg", "thumbs/a.jpg", "thumbs/a.jpg2/x.jpg", "thumbs/a.jp/x.jpg", "thumbs/b/a.jpg/x.jpg"}
	for _, key := range others {
		server.Set("bucket", key, nil)
	}
	require.NoError(t, s.RemoveAll(t.Context(), "a.jpg"))
	require.ElementsMatch(t, others, server.Keys("bucket"))
	page := []string{"LIST thumbs/a.jpg/", "DELETE-MANY"}
	require.Equal(t, append(append(page, page...), page...), server.Requests())

	require.NoError(t, s.RemoveAll(t.Context(), "a.jpg"), "nothing there is no error")
	require.Equal(t, page[:1], server.Requests())
}

func TestRemoveAllNeverTakesAnEmptyPrefix(t *testing.T) {
	server, s := newFake(t, s3.Config{Prefix: "thumbs"})
	put(t, s, "x.jpg", "x")
	server.Requests()
	for _, prefix := range []string{"", "/", ".", "..", "a/..", "a/", "/a", "a//b"} {
		require.ErrorIs(t, s.RemoveAll(t.Context(), prefix), fs.ErrInvalid, "%q", prefix)
	}
	require.Empty(t, server.Requests())
}

func TestRemoveAllRemovesWhatItCanAndReportsTheRest(t *testing.T) {
	server, s := newFake(t, s3.Config{})
	for i := range 1500 {
		server.Set("bucket", fmt.Sprintf("a/%04d.jpg", i), nil)
	}
	for i := range 12 {
		server.Set("bucket", fmt.Sprintf("a/0100-locked-%02d.jpg", i), nil)
	}
	err := s.RemoveAll(t.Context(), "a")
	requireFailure(t, err, "12 objects", "a/0100-locked-00.jpg", "AccessDenied", "WORM")
	require.Len(t, server.Keys("bucket"), 12)
}

func TestRemoveAllRetriesKeysThatFailTemporarily(t *testing.T) {
	server, s := newFake(t, s3.Config{})
	for _, key := range []string{"a/1.jpg", "a/flaky1.jpg", "a/flaky2.jpg", "a/flaky3.jpg", "a/locked.jpg"} {
		server.Set("bucket", key, nil)
	}
	requireFailure(t, s.RemoveAll(t.Context(), "a"), "1 objects", "a/locked.jpg")
	require.Equal(t, []string{"a/locked.jpg"}, server.Keys("bucket"))
	require.Equal(t, []string{"LIST a/", "DELETE-MANY", "DELETE-MANY"}, server.Requests())
}

func TestWhatAnotherRemovesMeanwhileIsNoFailure(t *testing.T) {
	server, s := newFake(t, s3.Config{})
	for _, key := range []string{"a/1.jpg", "a/vanished.jpg"} {
		server.Set("bucket", key, nil)
	}
	require.NoError(t, s.RemoveAll(t.Context(), "a"))
	require.Equal(t, []string{"LIST a/", "DELETE-MANY"}, server.Requests())
}

// Other programs may have stored these keys: S3 accepts every character, but XML does not.
var oddNames = []string{"a b+c%2F&<>.jpg", "猫😀.jpg", "\ufffe.jpg", "tab\there", "line\r\nbreak", "\x01", `back\slash`, "trailing/", "%zz"}

func TestRemoveAllRemovesKeysOfEverySpelling(t *testing.T) {
	server, s := newFake(t, s3.Config{})
	for _, name := range oddNames {
		server.Set("bucket", "a b+c%/"+name, nil)
	}
	server.Set("bucket", "a b c%/x", nil)
	require.NoError(t, s.RemoveAll(t.Context(), "a b+c%"))
	require.Equal(t, []string{"a b c%/x"}, server.Keys("bucket"))
}

func TestRemoveAllReportsFailuresFromBeforeAnError(t *testing.T) {
	server, s := newFake(t, s3.Config{})
	for i := range 1500 {
		server.Set("bucket", fmt.Sprintf("a/locked-%04d.jpg", i), nil)
	}
	deletes := 0
	server.Break(func(r *http.Request) s3fake.Fault {
		if r.Method == http.MethodPost {
			deletes++
		}
		if deletes > 0 && r.Method == http.MethodGet {
			return s3fake.Status(http.StatusForbidden, "AccessDenied")
		}
		return nil
	})
	err := s.RemoveAll(t.Context(), "a")
	require.ErrorIs(t, err, fs.ErrPermission)
	requireFailure(t, err, "list", "1000 objects")
	require.LessOrEqual(t, strings.Count(err.Error(), "WORM"), 10)
}

func TestRemoveAllContinuesAfterAKeyWithASeparateRequest(t *testing.T) {
	server, s := newFake(t, s3.Config{})
	for _, key := range []string{"a/\x01.jpg", "a/1.jpg", "a/2.jpg"} {
		server.Set("bucket", key, nil)
	}
	server.Break(func(r *http.Request) s3fake.Fault {
		if r.Method == http.MethodDelete {
			return s3fake.Status(http.StatusForbidden, "AccessDenied")
		}
		return nil
	})
	requireFailure(t, s.RemoveAll(t.Context(), "a"), "1 objects", "AccessDenied")
	require.Equal(t, []string{"a/\x01.jpg"}, server.Keys("bucket"))
}
