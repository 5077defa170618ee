package main_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/program"
	"github.com/stretchr/testify/require"
)

func TestProgramRefusesOverlapAndMakesNothing(t *testing.T) {
	dir := t.TempDir()
	_, stderr, status := program.Run(t, program.Build(t, "."), nil, "-addr", "127.0.0.1:0", "-source", dir, "-thumbs", filepath.Join(dir, "thumbs"))
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "overlap")
	require.NoDirExists(t, filepath.Join(dir, "thumbs"))

	// Without -thumbs the thumbnails would be in a temporary directory.
	temporary := filepath.Join(dir, "tmp")
	require.NoError(t, os.Mkdir(temporary, 0o755))
	_, stderr, status = program.Run(t, program.Build(t, "."), []string{"TMPDIR=" + temporary}, "-addr", "127.0.0.1:0", "-source", dir)
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "overlap")
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	require.Empty(t, left)
}
