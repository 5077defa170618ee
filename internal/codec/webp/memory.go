package webp

import (
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// shrinkerBytes bounds the memory of a Shrinker and its result.
func shrinkerBytes(full, small image.Point) int64 { return 4*area(small) + 160*int64(full.X) }

// memory is Format.Memory.
func memory(h *codec.Header, o codec.Options) int64 {
	f, ok := h.Detail.(*container)
	if !ok {
		return 1 << 62
	}
	const fixed = 256 << 10
	bytes := 4 * area(f.canvas)
	if small := shrunk(f.canvas, o); small != (image.Point{}) {
		bytes = shrinkerBytes(f.canvas, small)
	}
	bytes += 9 * area(f.first.size)
	if f.first.lossless() || f.first.alpha { // tables, which the largest of files that libwebp makes fill
		bytes += min(32*(f.first.image.size+f.first.alphaChunk.size), 26<<20)
	}
	return bytes + fixed
}
