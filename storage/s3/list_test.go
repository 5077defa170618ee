package s3_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/rest-thumbnails/thumbnail/storage/s3"
	"github.com/stretchr/testify/require"
)

// keysOf collects the keys that List returns.
func keysOf(t *testing.T, s *s3.Storage) (keys []string) {
	t.Helper()
	for entry, err := range s.List(t.Context(), "") {
		require.NoError(t, err)
		keys = append(keys, entry.Key)
	}
	return keys
}

func TestListYieldsTheKeysUnderThePrefixInOrder(t *testing.T) {
	server, s := newFake(t, s3.Config{Prefix: "photos"})
	for _, name := range []string{"photos/b/é +%.jpg", "photos/a.jpg", "photos/folder/", "photos2/c.jpg", "a.jpg"} {
		server.Set("bucket", name, []byte("x"))
	}
	require.Equal(t, []string{"a.jpg", "b/é +%.jpg"}, keysOf(t, s))
}

func TestListRequestsPagesOfAThousandAndStopsWithItsLoop(t *testing.T) {
	server, s := newFake(t, s3.Config{})
	var want []string
	for i := range 2500 {
		want = append(want, fmt.Sprintf("%04d.jpg", i))
		server.Set("bucket", want[i], nil)
	}
	require.True(t, slices.Equal(want, keysOf(t, s)))
	require.Equal(t, []string{"LIST ", "LIST ", "LIST "}, server.Requests())

	for entry := range s.List(t.Context(), "") {
		require.Equal(t, "0000.jpg", entry.Key)
		break
	}
	require.Equal(t, []string{"LIST "}, server.Requests())
}

func TestListEndsWithAnError(t *testing.T) {
	server, _ := newFake(t, s3.Config{})
	s := openAt(t, fakeEndpoint(server), "absent", s3.Config{})
	n := 0
	for _, err := range s.List(t.Context(), "") {
		n++
		requireFailure(t, err, "NoSuchBucket")
	}
	require.Equal(t, 1, n)
}

func TestOnARealServerListYieldsEveryKey(t *testing.T) {
	s := newBucket(t, startReal(t), s3.Config{Prefix: "photos"})
	require.Empty(t, keysOf(t, s))
	want := []string{"a b+c%2F#?&.jpg", "animals/dogs.jpg", "z/猫.jpg"}
	for _, key := range want {
		put(t, s, key, "x")
	}
	require.Equal(t, want, keysOf(t, s))
}
