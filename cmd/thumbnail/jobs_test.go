package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/program"
)

// threePresets makes three files of an original.
const threePresets = `{
	"avatar": {"Size": "32x32", "Densities": [1]},
	"card":   {"Size": "60x40", "Method": "fit", "Densities": [1]},
	"hero":   {"Size": "80x", "Method": "scale", "Densities": [1]}
}`

// writePresets writes a file of presets.
func writePresets(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "presets.json")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	return path
}

// writePhotos writes small photos of different colors, in folders of a hundred.
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

// stored are the thumbnails of a directory, and when each was written.
func stored(t *testing.T, dir string) map[string]time.Time {
	t.Helper()
	all := map[string]time.Time{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), "\x7f") { // which begins the names of what is not finished
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

// ignoreGone is for files that are renamed while a directory is read.
func ignoreGone(err error) error {
	if os.IsNotExist(err) {
		return nil
	}
	return err
}

// A job that is killed at any moment goes on where it was: each thumbnail is made once, all are whole,
// and nothing else is left.
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
	require.Equal(t, fmt.Sprintf("%d originals: made %d thumbnails, %d were there, 0 failed.\n", photos, photos*each-len(before), len(before)), stdout)
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
	require.Contains(t, stdout, "made 0 thumbnails, 3000 were there")
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
	require.Equal(t, "4 originals: made 9 thumbnails, 0 were there, 3 failed.\nLeft out: 1 that could not be read or whose names no URL can spell.\n", stdout)
	require.Len(t, stored(t, thumbs), 9)

	stdout, _, status = program.Run(t, program.Build(t, "."), nil, append(args, "-describe")...)
	require.Equal(t, 1, status)
	require.Contains(t, stdout, "4 originals: made 9 thumbnails, 0 were there, 1 failed.", "with a version in their URLs they are others")
}

// site is a source of three photos, its thumbnails by three presets, and the flags of both.
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
	require.Contains(t, prune(), "Removed 0 thumbnails (0 bytes), keeping 9")
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
	require.Contains(t, stderr, "There is no thumbnail in "+thumbs+" that is signed with this key.")
	args = append(args, "-old-key", testKey)
	stdout, _, status := program.Run(t, binary, nil, args...)
	require.Zero(t, status)
	require.Contains(t, stdout, "keeping 9")
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
	writePhotos(t, source, 1) // as it was
	require.NoError(t, os.Rename(filepath.Join(source, "00", "0001.jpg"), filepath.Join(source, "00", "0002.jpg")))
	stdout, _, status := program.Run(t, binary, nil, append([]string{"prune", "-describe"}, flags...)...)
	require.Zero(t, status)
	require.Contains(t, stdout, "Removed 15 thumbnails", "9 without a version, 3 of the first content of 0002, and 3 of 0001, which is gone")
}

// Visitors ask for thumbnails while others are removed again and again: each answer is whole.
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

// visit fetches a thumbnail and decodes it whole.
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

func TestCheckSaysWhatIsWrongWithEachFile(t *testing.T) {
	dir := t.TempDir()
	writePicture(t, dir, "good.jpg")
	whole, err := os.ReadFile(filepath.Join(dir, "good.jpg"))
	require.NoError(t, err)
	good, cut, text := filepath.Join(dir, "good.jpg"), filepath.Join(dir, "cut.jpg"), filepath.Join(dir, "text.jpg")
	require.NoError(t, os.WriteFile(cut, whole[:len(whole)-20], 0o644))
	require.NoError(t, os.WriteFile(text, []byte("no picture"), 0o644))
	binary := program.Build(t, ".")

	stdout, stderr, status := program.Run(t, binary, nil, "check", good, cut, text, dir, filepath.Join(dir, "absent.jpg"))
	require.Equal(t, 1, status)
	require.Regexp(t, `^\S*good\.jpg: good, 40 × 30 pixels, version \w+, color #000000\n$`, stdout)
	for name, says := range map[string]string{"cut.jpg": "damaged", "text.jpg": "not a picture of a known format", dir: "a directory", "absent.jpg": "no such file"} {
		require.Regexp(t, name+": "+says, stderr)
	}
	_, stderr, status = program.Run(t, binary, nil, "check", good)
	require.Zero(t, status, stderr)

	stdout, stderr, status = program.Run(t, binary, nil, "check", "-json", good, text)
	require.Equal(t, 1, status)
	require.Empty(t, stderr)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	require.Len(t, lines, 2)
	var said struct {
		File, Version, Error string
		Width, Height        int
	}
	require.NoError(t, json.Unmarshal([]byte(lines[0]), &said))
	require.Equal(t, good, said.File)
	require.Equal(t, [2]int{40, 30}, [2]int{said.Width, said.Height})
	require.NoError(t, json.Unmarshal([]byte(lines[1]), &said))
	require.Contains(t, said.Error, "not a picture")

	cmd := exec.Command(binary, "check", "-")
	cmd.Stdin = bytes.NewReader(whole)
	out, err := cmd.Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "-: good, 40 × 30")
}

func TestAURLIsOneThatAServerAnswers(t *testing.T) {
	binary := program.Build(t, ".")
	server := program.Start(t, binary, nil, "serve", "-addr", "127.0.0.1:0", "-key", testKey)
	presets := writePresets(t, `{"hero": {"Size": "640x", "Method": "fit", "Formats": [".webp"]}}`)
	for _, args := range [][]string{
		{"animals/dogs.jpg", "60x40", "crop", ".jpg"},
		{"bowl.png", "x40", "fit", ".webp", "-version", "v1"},
		{"bowl.png", "40x40", "focus_10_20", ".png"},
		{"-presets", presets, "mountain.jpg", "hero"},
	} {
		stdout, stderr, status := program.Run(t, binary, []string{"THUMBNAIL_KEY=" + testKey, "THUMBNAIL_BASE=" + join(server.URL, base)}, append([]string{"url"}, args...)...)
		require.Zero(t, status, stderr)
		urls := strings.Fields(stdout)
		require.NotEmpty(t, urls)
		for _, url := range urls {
			resp, _ := get(t, url)
			require.Equal(t, http.StatusOK, resp.StatusCode, url)
		}
		require.Equal(t, args[0] == "-presets", len(urls) > 3)
	}
	resp, _ := get(t, server.URL)
	require.Equal(t, http.StatusNotFound, resp.StatusCode, "serve shows the gallery if it is asked to")
}
