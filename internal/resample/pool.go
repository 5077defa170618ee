package resample

import (
	"image"
	"sync"
)

// memory is what a Shrinker works with. It lies in a sync.Pool, which the garbage collector empties,
// and is not kept when a huge picture has made it larger than maxPooled.
type memory struct {
	x, y  axis
	sums  boxes
	cells []int16
	ring  []int16
	rows  [][]int16
	taps  [][]int16
	line  []byte
	wide  []int16
}

// maxPooled bounds what one element of a pool may hold on to, in bytes.
const maxPooled = 8 << 20

var (
	memories sync.Pool // of *memory
	pixels   sync.Pool // of *[]byte: the results that were released
)

func getMemory() *memory {
	if m, ok := memories.Get().(*memory); ok {
		return m
	}
	return new(memory)
}

func putMemory(m *memory) {
	if 2*(cap(m.x.w)+cap(m.y.w)+cap(m.cells)+cap(m.ring))+m.sums.bytes() <= maxPooled {
		memories.Put(m)
	}
}

// grow returns a slice of n elements of any content, in s's memory if that is enough.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// newPix returns n bytes of any content.
func newPix(n int) []byte {
	if p, ok := pixels.Get().(*[]byte); ok {
		if cap(*p) >= n {
			return (*p)[:n]
		}
		pixels.Put(p)
	}
	return make([]byte, n)
}

// Release gives the memory of a picture that Resize or a Shrinker returned back for the next one.
// The picture must not be used any more, nor be released twice. A picture that was cut out of the
// result by SubImage, or comes from elsewhere, must not be released. Calling Release is never
// necessary.
func Release(img image.Image) {
	var p []byte
	switch img := img.(type) {
	case *image.Gray:
		p, img.Pix = img.Pix, nil
	case *image.RGBA:
		p, img.Pix = img.Pix, nil
	case *image.NRGBA:
		p, img.Pix = img.Pix, nil
	case *image.CMYK:
		p, img.Pix = img.Pix, nil
	case *image.YCbCr:
		p = img.Y[:cap(img.Y)] // all three planes lie in one array, luma first
		img.Y, img.Cb, img.Cr = nil, nil, nil
	}
	if p = p[:cap(p)]; len(p) > 0 && len(p) <= maxPooled {
		pixels.Put(&p)
	}
}

func newGray(size image.Point) *image.Gray {
	return &image.Gray{Pix: newPix(size.X * size.Y), Stride: size.X, Rect: image.Rectangle{Max: size}}
}

func newRGBA(size image.Point) *image.RGBA {
	return &image.RGBA{Pix: newPix(4 * size.X * size.Y), Stride: 4 * size.X, Rect: image.Rectangle{Max: size}}
}

func newNRGBA(size image.Point) *image.NRGBA {
	return &image.NRGBA{Pix: newPix(4 * size.X * size.Y), Stride: 4 * size.X, Rect: image.Rectangle{Max: size}}
}

func newCMYK(size image.Point) *image.CMYK {
	return &image.CMYK{Pix: newPix(4 * size.X * size.Y), Stride: 4 * size.X, Rect: image.Rectangle{Max: size}}
}

// newYCbCr is image.NewYCbCr without the clearing.
func newYCbCr(size image.Point, ratio image.YCbCrSubsampleRatio) *image.YCbCr {
	dx, dy := subsampling(ratio)
	cw, ch := (size.X+dx-1)/dx, (size.Y+dy-1)/dy
	y, c := size.X*size.Y, cw*ch
	p := newPix(y + 2*c)
	return &image.YCbCr{
		Y: p[:y:len(p)], Cb: p[y : y+c : y+c], Cr: p[y+c : y+2*c : y+2*c],
		YStride: size.X, CStride: cw, SubsampleRatio: ratio, Rect: image.Rectangle{Max: size},
	}
}
