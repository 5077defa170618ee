package processors

import (
	"context"
	"fmt"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec/jpeg"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// decodeJPEG decodes at the fewest eighths from which a picture of least pixels, as it is stored,
// is good.
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

// enough is how many times larger than what is made of it a picture decoded at n/8 has to be, so
// that a sharp photograph keeps 42 dB against Lanczos-3 of a full decode. The lower n, the more of
// a block's cosines are missing; from 5/8 on it is the chroma, which is not decoded at twice the
// scale.
//
// They are measured on 38 photographs, most of them of the Debian packages lomiri-wallpapers,
// mate-backgrounds and plasma-workspace-wallpapers: 1600×1200 pixels of each, and the whole reduced
// to 1600×1200, which is sharper, at quality 92 in 4:2:0. From 1/8 to 7/8 the lowest PSNR at the
// limit is 42.2, 41.3, 42.6, 42.5, 42.2, 42.5 and 42.5 dB. The second lowest at 2/8 is 42.4; a
// limit of 1.6 would keep 42.4 for all, but costs a fifth of the time of 1200 pixels becoming 200.
// Drawings with hard edges between saturated colours have less, 4 of 23 down to 37.5 dB.
var enough = [8]float64{1: 1.7, 2: 1.5, 3: 1.4, 4: 1.3, 5: 1.3, 6: 1.2, 7: 1.1}

// enoughForHalf is the same where subsampled chroma is not decoded at twice the scale either. It
// depends on how saturated what is small is: 2.2 at 1/8 would leave 40.1 dB of a dune under a blue
// sky. The lowest PSNR is 43.9, 42.2, 42.0 and 42.3 dB.
var enoughForHalf = [8]float64{1: 2.7, 2: 2.1, 3: 1.85, 4: 1.7}

// enoughForRough is the same at 1/8 where the chroma of a progressive file, decoded at twice the
// scale, lacks the last bits: 43.1 dB, and at quality 70 42.3.
const enoughForRough = 1.85

// jpegOptions says how a picture is decoded for one of least pixels.
func jpegOptions(h jpeg.Header, least image.Point) jpeg.Options {
	if least == (image.Point{}) || poorLuma(h) {
		return jpeg.Options{Scale: 8}
	}
	one, half := thin(h)
	for n := 1; n < 8; n++ {
		left := min(float64(h.Width)/float64(least.X), float64(h.Height)/float64(least.Y)) * float64(n) / 8
		if n > 4 {
			one = half // as no block is decoded at more than 8/8
		}
		if left >= enough[n]*one {
			return jpeg.Options{Scale: n, FullChroma: left < enoughForHalf[n]*half, RoughChroma: n == 1 && left >= enoughForRough}
		}
	}
	return jpeg.Options{Scale: 8}
}

// thin is how many times more a picture needs to have enough, because it has less chroma than 4:2:0
// or 4:2:2 along one direction: one where blocks decoded at twice the scale make up for what is
// missing in both directions, half where there are none of these.
func thin(h jpeg.Header) (one, half float64) {
	most := [2]int{1, 1}
	for _, s := range h.Sampling[:h.Components] {
		most = [2]int{max(most[0], s[0]), max(most[1], s[1])}
	}
	one, half = 1, 1
	for _, s := range h.Sampling[:h.Components] {
		x, y := float64(most[0])/float64(s[0]), float64(most[1])/float64(s[1])
		one, half = max(one, max(x, y)/min(x, y)/2), max(half, max(x, y)/2)
	}
	return one, half
}

// poorLuma reports whether the first component has fewer samples than another, as no encoder of
// photographs leaves it: there is none to spare.
func poorLuma(h jpeg.Header) bool {
	luma := h.Sampling[0]
	for _, s := range h.Sampling[:h.Components] {
		if s[0] > luma[0] || s[1] > luma[1] {
			return true
		}
	}
	return false
}

// resampling tells the resampler what a decode at n/8 has done: subsampled chroma has lost less
// than luma.
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
