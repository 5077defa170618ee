package webp

import (
	"bytes"
	"image"
	"os"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"golang.org/x/image/vp8"
)

// benchmarkFile returns corpus/webp/wood-d.webp, a picture of 4096×4096 pixels.
func benchmarkFile(b *testing.B) []byte {
	for _, name := range imagetest.CorpusMatching(b, "webp/wood-d.webp") {
		file, err := os.ReadFile(name)
		if err == nil {
			return lossyChunk(file)
		}
	}
	return encode(b, imagetest.Photo(1024, 1024, 1), 75)
}

func BenchmarkDecode(b *testing.B) {
	data := benchmarkFile(b)
	b.Run("whole", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := decodeVP8(b.Context(), data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("shrunk", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := shrinkVP8(b.Context(), data, image.Pt(200, 200)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("reference", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			d := vp8.NewDecoder()
			d.Init(bytes.NewReader(data), len(data))
			if _, err := d.DecodeFrameHeader(); err != nil {
				b.Fatal(err)
			}
			if _, err := d.DecodeFrame(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
