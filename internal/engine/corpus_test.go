package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"github.com/rest-thumbnails/thumbnail/processors"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A corpusFile is a row of the corpus' manifest.
type corpusFile struct {
	path, expect string
	display      image.Point // upright
}

// corpus returns the rows and the directory of the corpus of odd images that lies beside the repository.
func corpus(t testing.TB) (dir string, files []corpusFile) {
	root, err := os.Getwd()
	require.NoError(t, err)
	for ; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		require.NotEqual(t, root, filepath.Dir(root), "no go.mod")
	}
	dir = filepath.Join(root, "..", "shared", "corpus")
	manifest, err := os.ReadFile(filepath.Join(dir, "MANIFEST.tsv"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the corpus is not beside this repository: its files are not tried")
	}
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(manifest)), "\n")
	for _, line := range lines[1:] {
		field := strings.Split(line, "\t")
		f := corpusFile{path: field[0], expect: field[9]}
		_, _ = fmt.Sscanf(field[6], "%dx%d", &f.display.X, &f.display.Y)
		files = append(files, f)
	}
	return dir, files
}

// The limits that a server would set.
const (
	corpusPixels = 50_000_000
	corpusMemory = 512 << 20
)

var errLimit = errors.New("beyond a limit")

// thumbnailOf goes the whole way from bytes to a thumbnail of 100 pixels' width.
func thumbnailOf(ctx context.Context, data []byte) (Header, image.Image, error) {
	h, err := DecodeHeader(bytes.NewReader(data))
	if err != nil {
		return h, nil, err
	}
	if int64(h.Size.X)*int64(h.Size.Y) > corpusPixels || h.DecodeBytes(image.Point{}) > corpusMemory {
		return h, nil, errLimit
	}
	pic, err := Decode(ctx, data, h, MinDecode(processors.Crop{}, h.Size, 100, 0))
	if err != nil {
		return h, nil, err
	}
	img, err := pic.Apply(ctx, processors.Crop{}, 100, 0)
	return h, img, err
}

func TestEveryFileOfTheCorpusComesOutAsItsManifestSays(t *testing.T) {
	dir, files := corpus(t)
	for _, f := range files {
		t.Run(f.path, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, f.path))
			require.NoError(t, err)
			limit := 2 * time.Second // a hostile file may end by it
			if f.expect == "ok" {
				limit = 5 * time.Minute
			}
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			h, img, err := thumbnailOf(ctx, data)
			switch {
			case err == nil:
				require.NotContains(t, []string{"reject", "limit"}, f.expect)
				_, crop := processors.Crop{}.Plan(h.Size, 100, 0)
				assert.Equal(t, crop.Size(), img.Bounds().Size())
				if f.expect == "ok" {
					assert.Equal(t, f.display, h.Size)
				}
			default:
				require.NotEqual(t, "ok", f.expect, "%v", err)
				known := errors.Is(err, processors.ErrFormat) || errors.Is(err, processors.ErrCorrupt) || errors.Is(err, processors.ErrTooLarge) || errors.Is(err, errLimit) || errors.Is(err, context.DeadlineExceeded)
				assert.True(t, known, "%v", err)
			}
		})
	}
}
