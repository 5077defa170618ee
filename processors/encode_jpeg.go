package processors

import (
	"image"
	"image/color"
	"image/draw"
	"io"

	"github.com/gen2brain/jpegn"
)

// Subsampling is the resolution of the colours in a JPEG.
type Subsampling int

const (
	Subsampling420 Subsampling = iota // colours at half width and half height: the smaller file
	Subsampling444                    // colours at full resolution: sharper red on blue
)

// JPEG encodes as JPEG (ITU-T T.81, 8 bits, Huffman), without metadata. Grey pictures become
// greyscale JPEGs.
type JPEG struct {
	Quality     int         // 1 to 100; 0 means 85. Other values are taken as the nearest.
	Background  color.Color // what transparent pixels are composed on; nil means white
	Subsampling Subsampling
	Progressive bool // several passes from coarse to fine; smaller on drawings, and slower
}

// Encode writes img to w. It does not modify img.
func (e JPEG) Encode(w io.Writer, img image.Image) error {
	options := jpegn.EncodeOptions{
		Quality:        85,
		Progressive:    e.Progressive,
		OptimizeCoding: true, // 4 % smaller; costs less than a hundredth of what the decoding of a photo does
	}
	if e.Quality != 0 {
		options.Quality = min(max(e.Quality, 1), 100)
	}
	// jpegn follows the subsampling of an image.YCbCr, and is fast and exact only then.
	switch e.Subsampling {
	case Subsampling444:
		options.Subsampling = jpegn.Subsample444
	default:
		options.Subsampling = jpegn.Subsample420
	}
	img = e.flatten(img)
	switch ycc := img.(type) {
	case *image.Gray:
		options.Subsampling = jpegn.SubsampleGray
	case *image.YCbCr:
		img = e.subsample(ycc)
	}
	return jpegn.Encode(w, img, &options)
}

// flatten composes img on the background, unless it is opaque. The result is one of those types
// that the encoder is fast with.
func (e JPEG) flatten(img image.Image) image.Image {
	size := image.Rectangle{Max: img.Bounds().Size()}
	switch img.(type) {
	case *image.Gray, *image.YCbCr:
		return img
	case *image.Gray16:
		grey := image.NewGray(size)
		draw.Draw(grey, size, img, img.Bounds().Min, draw.Src)
		return grey
	}
	if isOpaque(img) {
		opaque, ok := img.(*image.RGBA)
		if !ok {
			opaque = (*image.RGBA)(toNRGBA(img))
		}
		return &image.RGBA{Pix: opaque.Pix[opaque.PixOffset(opaque.Rect.Min.X, opaque.Rect.Min.Y):], Stride: opaque.Stride, Rect: size}
	}
	background := e.Background
	if background == nil {
		background = color.White
	}
	flat := image.NewRGBA(size)
	draw.Draw(flat, size, image.NewUniform(background), image.Point{}, draw.Src)
	draw.Draw(flat, size, img, img.Bounds().Min, draw.Over)
	return flat
}

// subsample brings the chroma of img to the resolution that is asked for.
func (e JPEG) subsample(img *image.YCbCr) *image.YCbCr {
	want := image.YCbCrSubsampleRatio420
	if e.Subsampling == Subsampling444 {
		want = image.YCbCrSubsampleRatio444
	}
	if img.SubsampleRatio == want && img.Rect.Min == (image.Point{}) {
		return img
	}
	if img.SubsampleRatio != image.YCbCrSubsampleRatio444 {
		img = fullChroma(img)
	}
	if want == image.YCbCrSubsampleRatio444 {
		return img
	}
	return halfChroma(img)
}
