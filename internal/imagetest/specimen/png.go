package specimen

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/draw"
	"image/png"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// Linear has the primaries of sRGB, and values proportional to light, as renderers and cameras write them. A PNG declares this space by a gamma
// of 1.
var Linear = Space{"linear light", SRGB.xy, 1}

// PNG encodes img with a gAMA chunk for a gamma.
func PNG(img image.Image, gamma float64) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // writes to a bytes.Buffer don't fail
	}
	return pieces.IntoPNG(b.Bytes(), pieces.PNG("gAMA", binary.BigEndian.AppendUint32(nil, uint32(gamma*100_000))))
}

// OnWhite composites a transparent picture over white.
func OnWhite(img image.Image) *image.RGBA {
	out := image.NewRGBA(img.Bounds())
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Over)
	return out
}
