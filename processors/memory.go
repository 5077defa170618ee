package processors

import (
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec/gif"
	"github.com/rest-thumbnails/thumbnail/internal/codec/jpeg"
	"github.com/rest-thumbnails/thumbnail/internal/codec/png"
	"github.com/rest-thumbnails/thumbnail/internal/codec/webp"
	"github.com/rest-thumbnails/thumbnail/internal/quantize"
)

// A MemoryEstimator is a [ContextEncoder] that knows how much memory it takes. The encoders of this package are
// MemoryEstimators. For other encoders, the handler assumes 28 bytes for each of the first 4 million pixels, and
// 20 bytes for each further pixel.
//
// EncodeMemory returns an upper bound of the bytes that encoding a still picture of width × height pixels takes,
// without the picture itself: what EncodeContext takes from the account, and the file. The buffer of the file
// grows by a quarter at a time, so that up to 2.25 times the length of the file are in use.
type MemoryEstimator interface {
	EncodeMemory(width, height int) int64
}

// EncodeMemory implements [MemoryEstimator].
func (e JPEG) EncodeMemory(width, height int) int64 {
	return jpeg.EncodeMemory(image.Pt(width, height), jpeg.EncodeOptions{Subsampling: e.subsampling()})
}

// EncodeMemory implements [MemoryEstimator].
func (e PNG) EncodeMemory(width, height int) int64 {
	size := image.Pt(width, height)
	bytes := png.EncodeMemory(size)
	if e.Palette == PaletteNever {
		return bytes
	}
	sample := png.EncodeMemory(image.Pt(width, sampleRows(height)))
	return max(bytes, reduceBytes(area(size))+quantize.CompareBytes(width)+sample)
}

// EncodeMemory implements [MemoryEstimator]. It does not cover animations, whose frames come one by one.
func (e GIF) EncodeMemory(width, height int) int64 {
	size := image.Pt(width, height)
	n := area(size)
	drawn := 5*n + quantize.Bytes(n) + quantize.DithererBytes(0) // the picture as NRGBA, and its palette indices
	return drawn + gif.EncodeMemory(size, e.Lossy > 0)
}

// EncodeMemory implements [MemoryEstimator]. It does not cover animations, whose frames come one by one.
func (e WebP) EncodeMemory(width, height int) int64 {
	size := image.Pt(width, height)
	bytes := webp.EncodeMemory(size)
	if e.Lossless != LosslessAuto {
		return bytes
	}
	n := area(size)
	sample := webp.EncodeMemory(image.Pt(width, sampleRows(height)))
	return max(n+bytes, reduceBytes(n)+quantize.CompareBytes(width)+sample)
}

// reduceBytes returns the memory for reducing a picture of n pixels: the picture as NRGBA, its colors, and
// indices.
func reduceBytes(n int64) int64 { return 5*n + quantize.Bytes(n) }
