package specimen

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/draw"
	"image/png"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// Linear is sRGB's primaries with values that are proportional to light, as renderers and cameras
// write them. A PNG says so by a gamma of 1.
var Linear = Space{"linear light", SRGB.xy, 1}

// PNG encodes img with a gAMA chunk of that gamma.
func PNG(img image.Image, gamma float64) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // a buffer takes all
	}
	return pieces.IntoPNG(b.Bytes(), pieces.PNG("gAMA", binary.BigEndian.AppendUint32(nil, uint32(gamma*100_000))))
}

// OnWhite puts a transparent picture on white.
func OnWhite(img image.Image) *image.RGBA {
	out := image.NewRGBA(img.Bounds())
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Over)
	return out
}
