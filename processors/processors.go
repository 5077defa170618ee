// Package processors provides the methods by which a thumbnail handler processes pictures, such as [Crop]
// and [Smart], its encoders, such as [JPEG], and [Format], which adds decoders of other formats.
// thumbnail.Config has a field for each of the three.
//
// Any number of goroutines may use a value of this package at once.
//
// # Colors
//
// Thumbnails are sRGB. The color descriptions of a file take precedence in this order: a PNG's cICP; an ICC
// profile (ICC.1:2022, versions 2 and 4; matrix, gray or lookup table; relative colorimetric, without
// black-point compensation); a PNG's sRGB, then gAMA with cHRM, as Chromium shows them; and, for a format
// of thumbnail.Config.Formats, what its [Format.Color] returns. An invalid description is ignored. Without
// any description, pixels are sRGB.
//
// Signals that may be brighter than white, PQ and HLG of ITU-R BT.2100, are scaled so that reference white, 203
// cd/m² (ITU-R BT.2408), is 1. Then the brightest channel m of each pixel becomes m·(1+m/p²)/(1+m), the curve of
// Reinhard et al. (2002), where p is 1000 cd/m²; the other channels keep their ratio to the brightest one.
//
// CMYK without a profile is interpreted as coated offset print, relative to the paper, as print programs
// and libvips do. With thumbnail.Config.NaiveCMYK it is R = (1-C)(1-K), G = (1-M)(1-K), B = (1-Y)(1-K), as
// in browsers. In a JPEG of four components, 255 means no ink, as Adobe's programs write it, with or
// without Adobe's marker. The first three components of YCCK are Y'CbCr.
//
// # Decoders
//
// The built-in formats are decoded by this module, whatever is registered with [image.RegisterFormat]. Only files
// in other formats are passed to registered decoders. Some packages that this package imports register decoders
// of their own, which [image.Decode] then finds.
//
// On amd64 some loops are written in assembly. The build tag noasm selects the Go versions.
package processors

import (
	"context"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

var (
	// ErrFormat is matched by the error for data that is not an image in a known format, or for an image that
	// uses an unsupported feature, for example a JPEG that is lossless or has 12 bits per sample.
	ErrFormat = codec.ErrFormat

	// ErrCorrupt is matched by the error for an image that is damaged or truncated.
	ErrCorrupt = codec.ErrCorrupt
)

// A Processor turns a picture into its thumbnail.
//
// One of width and height may be 0. That side then follows from the other side and the aspect ratio. src is sRGB
// and upright. Process must not modify src, but may return it. It must not retain src or the result: their
// memory is reused once the result has been encoded.
type Processor interface {
	Process(ctx context.Context, src image.Image, width, height int) (image.Image, error)
}

// A Planner is a [Processor] that can compute from the size of the original alone how it will process the pixels: it
// scales the whole upright original to the size scaled, and then keeps the box crop of the result. The size of crop is
// the size of the result. crop overlaps the rectangle from (0,0) to scaled; if it extends beyond that, Process has to
// fill the rest. Both sides of original are at least 1.
//
// For a Planner, the decoder may stop at the size that is needed. The handler scales and crops as planned,
// from an original that may have been decoded at a reduced size, and calls Process with the result and the
// width and height of crop. So Process has to return a picture of the same size if its input already has
// the requested size; it may draw on a copy. A processor that embeds [Crop] and adds a watermark in Process
// is therefore a valid Planner. [Pad] is a Planner whose crop extends beyond the picture.
type Planner interface {
	Processor
	Plan(original image.Point, width, height int) (scaled image.Point, crop image.Rectangle)
}

// A Locator is a [Planner] whose crop box always has the planned size, but has a position that depends on
// the content. The box lies within the picture.
//
// Locate returns a box of crop's size within (0,0)-scaled. img shows the whole upright original, possibly
// reduced: it is at least as large as scaled, and its shorter side has at least 200 pixels, unless the
// original is smaller. Its colors are those of the file, not yet converted to sRGB. Locate is called only
// if crop is smaller than scaled, so that there is a choice.
type Locator interface {
	Planner
	Locate(ctx context.Context, img image.Image, scaled image.Point, crop image.Rectangle) (image.Rectangle, error)
}
