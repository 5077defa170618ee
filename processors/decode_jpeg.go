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
// against Lanczos-3 of a full decode. The lower n, the more of a block's cosines are missing.
var enough = [8]float64{1: 1.7, 2: 1.5, 3: 1.4, 4: 1.3, 5: 1.3, 6: 1.2, 7: 1.1}

// enoughForHalf is the same where subsampled chroma is not decoded at twice the scale either. It is for photographs with saturated colours.
var enoughForHalf = [8]float64{1: 2.7, 2: 2.1, 3: 1.85, 4: 1.7}

// enoughForRough is the same where chroma that is decoded at twice the scale lacks the last bits.
const enoughForRough = 1.85

// jpegOptions says how a picture is decoded for one of least pixels.
func jpegOptions(h jpeg.Header, least image.Point) jpeg.Options {
	if least == (image.Point{}) {
		return jpeg.Options{Scale: 8}
	}
	for n := 1; n < 8; n++ {
		left := min(float64(h.Width)/float64(least.X), float64(h.Height)/float64(least.Y)) * float64(n) / 8
		if left >= enough[n] {
			return jpeg.Options{Scale: n, FullChroma: left < enoughForHalf[n], RoughChroma: n == 1 && left >= enoughForRough}
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
