package processors

import (
	"image"
	"image/color"
	"image/draw"
	"io"

	"github.com/gen2brain/jpegn"
)

// Subsampling says at which resolution a JPEG keeps its colours.
type Subsampling int

const (
	Subsampling420 Subsampling = iota // colours at half width and half height: the smaller file
	Subsampling444                    // colours at full resolution: sharper red on blue
)

// JPEG encodes as JPEG (ITU-T T.81, 8 bits, Huffman), without metadata. Grey pictures become greyscale JPEGs.
type JPEG struct {
	Quality     int         // 1 to 100; 0 means 85. Values beyond are taken as the nearest.
	Background  color.Color // what shines through where the picture is transparent; nil means white
	Subsampling Subsampling
	Progressive bool // several passes from coarse to fine; smaller on drawings, and slower
}

// Encode writes img to w. It does not modify img.
func (e JPEG) Encode(w io.Writer, img image.Image) error {
	options := jpegn.EncodeOptions{
		Quality:        85,
		Subsampling:    jpegn.Subsample420,
		Progressive:    e.Progressive,
		OptimizeCoding: true,
	}
	if e.Quality != 0 {
		options.Quality = min(max(e.Quality, 1), 100)
	}
	if e.Subsampling == Subsampling444 {
		options.Subsampling = jpegn.Subsample444
	}
	return jpegn.Encode(w, e.flatten(img), &options)
}

// flatten composes img on the background, unless it is opaque.
func (e JPEG) flatten(img image.Image) image.Image {
	if isOpaque(img) {
		return img
	}
	background := e.Background
	if background == nil {
		background = color.White
	}
	flat := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(flat, flat.Rect, image.NewUniform(background), image.Point{}, draw.Src)
	draw.Draw(flat, flat.Rect, img, img.Bounds().Min, draw.Over)
	return flat
}
