package main_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/program"
)

func TestTheDoctorTellsWhatIsWrong(t *testing.T) {
	binary := program.Build(t, ".")
	server := program.Start(t, binary, nil, "-addr", "127.0.0.1:0", "-key", testKey)
	for _, public := range []string{strings.TrimSuffix(server.URL, "/"), server.URL, server.URL + "thumbs", server.URL + "thumbs/"} {
		stdout, stderr, status := program.Run(t, binary, nil, "doctor", public, "-key", testKey)
		require.Equal(t, 1, status, stderr)
		require.Contains(t, stdout, "animals/dogs.jpg")
		require.Contains(t, stdout, "The second request still reached the handler", "there is no web server in front of it")
		require.Equal(t, 2, strings.Count(stdout, "\n"), "nothing else is wrong: %s", stdout)
	}
	stdout, _, status := program.Run(t, binary, nil, "doctor", server.URL, "-key", "another key, which is long enough")
	require.Equal(t, 1, status)
	require.Contains(t, stdout, "different key or signer")
	stdout, _, status = program.Run(t, binary, nil, "doctor", server.URL, "-key", testKey, "-signer", "django")
	require.Equal(t, 1, status)
	require.Contains(t, stdout, "different key or signer")
	stdout, _, status = program.Run(t, binary, nil, "doctor", server.URL+"photos/", "-key", testKey)
	require.Equal(t, 1, status)
	require.Contains(t, stdout, "got 404")

	_, stderr, status := program.Run(t, binary, nil, "doctor", server.URL, "-key", testKey, "-source", t.TempDir())
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "no pictures in")
	_, stderr, status = program.Run(t, binary, nil, "doctor", server.URL)
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "THUMBNAIL_KEY is required")
	_, stderr, status = program.Run(t, binary, nil, "doctor", "ftp://host", "-key", testKey)
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "http://")
	server.Stop(t)
}
