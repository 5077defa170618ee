// Package processors has what is done to pictures, as programs name it: methods such as [Crop] and
// [Smart], encoders such as [JPEG], and [Format], the way in for decoders of other formats. Put them
// into thumbnail.Config.
//
// Any number of goroutines may use a value of this package at once.
//
// # Colors
//
// Thumbnails are sRGB. What a file says of its colors is heeded in this order: a PNG's cICP; an ICC
// profile (ICC.1:2022, versions 2 and 4; matrix, gray or lookup table; relative colorimetric,
// without black-point compensation); a PNG's sRGB, then gAMA with cHRM, as Chromium shows them; the
// code points that [Format.Color] of another format returns. A description that is broken is passed
// over; without any, pixels are sRGB.
//
// Light that may be brighter than white, PQ and HLG of ITU-R BT.2100, is scaled so that reference
// white, 203 cd/m² (ITU-R BT.2408), is 1. Then the brightest channel m of each pixel becomes
// m·(1+m/p²)/(1+m), the curve of Reinhard et al. (2002), where p is 1000 cd/m²; the other channels
// keep their ratio to it.
//
// CMYK without a profile is shown as coated offset print, relative to the paper, as print programs and
// libvips do. With thumbnail.Config.NaiveCMYK it is R = (1-C)(1-K), G = (1-M)(1-K), B = (1-Y)(1-K), as
// in browsers.
// In a JPEG of four components 255 is no ink, as Adobe's programs write it, with their marker and
// without; YCCK is Y'CbCr of the first three.
//
// # Decoders
//
// The built-in formats are decoded whatever is registered with [image.RegisterFormat]; only other
// formats are looked up there. But decoders that this package imports do register themselves:
// [image.Decode] may call them in a program that imports this package.
//
// On amd64 some loops are in assembly, which the build tag noasm leaves out.
package processors

import (
	"context"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

var (
	// ErrFormat is matched by the error for data that is not an image in a known format, or is one with
	// a feature that is not supported (arithmetic coding, 12 bits per sample …).
	ErrFormat = codec.ErrFormat

	// ErrCorrupt is matched by the error for an image that is damaged or truncated.
	ErrCorrupt = codec.ErrCorrupt
)

// A Processor turns a picture into a thumbnail of it.
//
// One of width and height may be 0 and then follows from the other and the aspect ratio. src is
// sRGB and upright. Process must not modify it, may return it, and must retain neither it nor the
// result: their memory is reused once the result is encoded.
type Processor interface {
	Process(ctx context.Context, src image.Image, width, height int) (image.Image, error)
}

// A Planner is a [Processor] that can say from the original's size alone what it will do with the
// pixels: scale the whole upright original to scaled, then keep the box crop of that. crop is the
// result's size. It has pixels in common with the rectangle from (0,0) to scaled; where it reaches
// beyond, Process has to fill the rest. original is at least 1×1.
//
// A Planner gets a decoder that stops at the size it needs: The handler scales and crops as
// planned, from an original that may have been decoded at a reduced size, and calls Process with
// the result and the width and height of crop. So Process, given a picture that has the wanted size
// already, has to return one of the same size; it may draw on a copy. A processor that embeds
// [Crop] and adds a watermark in Process is therefore a valid Planner. [Pad] is one whose crop
// reaches beyond the picture.
type Planner interface {
	Processor
	Plan(original image.Point, width, height int) (scaled image.Point, crop image.Rectangle)
}

// A Locator is a [Planner] whose crop box has a place, but not a size, that depends on the content.
// The box lies within the picture.
//
// Locate returns a box of crop's size within (0,0)-scaled. img shows the whole upright original,
// possibly reduced: it is at least as large as scaled, and its shorter side has at least 200
// pixels, unless the original is smaller. Its colors are as the file has them, not yet sRGB.
// Locate is called only where there is a choice, that is, where crop is smaller than scaled.
type Locator interface {
	Planner
	Locate(ctx context.Context, img image.Image, scaled image.Point, crop image.Rectangle) (image.Rectangle, error)
}
