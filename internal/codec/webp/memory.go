package webp

import (
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// shrinkerBytes returns an upper bound of the memory of a Shrinker and its result.
func shrinkerBytes(full, small image.Point) int64 { return 4*area(small) + 160*int64(full.X) }

// memory implements Format.Memory.
func memory(h *codec.Header, o codec.Options) int64 {
	f, ok := h.Detail.(*container)
	if !ok {
		return 1 << 62
	}
	const fixed = 256 << 10
	bytes := 4 * area(f.canvas)
	if small := shrunk(f.canvas, o); small != (image.Point{}) {
		bytes = shrinkerBytes(f.canvas, small)
		if f.planar() {
			bytes = resample.PlanarBytes(f.canvas, small, resample.Options{})
		}
	}
	return bytes + 4*int64(f.canvas.X) + f.first.bytes() + fixed
}

// bytes returns an upper bound of the memory for decoding the frame, without its pixels.
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

// losslessBytes returns an upper bound of the memory for decoding a lossless picture of n bytes. It includes the pixels
// that backward references may reach, the same amount for the images of transforms, and the prefix code tables. Files
// that libwebp writes have at most 26 MiB of tables.
func losslessBytes(size image.Point, n int64) int64 {
	pixels := area(size)
	return 4*min(pixels, maxDistance*3/2) + pixels + 8*int64(size.X) + min(32*n, 26<<20) + 320<<10
}
