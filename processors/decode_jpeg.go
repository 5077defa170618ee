package processors

import (
	"context"
	"fmt"
	"image"

	"github.com/rest-thumbnails/thumbnail/processors/internal/jpeg"
	"github.com/rest-thumbnails/thumbnail/processors/internal/resample"
)

// decodeJPEG decodes at the fewest eighths that are no less than least, as the picture is stored.
func decodeJPEG(ctx context.Context, data []byte, h Header, least image.Point) (*Picture, error) {
	options := jpegOptions(h.stored, least)
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
	return &Picture{img: img, shown: image.Pt(n, n), options: resampling(img, h.jpeg, n), decoder: decoder}, nil
}

// jpegOptions says how a picture of that size is decoded to no less than least.
func jpegOptions(stored, least image.Point) jpeg.Options {
	for n := 1; n < 8 && least != (image.Point{}); n++ {
		if stored.X*n >= 8*least.X && stored.Y*n >= 8*least.Y {
			return jpeg.Options{Scale: n, FullChroma: true}
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
