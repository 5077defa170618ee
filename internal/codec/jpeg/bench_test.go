package jpeg

import (
	"bytes"
	"context"
	"fmt"
	stdjpeg "image/jpeg"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// benchFiles returns the photos for benchmarks. These are the files that JPEG_BENCH lists (paths separated by colons), or two files of the
// corpus: the same picture as a baseline and as a progressive file.
func benchFiles(b *testing.B) []string {
	if env := os.Getenv("JPEG_BENCH"); env != "" {
		return filepath.SplitList(env)
	}
	photos := filepath.Join(imagetest.Corpus(b), "photos")
	return []string{
		filepath.Join(photos, "derived-baseline-420-15.9mp.jpg"),
		filepath.Join(photos, "seeding_by_Clements_Engelhardt.jpg"),
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, path := range benchFiles(b) {
		data := read(b, path)
		for n := 1; n <= 8; n++ {
			for _, full := range []bool{false, true} {
				if full && n > 4 {
					continue // from 5/8 on, FullChroma makes no difference
				}
				name := fmt.Sprintf("%s/%d", strings.TrimSuffix(filepath.Base(path), ".jpg"), n)
				if full {
					name += "+chroma"
				}
				b.Run(name, func(b *testing.B) {
					b.SetBytes(int64(len(data)))
					b.ReportAllocs()
					var d Decoder
					for b.Loop() {
						if _, err := d.Decode(context.Background(), data, Options{Scale: n, FullChroma: full}); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

// BenchmarkFullSize decodes the same bytes with this package and with image/jpeg in alternation. It reports the shortest time of each in
// milliseconds, and ratios.
func BenchmarkFullSize(b *testing.B) {
	decoders := []struct {
		name   string
		decode func(data []byte) error
	}{
		{"own", func(data []byte) error {
			d := Get()
			defer d.Release()
			_, err := d.Decode(context.Background(), data, Options{})
			return err
		}},
		{"image/jpeg", func(data []byte) error { _, err := stdjpeg.Decode(bytes.NewReader(data)); return err }},
	}
	for _, path := range benchFiles(b) {
		data := read(b, path)
		b.Run(strings.TrimSuffix(filepath.Base(path), ".jpg"), func(b *testing.B) {
			shortest := make([]time.Duration, len(decoders))
			for b.Loop() {
				for i, d := range decoders {
					start := time.Now()
					if err := d.decode(data); err != nil {
						b.Fatal(err)
					}
					if took := time.Since(start); shortest[i] == 0 || took < shortest[i] {
						shortest[i] = took
					}
				}
			}
			b.ReportMetric(0, "ns/op")
			for i, d := range decoders {
				b.ReportMetric(float64(shortest[i].Microseconds())/1000, d.name+"-ms")
				b.ReportMetric(float64(shortest[0])/float64(shortest[i]), "own/"+d.name)
			}
		})
	}
}

// BenchmarkInverseDCT transforms one block at each scale.
func BenchmarkInverseDCT(b *testing.B) {
	rng := rand.New(rand.NewSource(1))
	var blk block
	for i := range blk {
		blk[i] = float32(rng.Intn(64)) - 32
	}
	dst := make([]byte, 64)
	for n := 3; n <= 8; n++ {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				inverse(&blk, 63, n, dst, 8)
			}
		})
		b.Run(fmt.Sprintf("%d/go", n), func(b *testing.B) {
			for b.Loop() {
				inverseGo(&blk, 63, n, dst, 8)
			}
		})
	}
}

// BenchmarkHeader reads headers. A generation does this before its admission.
func BenchmarkHeader(b *testing.B) {
	data := read(b, benchFiles(b)[0])
	for b.Loop() {
		if _, err := ReadHeader(data); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMarkers reads the markers of a whole file, which decides which scans of a progressive file are decoded.
func BenchmarkMarkers(b *testing.B) {
	for _, path := range benchFiles(b) {
		data := read(b, path)
		b.Run(strings.TrimSuffix(filepath.Base(path), ".jpg"), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				walk := segments{r: codec.NewBytesReader(context.Background(), data), next: 2}
				for marker := byte(0); marker != mEOI; {
					seg, err := walk.read()
					if err != nil {
						b.Fatal(err)
					}
					marker = seg.marker
				}
			}
		})
	}
}
