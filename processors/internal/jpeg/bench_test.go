package jpeg

import (
	"bytes"
	"context"
	"fmt"
	stdjpeg "image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gen2brain/jpegn"
)

// benchFiles are the photos to measure with: those that JPEG_BENCH names (a list of paths, separated by colons), or two
// of the corpus, the same picture as a baseline and as a progressive file.
func benchFiles(b *testing.B) []string {
	if env := os.Getenv("JPEG_BENCH"); env != "" {
		return filepath.SplitList(env)
	}
	photos := filepath.Join(corpusDir(b), "photos")
	return []string{
		filepath.Join(photos, "derived-baseline-420-15.9mp.jpg"),
		filepath.Join(photos, "seeding_by_Clements_Engelhardt.jpg"),
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, path := range benchFiles(b) {
		data := read(b, path)
		for n := 1; n <= 8; n++ {
			b.Run(fmt.Sprintf("%s/%d", strings.TrimSuffix(filepath.Base(path), ".jpg"), n), func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				b.ReportAllocs()
				var d Decoder
				for b.Loop() {
					if _, err := d.Decode(context.Background(), data, Options{Scale: n}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkFullSize compares 1/1 with the other pure-Go decoders on the same bytes.
func BenchmarkFullSize(b *testing.B) {
	for _, path := range benchFiles(b) {
		data := read(b, path)
		for name, decode := range map[string]func() error{
			"own": func() error {
				d := Get()
				defer d.Release()
				_, err := d.Decode(context.Background(), data, Options{})
				return err
			},
			"image-jpeg": func() error { _, err := stdjpeg.Decode(bytes.NewReader(data)); return err },
			"jpegn":      func() error { _, err := jpegn.Decode(bytes.NewReader(data)); return err },
		} {
			b.Run(strings.TrimSuffix(filepath.Base(path), ".jpg")+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := decode(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
