package main_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/program"
)

// threePresets describe three files for each original.
const threePresets = `{
	"avatar": {"Size": "32x32", "Densities": [1]},
	"card":   {"Size": "60x40", "Method": "fit", "Densities": [1]},
	"hero":   {"Size": "80x", "Method": "scale", "Densities": [1]}
}`

// writePresets writes a presets file.
func writePresets(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "presets.json")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	return path
}

// writePhotos writes small photos of different colors, a hundred in each folder.
func writePhotos(t *testing.T, dir string, n int) {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 120, 90))
	for i := range n {
		for p := range img.Pix {
			img.Pix[p] = byte(p/480*2 + i*7)
		}
		img.SetRGBA(0, 0, color.RGBA{byte(i), byte(i >> 8), 0, 255})
		var b bytes.Buffer
		require.NoError(t, jpeg.Encode(&b, img, nil))
		path := filepath.Join(dir, fmt.Sprintf("%02d", i/100), fmt.Sprintf("%04d.jpg", i))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
	}
}

// stored returns the thumbnails in a directory, with the time when each was written.
func stored(t *testing.T, dir string) map[string]time.Time {
	t.Helper()
	all := map[string]time.Time{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), "\x7f") { // temporary files begin with this byte
			return ignoreGone(err)
		}
		info, err := entry.Info()
		if err == nil {
			key, _ := filepath.Rel(dir, path)
			all[filepath.ToSlash(key)] = info.ModTime()
		}
		return ignoreGone(err)
	}))
	return all
}

// ignoreGone ignores the error for files that are renamed while the directory is read.
func ignoreGone(err error) error {
	if os.IsNotExist(err) {
		return nil
	}
	return err
}

// A job that is killed at any moment resumes where it was: each thumbnail is made once, all thumbnails are
// complete, and no other files are left.
func TestWarmIsKilledAndGoesOn(t *testing.T) {
	const photos, each = 1000, 3
	source, thumbs := t.TempDir(), t.TempDir()
	writePhotos(t, source, photos)
	binary := program.Build(t, ".")
	args := []string{"warm", "-source", source, "-thumbs", thumbs, "-presets", writePresets(t, threePresets)}
	env := append(os.Environ(), "THUMBNAIL_KEY="+testKey)

	killed := exec.Command(binary, args...)
	killed.Env = env
	require.NoError(t, killed.Start())
	for deadline := time.Now().Add(time.Minute); len(stored(t, thumbs)) < photos*each/3; time.Sleep(20 * time.Millisecond) {
		require.True(t, time.Now().Before(deadline), "it makes nothing")
	}
	require.NoError(t, killed.Process.Kill())
	require.Error(t, killed.Wait(), "it was killed while it worked")
	before := stored(t, thumbs)
	require.Less(t, len(before), photos*each)

	stdout, stderr, status := program.Run(t, binary, []string{"THUMBNAIL_KEY=" + testKey}, args...)
	require.Zero(t, status, stderr)
	require.Equal(t, fmt.Sprintf("%d originals: generated %d thumbnails, %d already existed, 0 failed.\n", photos, photos*each-len(before), len(before)), stdout)
	after := stored(t, thumbs)
	require.Len(t, after, photos*each)
	for key, modified := range before {
		require.Equal(t, modified, after[key], "%s was made twice", key)
	}
	for key := range after {
		f, err := os.Open(filepath.Join(thumbs, key))
		require.NoError(t, err)
		_, err = jpeg.Decode(f)
		require.NoError(t, err, key)
		require.NoError(t, f.Close())
	}

	stdout, _, status = program.Run(t, binary, []string{"THUMBNAIL_KEY=" + testKey}, args...)
	require.Zero(t, status)
	require.Contains(t, stdout, "generated 0 thumbnails, 3000 already existed")
	require.Equal(t, after, stored(t, thumbs))
}

func TestWarmGoesOnAfterABrokenOriginal(t *testing.T) {
	source, thumbs := t.TempDir(), t.TempDir()
	writePhotos(t, source, 3)
	require.NoError(t, os.WriteFile(filepath.Join(source, "broken.jpg"), []byte("no picture"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(source, "notes.txt"), []byte("no picture"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(source, `back\slash.jpg`), nil, 0o644))
	args := []string{"warm", "-source", source, "-thumbs", thumbs, "-presets", writePresets(t, threePresets), "-key", testKey}
	stdout, stderr, status := program.Run(t, program.Build(t, "."), nil, args...)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "broken.jpg: ")
	require.NotContains(t, stderr, "notes.txt")
	require.Equal(t, "4 originals: generated 9 thumbnails, 0 already existed, 3 failed.\nSkipped: 1 (unreadable, or with a name that cannot appear in a URL).\n", stdout)
	require.Len(t, stored(t, thumbs), 9)

	stdout, _, status = program.Run(t, program.Build(t, "."), nil, append(args, "-describe")...)
	require.Equal(t, 1, status)
	require.Contains(t, stdout, "4 originals: generated 9 thumbnails, 0 already existed, 1 failed.", "with a version in their URLs they are others")
}
