package jpeg

import (
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// A picture may be decoded at n/8 if the result is at least minReduction[n] times as wide and as high as the
// thumbnail. At this ratio, the thumbnail of a sharp photo has a PSNR of at least 42 dB, compared to a full decode
// scaled by Lanczos-3. A low n loses high frequencies of each block. From 5/8 on, it is chroma that limits the ratio,
// because it can't be decoded at twice the scale.
//
// The ratios were measured with 38 photos, most of them of the Debian packages lomiri-wallpapers, mate-backgrounds and
// plasma-workspace-wallpapers: a part of 1600×1200 pixels of each, and the whole reduced to 1600×1200, which is sharper, at
// quality 92 in 4:2:0. From 1/8 to 7/8 the lowest PSNR at the ratio is 42.2, 41.3, 42.6, 42.5, 42.2, 42.5 and 42.5 dB. The
// second lowest at 2/8 is 42.4. A ratio of 1.6 at 2/8 would give at least 42.4 dB for all photos, but would take a fifth more
// time from 1200 to 200 pixels. Drawings with hard edges between saturated colors have a lower PSNR: 4 of 23 have between 37.5
// and 42 dB.
var minReduction = [8]float64{1: 1.7, 2: 1.5, 3: 1.4, 4: 1.3, 5: 1.3, 6: 1.2, 7: 1.1}

// minReductionSubsampled replaces minReduction for pictures with subsampled chroma that is not decoded at twice the scale.
// The necessary ratio depends on the saturation of small details: with a ratio of 2.2 at 1/8, a photo of a dune under a blue
// sky would have 40.1 dB. From 1/8 to 4/8 the lowest PSNR is 43.9, 42.2, 42.0 and 42.3 dB.
var minReductionSubsampled = [8]float64{1: 2.7, 2: 2.1, 3: 1.85, 4: 1.7}

// minReductionRough replaces minReduction[1] for progressive files whose chroma is decoded at twice the scale without
// its last bits. The lowest PSNR is 43.1 dB, and 42.3 at quality 70.
const minReductionRough = 1.85

// reduction returns the options for decoding a picture that is scaled to least pixels. It chooses the fewest
// eighths that are good enough.
func (f *frame) reduction(least image.Point) Options {
	if least.X < 1 || least.Y < 1 || f.lumaSubsampled() {
		return Options{Scale: 8}
	}
	full, subsampled := f.chromaRatio()
	for n := 1; n < 8; n++ {
		have := min(float64(f.width)/float64(least.X), float64(f.height)/float64(least.Y)) * float64(n) / 8
		if n > 4 {
			full = subsampled // chroma is not decoded at twice the scale, because that would be more than 8/8
		}
		if have >= minReduction[n]*full {
			return Options{
				Scale: n, FullChroma: have < minReductionSubsampled[n]*subsampled,
				roughChroma: n == 1 && have >= minReductionRough,
			}
		}
	}
	return Options{Scale: 8}
}

// chromaRatio returns factors by which the minimum ratio grows for pictures with less chroma than usual. full applies
// if chroma is decoded at twice the scale. It exceeds 1 if chroma is subsampled more than twice as much in one
// direction as in the other. subsampled applies otherwise. It exceeds 1 if chroma has less than half the samples of
// luma in a direction.
func (f *frame) chromaRatio() (full, subsampled float64) {
	full, subsampled = 1, 1
	for _, c := range f.comps {
		x, y := float64(f.hMax)/float64(c.h), float64(f.vMax)/float64(c.v)
		full, subsampled = max(full, max(x, y)/min(x, y)/2), max(subsampled, max(x, y)/2)
	}
	return full, subsampled
}

// lumaSubsampled reports whether the first component has fewer samples than another component. Encoders of photos
// never do that.
func (f *frame) lumaSubsampled() bool {
	return f.comps[0].h < f.hMax || f.comps[0].v < f.vMax
}

// describe describes the reduced decode for the resampler. Subsampled chroma has lost less detail than luma.
func (f *frame) describe(img image.Image) *codec.Picture {
	n := f.scale
	p := &codec.Picture{Image: img, Width: float64(f.width*n) / 8, Height: float64(f.height*n) / 8}
	if n == 8 {
		return p
	}
	p.Luma, p.Chroma = image.Pt(n, n), image.Pt(n, n)
	if y, ok := img.(*image.YCbCr); ok {
		dx, dy := subsamplingFactors(y.SubsampleRatio)
		luma, cb := f.comps[0], f.comps[1]
		p.Chroma = image.Pt(min(8, n*luma.h/(dx*cb.h)), min(8, n*luma.v/(dy*cb.v)))
	}
	return p
}

// subsamplingFactors returns the number of luma samples per chroma sample in each direction.
func subsamplingFactors(r image.YCbCrSubsampleRatio) (x, y int) {
	for factors, ratio := range subsamplingRatios {
		if ratio == r {
			return factors[0], factors[1]
		}
	}
	return 1, 1
}
