//go:build linux

package dir_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// The documentation of Dir says how many inodes and bytes a thumbnail takes; -v prints the values of this
// file system.
func TestADirTakesADirectoryForEachOriginalSizeAndMethod(t *testing.T) {
	const originals = 50
	for _, c := range []struct {
		name        string
		paths       []string // below the directory of an original
		directories int      // expected for each original
	}{
		{"one file", []string{"400x300/crop/a.jpg"}, 3},
		{"1x and 2x", []string{"400x300/crop/a.jpg", "800x600/crop/b.jpg"}, 5},
		{"5 widths, 2 formats", []string{
			"320x/fit/a.jpg", "480x/fit/b.jpg", "640x/fit/c.jpg", "960x/fit/d.jpg", "1280x/fit/e.jpg",
			"320x/fit/a.webp", "480x/fit/b.webp", "640x/fit/c.webp", "960x/fit/d.webp", "1280x/fit/e.webp",
		}, 11},
		{"2 methods of a size", []string{"400x300/crop/a.jpg", "400x300/smart/b.jpg"}, 4},
		{"2 versions", []string{"400x300/crop/v1-a.jpg", "400x300/crop/v2-b.jpg"}, 3},
	} {
		root := t.TempDir()
		dir, err := storage.OpenDir(root)
		require.NoError(t, err)
		for i := range originals {
			for _, path := range c.paths {
				require.NoError(t, dir.Put(storage.WithoutSync(t.Context()), fmt.Sprintf("%d.jpg/%s", i, path), strings.NewReader(strings.Repeat("x", 5000))))
			}
		}
		require.NoError(t, dir.Close())
		files, directories, bytes := 0, 0, int64(0)
		require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || path == root {
				return err
			}
			info, err := os.Lstat(path)
			require.NoError(t, err)
			bytes += info.Sys().(*syscall.Stat_t).Blocks * 512
			if entry.IsDir() {
				directories++
			} else {
				files++
			}
			return nil
		}))
		require.Equal(t, originals*len(c.paths), files, c.name)
		require.Equal(t, originals*c.directories, directories, c.name)
		t.Logf("%s: a thumbnail of 5000 bytes takes %d bytes, %.1f inodes, %.1f directories", c.name, bytes/int64(files),
			float64(files+directories)/float64(files), float64(directories)/float64(files))
	}
}
