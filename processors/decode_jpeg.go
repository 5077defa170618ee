package processors

import (
	"context"
	"fmt"
	"image"

	"github.com/rest-thumbnails/thumbnail/processors/internal/jpeg"
	"github.com/rest-thumbnails/thumbnail/processors/internal/resample"
)

// decodeJPEG decodes at the fewest eighths from which a picture of least pixels, as it is stored, is good.
func decodeJPEG(ctx context.Context, data []byte, h Header, least image.Point) (*Picture, error) {
	options := jpegOptions(h.jpeg, least)
	decoder := jpeg.Get()
	img, err := decoder.Decode(ctx, data, options)
	if err != nil {
		decoder.Release()
		return nil, err
	}
	n := options.Scale
	if size := img.Bounds().Size(); size != image.Pt((h.stored.X*n+7)/8, (h.stored.Y*n+7)/8) {
		decoder.Release()
		return nil, fmt.Errorf("%v pixels at %d/8 where the header says %v", size, n, h.stored)
	}
	return &Picture{
		img: img, width: float64(h.stored.X*n) / 8, height: float64(h.stored.Y*n) / 8,
		options: resampling(img, h.jpeg, n), decoder: decoder,
	}, nil
}

// enough is how many times larger than what is made of it a picture decoded at n/8 has to be, so that a sharp photograph keeps 42 dB
// against a full decode (a Lanczos-3 of which both are). The lower n, the more of a block's cosines are missing. Measured by
// "go run ./bench -psnr" on photographs of 12 megapixels; the sharpest has 42.7 dB at 1.67 from 1/8, 43.4 at 1.56 from
// 2/8, 45.5 at 1.41 from 3/8 and at 1.25 from 4/8, and 39.9 at best a step below.
var enough = [8]float64{1: 1.6, 2: 1.5, 3: 1.35, 4: 1.2, 5: 1.15, 6: 1.1, 7: 1.05}

// enoughForHalfChroma is the same at 1/8 where subsampled chroma is not decoded at twice the scale. In a progressive file that saves
// the entropy decoding of all AC coefficients, which is three quarters of the time.
const enoughForHalfChroma = 1.85

// jpegOptions says how a picture is decoded for one of least pixels.
func jpegOptions(h jpeg.Header, least image.Point) jpeg.Options {
	if least == (image.Point{}) {
		return jpeg.Options{Scale: 8}
	}
	left := min(float64(h.Width)/float64(least.X), float64(h.Height)/float64(least.Y))
	for n := 1; n < 8; n++ {
		if left*float64(n) >= 8*enough[n] {
			return jpeg.Options{Scale: n, FullChroma: n > 1 || !h.Progressive || left*float64(n) < 8*enoughForHalfChroma}
		}
	}
	return jpeg.Options{Scale: 8}
}

// resampling tells the resampler what a decode at n/8 has done: subsampled chroma has lost less than luma.
func resampling(img image.Image, h jpeg.Header, n int) resample.Options {
	if n == 8 {
		return resample.Options{}
	}
	o := resample.Options{Luma: resample.Eighths{X: n, Y: n}, Chroma: resample.Eighths{X: n, Y: n}}
	if y, ok := img.(*image.YCbCr); ok && h.Components == 3 {
		dx, dy := subsampling(y.SubsampleRatio)
		o.Chroma.X = min(8, n*h.Sampling[0][0]/(dx*h.Sampling[1][0]))
		o.Chroma.Y = min(8, n*h.Sampling[0][1]/(dy*h.Sampling[1][1]))
	}
	return o
}
