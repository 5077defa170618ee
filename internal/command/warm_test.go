package command

import (
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// originals makes a directory with a picture and a file that is not a picture, and a presets file. It
// returns the flags for both.
func originals(t *testing.T) (flags []string, presets, thumbs string) {
	dir := t.TempDir()
	source := filepath.Join(dir, "photos")
	require.NoError(t, os.Mkdir(source, 0o755))
	f, err := os.Create(filepath.Join(source, "good.jpg"))
	require.NoError(t, err)
	require.NoError(t, jpeg.Encode(f, image.NewGray(image.Rect(0, 0, 90, 60)), nil))
	require.NoError(t, f.Close())
	require.NoError(t, os.WriteFile(filepath.Join(source, "notes.jpg"), []byte("notes"), 0o644))
	presets = filepath.Join(dir, "presets.json")
	require.NoError(t, os.WriteFile(presets, []byte(presetsExample), 0o644))
	thumbs = filepath.Join(dir, "thumbs")
	return []string{"-source", source, "-thumbs", thumbs, "-key", testKey}, presets, thumbs
}

func TestAFailureIsReportedOncePerOriginal(t *testing.T) {
	flags, presets, _ := originals(t)
	for _, more := range [][]string{nil, {"-describe"}} {
		stdout, stderr, status := called(t, nil, append(append([]string{"warm", "-presets", presets}, flags...), more...)...)
		require.Equal(t, 1, status)
		require.Contains(t, stdout, "2 originals: generated ")
		require.Equal(t, 1, strings.Count(stderr, `notes.jpg: read image header: unknown image format: the file begins with "notes"`+"\n"), stderr)
		require.Equal(t, 1, strings.Count(stderr, "notes.jpg"), stderr)
	}
}

func TestPruneRemovesThumbnailsThatWereNotUsedForLong(t *testing.T) {
	flags, presets, thumbs := originals(t)
	_, _, status := called(t, nil, append([]string{"warm", "-presets", presets}, flags...)...)
	require.Equal(t, 1, status)
	prune := func(args ...string) string {
		stdout, stderr, status := called(t, nil, append(append([]string{"prune"}, flags...), args...)...)
		require.Zero(t, status, stderr)
		return stdout
	}
	require.Contains(t, prune("-max-age", "1h"), "Removed 0 thumbnails (0 bytes), kept 4 ")
	n := 0
	require.NoError(t, filepath.WalkDir(thumbs, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && n < 3 {
			n++
			err = os.Chtimes(path, time.Now().Add(-2*time.Hour), time.Now().Add(-2*time.Hour))
		}
		return err
	}))
	require.Contains(t, prune("-max-age", "1h", "-dry-run"), "Would remove 3 thumbnails ")
	require.Contains(t, prune("-max-age", "1h"), "Removed 3 thumbnails ")
	require.Contains(t, prune(), "kept 1 ")
}
