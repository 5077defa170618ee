package main_test

import (
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/program"
)

// site is a source of three photos with thumbnails in three presets, and the flags for both directories.
func site(t *testing.T) (source, thumbs string, flags []string) {
	t.Helper()
	source, thumbs = t.TempDir(), t.TempDir()
	writePhotos(t, source, 3)
	flags = []string{"-source", source, "-thumbs", thumbs, "-key", testKey}
	_, stderr, status := program.Run(t, program.Build(t, "."), nil, append([]string{"warm", "-presets", writePresets(t, threePresets)}, flags...)...)
	require.Zero(t, status, stderr)
	require.Len(t, stored(t, thumbs), 9)
	return source, thumbs, flags
}

func TestPruneRemovesWhatNobodyNeeds(t *testing.T) {
	binary := program.Build(t, ".")
	source, thumbs, flags := site(t)
	prune := func(args ...string) (stdout string) {
		t.Helper()
		stdout, stderr, status := program.Run(t, binary, nil, append(append([]string{"prune"}, flags...), args...)...)
		require.Zero(t, status, stderr)
		return stdout
	}
	require.Contains(t, prune(), "Removed 0 thumbnails (0 bytes), kept 9")
	require.NoError(t, os.Remove(filepath.Join(source, "00", "0000.jpg")))
	before := stored(t, thumbs)
	require.Contains(t, prune("-dry-run"), "Would remove 3 thumbnails")
	require.Contains(t, prune("-dry-run", "-presets", writePresets(t, `{"avatar": {"Size": "32x32"}}`)), "Would remove 7 thumbnails")
	require.Contains(t, prune("-dry-run", "-max-bytes", "1"), "Would remove 9 thumbnails")
	require.Contains(t, prune("-dry-run", "-max-age", "1ns"), "Would remove 9 thumbnails")
	require.Contains(t, prune("-dry-run", "-describe"), "Would remove 9 thumbnails", "they have no version")
	require.Contains(t, prune("-keep-orphans"), "Removed 0 thumbnails")
	require.Equal(t, before, stored(t, thumbs), "a dry run deletes nothing")

	require.Contains(t, prune(), "Removed 3 thumbnails")
	require.Len(t, stored(t, thumbs), 6)
	require.Contains(t, prune("-presets", writePresets(t, `{"avatar": {"Size": "32x32"}}`)), "Removed 4 thumbnails")
	require.Len(t, stored(t, thumbs), 2)
	require.Contains(t, prune("-max-bytes", "1"), "Removed 2 thumbnails")
	require.Empty(t, stored(t, thumbs))
	require.NoError(t, os.WriteFile(filepath.Join(thumbs, "notes.txt"), nil, 0o644))
	require.Contains(t, prune("-max-bytes", "1"), "Removed 0 thumbnails", "what is no thumbnail stays")
	require.FileExists(t, filepath.Join(thumbs, "notes.txt"))
}

func TestPruneAfterANewKey(t *testing.T) {
	binary := program.Build(t, ".")
	_, thumbs, flags := site(t)
	args := append(append([]string{"prune"}, flags[:4]...), "-key", "another key, which is long enough")
	_, stderr, status := program.Run(t, binary, nil, args...)
	require.Zero(t, status)
	require.Contains(t, stderr, "No thumbnails in "+thumbs+" are signed with this key.")
	args = append(args, "-old-key", testKey)
	stdout, _, status := program.Run(t, binary, nil, args...)
	require.Zero(t, status)
	require.Contains(t, stdout, "kept 9")
	stdout, _, status = program.Run(t, binary, nil, append(args, "-drop-old-key")...)
	require.Zero(t, status)
	require.Contains(t, stdout, "Removed 9 thumbnails")
}

func TestPruneRefusesASourceThatIsNotMounted(t *testing.T) {
	_, thumbs, flags := site(t)
	flags[1] = t.TempDir()
	_, stderr, status := program.Run(t, program.Build(t, "."), nil, append([]string{"prune"}, flags...)...)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "is it mounted? Nothing was removed")
	require.Len(t, stored(t, thumbs), 9)
}

func TestPruneKeepsThumbnailsOfTheVersionThatIs(t *testing.T) {
	binary := program.Build(t, ".")
	source, thumbs, flags := site(t)
	_, stderr, status := program.Run(t, binary, nil, append([]string{"warm", "-describe", "-presets", writePresets(t, threePresets)}, flags...)...)
	require.Zero(t, status, stderr)
	require.Len(t, stored(t, thumbs), 18)
	writePhotos(t, source, 1) // the same photo as before
	require.NoError(t, os.Rename(filepath.Join(source, "00", "0001.jpg"), filepath.Join(source, "00", "0002.jpg")))
	stdout, _, status := program.Run(t, binary, nil, append([]string{"prune", "-describe"}, flags...)...)
	require.Zero(t, status)
	require.Contains(t, stdout, "Removed 15 thumbnails", "9 without a version, 3 of the first content of 0002, and 3 of 0001, which is gone")
}

// While thumbnails are removed again and again, visitors request others: each response is complete.
func TestPruneToAQuotaUnderLoadBreaksNoResponse(t *testing.T) {
	binary := program.Build(t, ".")
	source, thumbs := t.TempDir(), t.TempDir()
	writePhotos(t, source, 20)
	server := program.Start(t, binary, nil, "serve", "-addr", "127.0.0.1:0", "-source", source, "-thumbs", thumbs, "-key", testKey)
	var links []string
	for i := range 20 {
		links = append(links, join(server.URL, link(t, fmt.Sprintf("00/%04d.jpg", i), "60x40")))
	}
	var done atomic.Bool
	var visitors sync.WaitGroup
	var answers atomic.Int64
	failures := make(chan error, 4)
	for v := range 4 {
		visitors.Go(func() {
			for i := v; !done.Load(); i += 3 {
				if err := visit(links[i%len(links)]); err != nil {
					failures <- err
					return
				}
				answers.Add(1)
			}
		})
	}
	removed := 0
	for range 6 {
		for start := answers.Load(); answers.Load() < start+100 && len(failures) == 0; {
			time.Sleep(5 * time.Millisecond)
		}
		stdout, stderr, status := program.Run(t, binary, nil, "prune", "-max-bytes", "4kB", "-source", source, "-thumbs", thumbs, "-key", testKey)
		require.Zero(t, status, stderr)
		n := 0
		_, err := fmt.Sscanf(stdout, "Removed %d thumbnails", &n)
		require.NoError(t, err, stdout)
		removed += n
	}
	done.Store(true)
	visitors.Wait()
	close(failures)
	for err := range failures {
		require.NoError(t, err)
	}
	require.Greater(t, removed, 20)
	server.Stop(t)
}

// visit fetches a thumbnail and decodes all of it.
func visit(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, resp.Status)
	}
	img, err := jpeg.Decode(resp.Body)
	if err != nil {
		return fmt.Errorf("%s: %w", url, err)
	}
	if size := img.Bounds().Size(); size != image.Pt(60, 40) {
		return fmt.Errorf("%s: %v", url, size)
	}
	return nil
}
