package processors_test

import (
	"fmt"
	"image"
	"io"
	"testing"

	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

func BenchmarkProcess(b *testing.B) {
	photo := imagetest.Subject(image.Pt(500, 375), image.Pt(350, 150), 100)
	for _, p := range builtIn {
		b.Run(fmt.Sprintf("%T", p), func(b *testing.B) {
			for b.Loop() {
				if _, err := p.Process(b.Context(), photo, 200, 200); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	photo := imagetest.Subject(image.Pt(400, 300), image.Pt(200, 150), 100)
	for _, e := range []encoder{processors.JPEG{}, processors.JPEG{Subsampling: processors.Subsampling444}, processors.JPEG{Progressive: true}, processors.PNG{}, processors.GIF{}} {
		b.Run(fmt.Sprintf("%T%+v", e, e), func(b *testing.B) {
			for b.Loop() {
				if err := e.Encode(io.Discard, photo); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

var builtIn = []processors.Planner{processors.Crop{}, processors.Scale{}, processors.Fit{}, processors.Smart{}, processors.Entropy{}}
