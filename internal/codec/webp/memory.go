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
	return bytes + 4*int64(f.canvas.X) + f.first.bytes() + fixed
}

// bytes bounds what the frame takes while it is decoded, beside its pixels.
func (f *frame) bytes() int64 {
	d := decoder{mbw: (f.size.X + 15) / 16}
	switch {
	case f.lossless():
		return losslessBytes(f.size, f.image.size)
	case f.alpha:
		return d.bytes() + area(f.size) + losslessBytes(f.size, f.alphaChunk.size)
	}
	return d.bytes()
}

// losslessBytes bounds what a lossless picture of n bytes takes: the pixels that references reach, as
// much again for the images of its transforms, and tables, of which the files that libwebp makes have
// 26 MiB at most.
func losslessBytes(size image.Point, n int64) int64 {
	pixels := area(size)
	return 4*min(pixels, maxDistance*3/2) + pixels + 8*int64(size.X) + min(32*n, 26<<20) + 320<<10
}
