package jpeg

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	stdjpeg "image/jpeg"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// corpusDir is ../shared/corpus beside the repository; the test is skipped where it is absent.
func corpusDir(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	require.NoError(tb, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		require.NotEqual(tb, dir, filepath.Dir(dir), "no go.mod above the test")
		dir = filepath.Dir(dir)
	}
	corpus := filepath.Join(dir, "..", "shared", "corpus")
	if _, err := os.Stat(filepath.Join(corpus, "MANIFEST.tsv")); errors.Is(err, fs.ErrNotExist) {
		tb.Skip("the corpus is not beside the repository (../shared/corpus)")
	}
	return corpus
}

// corpusFile is a row of MANIFEST.tsv.
type corpusFile struct{ path, expect, features string }

// corpusJPEGs lists the files of the corpus that begin as JPEG files do.
func corpusJPEGs(tb testing.TB) (dir string, files []corpusFile) {
	dir = corpusDir(tb)
	manifest, err := os.ReadFile(filepath.Join(dir, "MANIFEST.tsv"))
	require.NoError(tb, err)
	for _, line := range strings.Split(string(manifest), "\n")[1:] {
		col := strings.Split(line, "\t")
		if len(col) > 9 && col[4] == "JPEG" {
			files = append(files, corpusFile{path: col[0], features: col[8], expect: col[9]})
		}
	}
	require.NotEmpty(tb, files)
	return dir, files
}

func read(tb testing.TB, path string) []byte {
	tb.Helper()
	data, err := os.ReadFile(path)
	require.NoError(tb, err)
	return data
}

const maxTestPixels = 40e6

func TestSoundFilesOfTheCorpusDecodeAtEveryScale(t *testing.T) {
	dir, files := corpusJPEGs(t)
	for _, f := range files {
		if f.expect != "ok" && f.expect != "lenient" {
			continue
		}
		data := read(t, filepath.Join(dir, f.path))
		h, err := ReadHeader(data)
		require.NoError(t, err, f.path)
		var d Decoder
		for n := 1; n <= 8; n++ {
			if h.Width*h.Height > 4e6 && n != 1 && n != 3 && n != 8 {
				continue // to save time
			}
			img, err := d.Decode(context.Background(), data, Options{Scale: n, FullChroma: n%2 == 0})
			if f.expect == "lenient" && err != nil {
				assert.ErrorIs(t, err, ErrCorrupt, f.path)
				t.Logf("%s at %d/8: %v", f.path, n, err)
				continue
			}
			if !assert.NoError(t, err, "%s at %d/8", f.path, n) {
				break
			}
			assert.Equal(t, image.Rect(0, 0, (h.Width*n+7)/8, (h.Height*n+7)/8), img.Bounds(), "%s at %d/8", f.path, n)
			assert.Equal(t, h.ColorModel, img.ColorModel(), f.path)
		}
	}
}

func TestAtFullSizeImageJPEGAgreesWithinTwo(t *testing.T) {
	dir, files := corpusJPEGs(t)
	compared := 0
	var d Decoder
	for _, f := range files {
		data := read(t, filepath.Join(dir, f.path))
		h, err := ReadHeader(data)
		if err != nil || h.Width*h.Height > maxTestPixels || strings.HasPrefix(f.path, "bombs/") {
			continue
		}
		want, err := stdjpeg.Decode(bytes.NewReader(data))
		if err != nil {
			continue
		}
		got, err := d.Decode(context.Background(), data, Options{})
		if strings.HasPrefix(f.path, "malformed/") {
			if err != nil { // stricter on missing tables, and on coefficients that do not fit
				assert.ErrorIs(t, err, ErrCorrupt, f.path)
			}
			continue
		}
		if !assert.NoError(t, err, f.path) {
			continue
		}
		compared++
		tolerance := 2
		if got.ColorModel() == color.CMYKModel && d.adobeTransform == 2 {
			// YCCK is compared after a conversion that multiplies the difference of the samples, 1,
			// by up to 2.8. It is 3 for 14 bytes of one file: where samples are within 0.02 of a
			// half, image/jpeg does not always round them as their exact values are.
			tolerance = 3
		}
		assert.LessOrEqual(t, maxDifference(t, f.path, got, want), tolerance, f.path)
	}
	t.Logf("%d files compared", compared)
	assert.Greater(t, compared, 70)
}

func TestDamagedFilesAreErrorsOrPicturesInBoundedTime(t *testing.T) {
	dir, files := corpusJPEGs(t)
	var d Decoder
	for _, f := range files {
		data := read(t, filepath.Join(dir, f.path))
		h, err := ReadHeader(data)
		if err == nil && h.Width*h.Height > maxTestPixels && f.expect != "limit" {
			continue
		}
		for _, n := range []int{1, 2, 3, 8} {
			start := time.Now()
			_, err := d.Decode(context.Background(), data, Options{Scale: n, FullChroma: true})
			if err != nil {
				assert.True(t, errors.Is(err, ErrCorrupt) != errors.Is(err, ErrUnsupported), "%s: %v", f.path, err)
			}
			assert.Less(t, time.Since(start), 10*time.Second, f.path)
		}
	}
}

// maxDifference compares all planes of two pictures of one type and size.
func maxDifference(tb testing.TB, name string, got, want image.Image) int {
	tb.Helper()
	require.Equal(tb, want.Bounds(), got.Bounds(), name)
	require.IsType(tb, want, got, name)
	worst := 0
	rows := func(a, b []byte, strideA, strideB, w, h int) {
		for y := range h {
			ra, rb := a[y*strideA:][:w], b[y*strideB:][:w]
			for x := range ra {
				worst = max(worst, int(ra[x])-int(rb[x]), int(rb[x])-int(ra[x]))
			}
		}
	}
	w, h := want.Bounds().Dx(), want.Bounds().Dy()
	switch g := got.(type) {
	case *image.Gray:
		rows(g.Pix, want.(*image.Gray).Pix, g.Stride, want.(*image.Gray).Stride, w, h)
	case *image.RGBA:
		rows(g.Pix, want.(*image.RGBA).Pix, g.Stride, want.(*image.RGBA).Stride, 4*w, h)
	case *image.CMYK:
		rows(g.Pix, want.(*image.CMYK).Pix, g.Stride, want.(*image.CMYK).Stride, 4*w, h)
	case *image.YCbCr:
		s := want.(*image.YCbCr)
		require.Equal(tb, s.SubsampleRatio, g.SubsampleRatio, name)
		rows(g.Y, s.Y, g.YStride, s.YStride, w, h)
		cw, ch := g.COffset(w-1, 0)+1, g.COffset(0, h-1)/g.CStride+1
		rows(g.Cb, s.Cb, g.CStride, s.CStride, cw, ch)
		rows(g.Cr, s.Cr, g.CStride, s.CStride, cw, ch)
	default:
		tb.Fatalf("%s: unexpected %T", name, got)
	}
	return worst
}
