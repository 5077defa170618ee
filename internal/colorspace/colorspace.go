// Package colorspace reads what an image file says of the colours of its pixels.
//
// CMYK without a profile says nothing, and is left to package image's conversion, R = (1-C)(1-K),
// which is what browsers and Pillow show: a thumbnail looks like the picture that it leads to. A
// polynomial fitted to some press, as libvips' fallback profile, would look more like print where
// the file is meant for that press, but greyer than the original in a browser, and wrong where the
// file was never meant for print: its black would be a dark grey.
package colorspace

import (
	"context"

	"github.com/rest-thumbnails/thumbnail/internal/icc"
)

// profiles is shared by all pictures: a collection has few profiles. It is bounded, and nothing but
// time is lost without it.
var profiles icc.Cache

// Of returns the Transform to sRGB of the pixels of a file in one of the formats "jpeg", "png",
// "gif", "webp", "tiff" and "bmp". It is nil if there is nothing to do: because the pixels
// are sRGB, because the file says nothing of their colours, or because what it says is broken or
// does not fit the kind of pixels that it has.
//
// Of reads what stands before the pixels only (in a TIFF: the first directory; in a BMP: what the
// header points to), and takes memory for one profile at most.
func Of(format string, file []byte) *icc.Transform {
	var f found
	switch format {
	case "jpeg":
		f = inJPEG(file)
	case "png":
		return ofPNG(file)
	case "gif":
		f = inGIF(file)
	case "webp":
		f = inWebP(file)
	case "tiff":
		f = inTIFF(file)
	case "bmp":
		f = inBMP(file)
	}
	return f.transform()
}

// What is found in a file: the kind of its pixels and an ICC profile, which may be absent.
type found struct {
	space   icc.Space
	profile []byte
}

func (f found) transform() *icc.Transform {
	if f.profile == nil {
		return nil
	}
	t, err := profiles.Parse(context.Background(), f.profile)
	if err != nil || t.Identity() {
		return nil
	}
	// Grey pixels with a profile for RGB are common, and mean what red, green and blue of that
	// value would.
	if t.Space() != f.space && (f.space != icc.Gray || t.Space() != icc.RGB) {
		return nil
	}
	return t
}

// Described returns the Transform of what a format of somebody else says: a profile, or, where that is
// none that can be used, code points of ITU-T H.273, ColourPrimaries and TransferCharacteristics. It
// is nil if there is nothing to do.
func Described(profile []byte, gray bool, points *[2]uint8) *icc.Transform {
	f := found{space: icc.RGB, profile: profile}
	if gray {
		f.space = icc.Gray
	}
	if profile != nil {
		if t, err := profiles.Parse(context.Background(), profile); err == nil && (t.Identity() || f.transform() != nil) {
			return f.transform()
		}
	}
	if points == nil {
		return nil
	}
	t, _ := codePoints(uint16(points[0]), uint16(points[1]), false)
	return t
}
