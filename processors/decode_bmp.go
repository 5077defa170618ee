package processors

import (
	"context"
	"image"

	"golang.org/x/image/bmp"
)

// decodeBMP decodes a bitmap. Where its header names no mask for alpha (BI_RGB), the fourth byte of a pixel means nothing, whatever
// version the header has; x/image takes it for alpha in the later ones, where it is mostly 0.
func decodeBMP(ctx context.Context, data []byte) (image.Image, error) {
	img, err := bmp.Decode(&contextReader{ctx, data})
	if err != nil {
		return nil, err
	}
	const compression, rgb = 30, 0
	if clear, ok := img.(*image.NRGBA); ok && data[compression] == rgb {
		for i := 3; i < len(clear.Pix); i += 4 {
			clear.Pix[i] = 255
		}
	}
	return img, nil
}
