package jpeg

import (
	"context"
	"image/color"
)

// interleave converts a picture of RGB or of four components to four bytes per pixel.
//
// In files, 255 means no ink, as Adobe's programs write it; in image.CMYK, 0 means no ink. Browsers, Pillow and libvips read files without
// an Adobe marker in the same way; image/jpeg refuses them. In YCCK (Adobe transform 2), the first three components are the Y'CbCr of R =
// 255-C, G = 255-M and B = 255-Y. So a conversion to RGB gives C, M and Y as files store them, with 255 for no ink.
func (d *Decoder) interleave(ctx context.Context) ([]byte, error) {
	d.out.pixels = fitted(d.out.pixels, 4*d.outW*d.outH, 1)
	pix := d.out.pixels
	rgb := len(d.comps) == 3
	var s [4]sampler
	for i := range d.comps {
		s[i] = d.sampler(i)
	}
	var invert byte
	if !rgb {
		invert = 255
	}
	ycck := !rgb && d.adobe && d.adobeTransform != 0
	for y := range d.outH {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out := pix[4*y*d.outW:][:4*d.outW]
		for i := range d.comps {
			row, x := s[i].row(y), s[i].columns
			for j, from := range x {
				out[4*j+i] = row[from] ^ invert
			}
		}
		for x := 0; x < len(out); x += 4 {
			switch {
			case rgb:
				out[x+3] = 255
			case ycck:
				out[x], out[x+1], out[x+2] = color.YCbCrToRGB(out[x]^255, out[x+1]^255, out[x+2]^255)
			}
		}
	}
	return pix, nil
}
