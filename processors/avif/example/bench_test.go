package main

import (
	"bytes"
	"context"
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

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/jpeg"
	webpcodec "github.com/rest-thumbnails/thumbnail/internal/codec/webp"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/avif"
)

// BenchmarkStart measures how long the first picture would wait without a call of Start. It is the first benchmark,
// because no other call may have started the codec before.
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

// BenchmarkFormats measures the table of formats in README.md: for one photo, the time to encode and to decode,
// and the bytes. BenchmarkProgramSize measures by how much the program grows.
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
			decode func(context.Context, []byte) error
		}{
			{"jpeg", processors.JPEG{}, builtin(jpeg.Format)}, {"webp", processors.WebP{}, builtin(webpcodec.Format)},
			{"avif", avif.Encoder{}, func(ctx context.Context, data []byte) error {
				_, err := avif.Format.Decode(ctx, data)
				return err
			}},
		} {
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
					if err := f.decode(b.Context(), file.Bytes()); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// builtin decodes by a built-in format of the library.
func builtin(f *codec.Format) func(context.Context, []byte) error {
	return func(ctx context.Context, data []byte) error {
		h, err := f.Header(ctx, codec.NewBytesReader(ctx, data))
		if err != nil {
			return err
		}
		pic, err := f.Decode(ctx, data, &h, codec.Options{})
		if err == nil && pic.Release != nil {
			pic.Release()
		}
		return err
	}
}

func mountain(b *testing.B) image.Image {
	file, err := os.Open(imagetest.Gallery(b, "mountain.jpg")[0])
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
	for _, tags := range []string{"", "avif"} {
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
