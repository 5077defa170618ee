package jpeg

import (
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// minReduction is how many times larger than what is made of it a picture decoded at n/8 has to be,
// so that a sharp photograph keeps 42 dB against Lanczos-3 of a full decode. The lower n, the more of
// a block's cosines are missing; from 5/8 on it is the chroma, which is not decoded at twice the
// scale.
//
// They are measured on 38 photographs, most of them of the Debian packages lomiri-wallpapers,
// mate-backgrounds and plasma-workspace-wallpapers: 1600×1200 pixels of each, and the whole reduced
// to 1600×1200, which is sharper, at quality 92 in 4:2:0. From 1/8 to 7/8 the lowest PSNR at the
// limit is 42.2, 41.3, 42.6, 42.5, 42.2, 42.5 and 42.5 dB. The second lowest at 2/8 is 42.4; a
// limit of 1.6 would keep 42.4 for all, but costs a fifth of the time of 1200 pixels becoming 200.
// Drawings with hard edges between saturated colors have less, 4 of 23 down to 37.5 dB.
var minReduction = [8]float64{1: 1.7, 2: 1.5, 3: 1.4, 4: 1.3, 5: 1.3, 6: 1.2, 7: 1.1}

// minReductionSubsampled is the same where subsampled chroma is not decoded at twice the scale
// either. It depends on how saturated what is small is: 2.2 at 1/8 would leave 40.1 dB of a dune
// under a blue sky. The lowest PSNR is 43.9, 42.2, 42.0 and 42.3 dB.
var minReductionSubsampled = [8]float64{1: 2.7, 2: 2.1, 3: 1.85, 4: 1.7}

// minReductionRough is the same at 1/8 where the chroma of a progressive file, decoded at twice the
// scale, lacks the last bits: 43.1 dB, and at quality 70 42.3.
const minReductionRough = 1.85

// reduction says how a picture is decoded for one of least pixels: at the fewest eighths from which
// that is good.
func (f *frame) reduction(least image.Point) Options {
	if least.X < 1 || least.Y < 1 || f.lumaSubsampled() {
		return Options{Scale: 8}
	}
	full, subsampled := f.chromaRatio()
	for n := 1; n < 8; n++ {
		have := min(float64(f.width)/float64(least.X), float64(f.height)/float64(least.Y)) * float64(n) / 8
		if n > 4 {
			full = subsampled // as no block is decoded at more than 8/8
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

// chromaRatio is by how much a picture has to be reduced further because it has less chroma than
// 4:2:0 or 4:2:2 along one direction: full where blocks decoded at twice the scale make up for what
// is missing in both directions, subsampled where there are none of these.
func (f *frame) chromaRatio() (full, subsampled float64) {
	full, subsampled = 1, 1
	for _, c := range f.comps {
		x, y := float64(f.hMax)/float64(c.h), float64(f.vMax)/float64(c.v)
		full, subsampled = max(full, max(x, y)/min(x, y)/2), max(subsampled, max(x, y)/2)
	}
	return full, subsampled
}

// lumaSubsampled reports whether the first component has fewer samples than another, as no encoder
// of photographs leaves it: there is none to spare.
func (f *frame) lumaSubsampled() bool {
	return f.comps[0].h < f.hMax || f.comps[0].v < f.vMax
}

// describe tells the resampler what the decode has done: subsampled chroma has lost less than luma.
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

// subsamplingFactors returns how many samples of luma there are to one of chroma, per direction.
func subsamplingFactors(r image.YCbCrSubsampleRatio) (x, y int) {
	for factors, ratio := range subsamplingRatios {
		if ratio == r {
			return factors[0], factors[1]
		}
	}
	return 1, 1
}
