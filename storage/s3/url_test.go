package s3_test

import (
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage/s3"
	"github.com/stretchr/testify/require"
)

func TestAPublicURLIsEscapedDownToUnreservedBytes(t *testing.T) {
	for _, base := range []string{"https://cdn.example.com/t", "https://cdn.example.com/t/"} {
		t.Run(base, func(t *testing.T) {
			_, s := newFake(t, s3.Config{Prefix: "thumbs", PublicURL: base})
			got, err := s.URL(t.Context(), "a b+c%2F#?&'/猫~_-.jpg")
			require.NoError(t, err)
			require.Equal(t, "https://cdn.example.com/t/thumbs/a%20b%2Bc%252F%23%3F%26%27/%E7%8C%AB~_-.jpg", got)
			_, err = s.URL(t.Context(), "../x")
			require.ErrorIs(t, err, fs.ErrInvalid)
		})
	}
}

func TestAPresignedURLWorksForAnybodyForItsTime(t *testing.T) {
	server, s := newFake(t, s3.Config{Prefix: "thumbs", PresignTTL: time.Minute})
	checkPresigned(t, s, "a b+c%2F#?&'/猫~_-.jpg")
	server.Requests()

	address, err := s.URL(t.Context(), "x.jpg")
	require.NoError(t, err)
	require.Empty(t, server.Requests(), "presigning asks nobody")
	u, err := url.Parse(address)
	require.NoError(t, err)
	require.Equal(t, "60", u.Query().Get("X-Amz-Expires"))
	require.Equal(t, "host", u.Query().Get("X-Amz-SignedHeaders"), "a browser sends no header of ours")

	for _, ttl := range []time.Duration{-1, 0, time.Millisecond, 7*24*time.Hour + 1} {
		_, err = s.Presign(t.Context(), "x.jpg", ttl)
		require.Error(t, err, "%v", ttl)
	}
	_, err = s.Presign(t.Context(), "a//b", time.Minute)
	require.ErrorIs(t, err, fs.ErrInvalid)
}

// checkPresigned stores an object at key and downloads it without credentials.
func checkPresigned(t testing.TB, s *s3.Storage, key string) http.Header {
	t.Helper()
	put(t, s, key, "content of "+key)
	address, err := s.Presign(t.Context(), key, time.Minute)
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(address)
	require.NoError(t, err)
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, string(got))
	require.Equal(t, "content of "+key, string(got))

	other, err := client.Get(strings.Replace(address, "?", "x?", 1))
	require.NoError(t, err)
	other.Body.Close()
	require.NotEqual(t, http.StatusOK, other.StatusCode)
	return response.Header
}
