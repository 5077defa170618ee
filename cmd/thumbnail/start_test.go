package main_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/program"
	"github.com/stretchr/testify/require"
)

func TestProgramThatCannotStartSaysWhy(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer busy.Close()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	binary := program.Build(t, ".")
	temporary := t.TempDir()

	for _, c := range []struct {
		args, says string
		status     int
	}{
		{"-addr " + busy.Addr().String(), "address already in use", 1},
		{"-addr nonsense", "nonsense", 2},
		{"-key short", "-key", 2},
		{"-source " + file, "-source", 1},
		{"-source " + file + ".absent", "-source", 1},
		{"-thumbs " + file, "-thumbs", 1},
		{"-lock file:" + file, "-lock", 1},
		{"-storage s3://thumbs", "AWS_ACCESS_KEY_ID", 1},
		{"-source s3://photos", "AWS_SECRET_ACCESS_KEY", 1},
		{"-source s3://bucket/a -storage s3://bucket/a/thumbs", "overlap", 2},
		{"-wait soon", "soon", 2},
	} {
		stdout, stderr, status := program.Run(t, binary, []string{"TMPDIR=" + temporary, "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY="}, strings.Fields("-addr 127.0.0.1:0 "+c.args)...)
		require.Equal(t, c.status, status, "%s: %s", c.args, stderr)
		require.Contains(t, stderr, c.says)
		require.Empty(t, stdout)
	}
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	require.Empty(t, left, "no temporary directory is left behind")
}
