package processors

import (
	"context"
	"image"
	"image/draw"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/pixels"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
	"github.com/rest-thumbnails/thumbnail/internal/scaling"
)

// Entropy crops like [Crop], but cuts off the parts with the least detail. It cuts slice by slice, always from
// the side whose slice has the lower entropy of its histogram. It chooses the same crop as the smart crop of
// django-rest-thumbnails.
type Entropy struct {
	NoEnlarge bool // see [Crop]
}

// Plan implements [Planner].
func (e Entropy) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	return Crop(e).Plan(original, width, height)
}

// Process implements [Processor].
func (e Entropy) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	return process(ctx, e, src, width, height)
}

// entropyPixels and entropySide limit the picture that Entropy examines. If the original is larger, Entropy
// examines a reduced copy.
const (
	entropyPixels = 4 << 20
	entropySide   = 1 << 14
)

// Locate implements [Locator].
func (Entropy) Locate(ctx context.Context, img image.Image, scaled image.Point, crop image.Rectangle) (image.Rectangle, error) {
	shrink := max(math.Sqrt(float64(scaled.X)/entropyPixels*float64(scaled.Y)), float64(max(scaled.X, scaled.Y))/entropySide, 1)
	look := scaling.Size(scaled, 1/shrink)
	box := image.Pt(min(scaling.Size(crop.Size(), 1/shrink).X, look.X), min(scaling.Size(crop.Size(), 1/shrink).Y, look.Y))
	small, err := scaling.Whole(ctx, img, look)
	if err != nil {
		return crop, err
	}
	if small != img {
		defer resample.Release(ctx, small)
	}
	bands, err := newBands(ctx, small)
	if err != nil {
		return crop, err
	}
	defer codec.AccountOf(ctx).Give(bands.taken)

	// Slices extend over the whole length of the other axis, even if that axis has already been cut.
	x, err := trim(ctx, look.X, box.X, func(from, to int) float64 { return bands.entropy(image.Rect(from, 0, to, look.Y)) })
	if err != nil {
		return crop, err
	}
	y, err := trim(ctx, look.Y, box.Y, func(from, to int) float64 { return bands.entropy(image.Rect(0, from, look.X, to)) })
	if err != nil {
		return crop, err
	}
	if look != scaled {
		x = min(scaledBy(x, scaled.X, look.X), scaled.X-crop.Dx())
		y = min(scaledBy(y, scaled.Y, look.Y), scaled.Y-crop.Dy())
	}
	return crop.Sub(crop.Min).Add(image.Pt(x, y)), nil
}

// scaledBy returns n × num / den. The product may need more than 32 bits.
func scaledBy(n, num, den int) int { return int(int64(n) * int64(num) / int64(den)) }

// trim cuts slices off the range from 0 to size until target remains, and returns where the remaining range
// begins. The size of a slice, and which entropies count as equal, are those of django-rest-thumbnails.
func trim(ctx context.Context, size, target int, entropy func(from, to int) float64) (int, error) {
	from, to := 0, size
	for excess := size - target; excess > 0; excess = to - from - target {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		slice := min(excess, max(excess/5, 10))
		start, end := entropy(from, from+slice), entropy(to-slice, to)
		switch {
		case end != 0 && math.Abs(start/end-1) < 0.01: // nearly equal: cut from both sides
			if excess >= 2*slice {
				from, to = from+slice, to-slice
			} else {
				from, to = from+slice/2, to-(slice-slice/2)
			}
		case start > end:
			to -= slice
		default: // also if both entropies are 0
			from += slice
		}
	}
	return from, nil
}

// bands has the interleaved samples of a picture: 1 band for gray, 3 for opaque color, 4 with alpha.
type bands struct {
	pix    []byte
	count  int // number of bands in a histogram
	step   int // bytes per pixel
	stride int // bytes per row
	taken  int64
}

func newBands(ctx context.Context, img image.Image) (bands, error) {
	b := img.Bounds()
	switch img := img.(type) {
	case *image.Gray:
		return bands{img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], 1, 1, img.Stride, 0}, nil
	case *image.Gray16:
		pix, err := codec.Bytes(ctx, b.Dx()*b.Dy())
		if err != nil {
			return bands{}, err
		}
		gray := &image.Gray{Pix: pix, Stride: b.Dx(), Rect: image.Rectangle{Max: b.Size()}}
		return bands{pix, 1, 1, gray.Stride, accounted(gray)}, pixels.Draw(ctx, gray, img, draw.Src)
	}
	p, fresh, err := pixels.NRGBA(ctx, img)
	if err != nil {
		return bands{}, err
	}
	out := bands{p.Pix, 4, 4, p.Stride, 0}
	if fresh {
		out.taken = accounted(p)
	}
	if pixels.Opaque(p) {
		out.count = 3
	}
	return out, nil
}

// accounted returns how many bytes the pixels of an image have taken from the account.
func accounted(img image.Image) int64 {
	if n := pixels.Bytes(img); n > codec.Free {
		return n
	}
	return 0
}

// entropy returns the entropy, in bits, of the histogram of r. Each band has its own 256 bins.
func (p bands) entropy(r image.Rectangle) float64 {
	var histogram [4][256]int
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := p.pix[y*p.stride+r.Min.X*p.step:]
		for range r.Dx() {
			for i := range p.count {
				histogram[i][row[i]]++
			}
			row = row[p.step:]
		}
	}
	total := float64(r.Dx() * r.Dy() * p.count)
	sum := 0.0
	for i := range p.count {
		for _, n := range histogram[i] {
			if n > 0 {
				f := float64(n) / total
				sum -= float64(f * math.Log2(f))
			}
		}
	}
	return sum
}
