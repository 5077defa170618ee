package resample

import (
	"cmp"
	"context"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/pixels"
)

// resizeYCbCr scales each plane separately. A chroma sample lies in the center of its luma samples (JFIF 1.02).
func resizeYCbCr(ctx context.Context, src *image.YCbCr, r Rect, size image.Point, opt Options) (image.Image, error) {
	b := src.Rect
	lx, ly := gridsOf(b.Size(), r, size, opt)
	dst, err := newYCbCr(ctx, image.Pt(lx.n, ly.n), opt.Subsample)
	if err != nil {
		return nil, err
	}
	luma, err := newShrinker(ctx, Gray8, lx, ly, opt.Luma, opt)
	if err != nil {
		return nil, err
	}
	luma.plane(dst.Y, dst.YStride, src.Y, src.YStride)
	luma.Close()

	ix, iy := pixels.ChromaFactors(src.SubsampleRatio)
	ox, oy := pixels.ChromaFactors(dst.SubsampleRatio)
	cx := chromaGrid(b.Min.X, b.Max.X, ix, ox, lx)
	cy := chromaGrid(b.Min.Y, b.Max.Y, iy, oy, ly)
	chroma, err := newShrinker(ctx, Gray8, cx, cy, opt.Chroma, opt)
	if err != nil {
		return nil, err
	}
	chroma.plane(dst.Cb, dst.CStride, src.Cb, src.CStride)
	chroma.plane(dst.Cr, dst.CStride, src.Cr, src.CStride)
	chroma.Close()
	if err := cmp.Or(luma.err, chroma.err); err != nil {
		Release(ctx, dst)
		return nil, err
	}
	return dst, nil
}

// chromaGrid returns the grid of chroma samples that belongs to a grid of luma samples. The picture extends from lo to hi. in and out are the
// numbers of luma samples that share a chroma sample, in the source and in the result. Chroma samples are counted from the origin of the picture
// and not from its edge, because lo may lie in the middle of a chroma sample.
func chromaGrid(lo, hi, in, out int, luma grid) grid {
	first := lo / in // as image.YCbCr.COffset rounds
	return grid{
		size: (hi-1)/in + 1 - first,
		x0:   float64((float64(lo)+luma.x0)/float64(in)) - float64(first),
		step: luma.step * float64(out) / float64(in),
		n:    (luma.n + out - 1) / out,
		only: luma.only,
	}
}

// plane scales one plane. It can be called again for another plane of the same size.
func (s *Shrinker) plane(dst []byte, dstStride int, src []byte, srcStride int) {
	s.rewind(grayRow(dst, dstStride))
	for y := s.from; y < s.to; y++ {
		s.writeRow(y, src[y*srcStride:][:s.width])
	}
}
