package avif_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors/avif"
)

func BenchmarkEncode(b *testing.B) {
	img := imagetest.Cornered(400, 300)
	for b.Loop() {
		if err := (avif.Encoder{}).Encode(io.Discard, img); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	file := encode(b, avif.Encoder{}, imagetest.Cornered(400, 300))
	for b.Loop() {
		if _, err := avif.Format.Decode(b.Context(), file); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHeader(b *testing.B) {
	file := encode(b, avif.Encoder{}, imagetest.Cornered(400, 300))
	for b.Loop() {
		if _, err := avif.Format.Header(b.Context(), bytes.NewReader(file)); err != nil {
			b.Fatal(err)
		}
	}
}
