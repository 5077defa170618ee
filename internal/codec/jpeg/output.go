package jpeg

import (
	"context"
	"image"
	"image/color"
)

// planes holds the decoded samples of each component, in whole blocks.
type planes struct {
	plane  [4][]byte
	stride [4]int // in samples
	pixels []byte // memory of an interleaved picture
	memory []byte // backing memory of the planes
}

func (p *planes) allocate(f *frame) {
	total := 0
	for i, c := range f.comps {
		p.stride[i] = c.blocksX * c.scale
		total += p.stride[i] * c.blocksY * c.scale
	}
	p.memory = fitted(p.memory, total, 1)
	rest := p.memory
	for i, c := range f.comps {
		size := p.stride[i] * c.blocksY * c.scale
		p.plane[i], rest = rest[:size:size], rest[size:]
	}
}

// gray fills component i with mid-gray, for samples that are missing in a damaged file. It fills the fourth component,
// black ink, with 255, which means no ink.
func (p *planes) gray(i int) {
	sample := byte(128)
	if i == 3 {
		sample = 255
	}
	for j := range p.plane[i] {
		p.plane[i][j] = sample
	}
}

// picture returns the planes as an image.
func (d *Decoder) picture(ctx context.Context) (image.Image, error) {
	p := &d.out
	bounds := image.Rect(0, 0, d.outW, d.outH)
	switch d.colorModel() {
	case color.GrayModel:
		return &image.Gray{Pix: p.plane[0], Stride: p.stride[0], Rect: bounds}, nil
	case color.YCbCrModel:
		if ratio, ok := d.subsampling(); ok {
			return &image.YCbCr{
				Y: p.plane[0], Cb: p.plane[1], Cr: p.plane[2],
				YStride: p.stride[0], CStride: p.stride[1], SubsampleRatio: ratio, Rect: bounds,
			}, nil
		}
		return d.upsampled(ctx, bounds)
	}
	pix, err := d.interleave(ctx)
	if err != nil {
		return nil, err
	}
	if len(d.comps) == 3 {
		return &image.RGBA{Pix: pix, Stride: 4 * d.outW, Rect: bounds}, nil
	}
	return &image.CMYK{Pix: pix, Stride: 4 * d.outW, Rect: bounds}, nil
}

var subsamplingRatios = map[[2]int]image.YCbCrSubsampleRatio{
	{1, 1}: image.YCbCrSubsampleRatio444,
	{1, 2}: image.YCbCrSubsampleRatio440,
	{2, 1}: image.YCbCrSubsampleRatio422,
	{2, 2}: image.YCbCrSubsampleRatio420,
	{4, 1}: image.YCbCrSubsampleRatio411,
	{4, 2}: image.YCbCrSubsampleRatio410,
}

// subsampling returns the chroma subsampling of the decoded planes. ok is false if image.YCbCr does not support it.
func (f *frame) subsampling() (ratio image.YCbCrSubsampleRatio, ok bool) {
	size := func(c component) [2]int { return [2]int{c.h * c.scale, c.v * c.scale} }
	y, cb := size(f.comps[0]), size(f.comps[1])
	if y != [2]int{f.hMax * f.scale, f.vMax * f.scale} || cb != size(f.comps[2]) || y[0]%cb[0] != 0 || y[1]%cb[1] != 0 {
		return 0, false
	}
	ratio, ok = subsamplingRatios[[2]int{y[0] / cb[0], y[1] / cb[1]}]
	return ratio, ok
}

// sampler upsamples a component to the size of the picture. It repeats samples, as image.YCbCr does.
type sampler struct {
	plane   []byte
	stride  int
	columns []int // for each column of the picture, the index of its sample in a row

	rows, of int // the samples of row y of the picture are in the plane, in the row with the number y·rows/of
}

func (d *Decoder) sampler(i int) sampler {
	c := d.comps[i]
	s := sampler{plane: d.out.plane[i], stride: d.out.stride[i], rows: c.v * c.scale, of: d.vMax * d.scale}
	s.columns = make([]int, d.outW)
	for x := range s.columns {
		s.columns[x] = x * c.h * c.scale / (d.hMax * d.scale)
	}
	return s
}

// row returns the sample row for row y of the picture.
func (s *sampler) row(y int) []byte { return s.plane[y*s.rows/s.of*s.stride:] }

// upsampled returns the picture with all components in full resolution (4:4:4).
func (d *Decoder) upsampled(ctx context.Context, bounds image.Rectangle) (image.Image, error) {
	img := &image.YCbCr{
		YStride: d.outW, CStride: d.outW, SubsampleRatio: image.YCbCrSubsampleRatio444, Rect: bounds,
	}
	size := d.outW * d.outH
	d.out.pixels = fitted(d.out.pixels, 3*size, 1)
	img.Y, img.Cb, img.Cr = d.out.pixels[:size], d.out.pixels[size:2*size], d.out.pixels[2*size:]
	for i, dst := range [][]byte{img.Y, img.Cb, img.Cr} {
		s := d.sampler(i)
		for y := range d.outH {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			row, out := s.row(y), dst[y*d.outW:][:d.outW]
			for x, from := range s.columns {
				out[x] = row[from]
			}
		}
	}
	return img, nil
}
