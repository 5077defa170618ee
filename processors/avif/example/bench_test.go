package main

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/avif"
	"github.com/rest-thumbnails/thumbnail/processors/webp"
)

// BenchmarkStart comes first, so that nothing has been started: what the first picture has to wait for.
func BenchmarkStart(b *testing.B) {
	took, err := started()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
	}
	b.ReportMetric(float64(took.Milliseconds()), "ms-once")
}

var started = sync.OnceValues(func() (time.Duration, error) {
	start := time.Now()
	err := avif.Start()
	return time.Since(start), err
})

// The table of formats in README.md: time to encode and to decode, and bytes, of one photo, and
// what a program grows by.
//
//	go test -run '^$' -bench . -benchmem .
func BenchmarkFormats(b *testing.B) {
	photo := mountain(b)
	for _, size := range []image.Point{{200, 200}, {400, 300}, {1200, 900}} {
		img, err := processors.Crop{}.Process(b.Context(), photo, size.X, size.Y)
		if err != nil {
			b.Fatal(err)
		}
		for _, f := range []struct {
			name    string
			encoder interface {
				Encode(io.Writer, image.Image) error
			}
		}{{"jpeg", processors.JPEG{}}, {"webp", webp.Encoder{}}, {"avif", avif.Encoder{}}} {
			var file bytes.Buffer
			if err := f.encoder.Encode(&file, img); err != nil {
				b.Fatal(err)
			}
			name := fmt.Sprintf("%s/%dx%d", f.name, size.X, size.Y)
			b.Run(name+"/encode", func(b *testing.B) {
				for b.Loop() {
					if err := f.encoder.Encode(io.Discard, img); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(file.Len()), "bytes")
			})
			b.Run(name+"/decode", func(b *testing.B) {
				for b.Loop() {
					h, err := processors.DecodeHeader(bytes.NewReader(file.Bytes()))
					if err != nil {
						b.Fatal(err)
					}
					pic, err := processors.Decode(b.Context(), file.Bytes(), h, image.Point{})
					if err != nil {
						b.Fatal(err)
					}
					pic.Release()
				}
			})
		}
	}
}

func mountain(b *testing.B) image.Image {
	file, err := os.Open(filepath.Join("..", "..", "..", "examples", "server", "photos", "mountain.jpg"))
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	photo, _, err := image.Decode(file)
	if err != nil {
		b.Fatal(err)
	}
	return photo
}

// BenchmarkProgramSize builds the program in the folder size.
func BenchmarkProgramSize(b *testing.B) {
	for _, tags := range []string{"", "webp", "avif"} {
		b.Run("with="+tags, func(b *testing.B) {
			out := filepath.Join(b.TempDir(), "program")
			if output, err := exec.Command("go", "build", "-tags", tags, "-o", out, "./size").CombinedOutput(); err != nil {
				b.Fatalf("%v: %s", err, output)
			}
			info, err := os.Stat(out)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
			}
			b.ReportMetric(float64(info.Size()), "bytes")
		})
	}
}
