package resample

import (
	"context"
	"image"
	"math/bits"
	"sync"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/pixels"
)

// memory is the working memory of a Shrinker. It is kept in a sync.Pool, which the garbage collector empties. Memory of more than maxPooled
// bytes is not kept.
type memory struct {
	x, y    axis
	sums    boxes
	cells   []int16
	columns []column // scratch memory of convolveCells
	ring    []uint64
	rows    [][]uint64
	taps    [][]uint64
	line    []byte
	wide    []int16
}

// maxPooled is the maximum size in bytes of an element of a pool. A pool has one or two elements per processor. So all pools together hold at
// most tens of megabytes. No account is charged for them.
const maxPooled = 8 << 20

var (
	memories sync.Pool // of *memory

	// bytePools hold released results, as *[]byte. Pool n has the results whose lengths, in bytes, are n-bit numbers, so
	// a small result does not hide a large one.
	bytePools [64]sync.Pool
)

func getMemory() *memory {
	if m, ok := memories.Get().(*memory); ok {
		return m
	}
	return new(memory)
}

func putMemory(m *memory) {
	if 2*(cap(m.x.w)+cap(m.y.w)+cap(m.cells))+8*cap(m.ring)+32*cap(m.columns)+m.sums.bytes() <= maxPooled {
		memories.Put(m)
	}
}

// grow returns a slice of n elements with arbitrary contents. It uses the memory of s if that is large enough.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// newPix returns memory with arbitrary contents for a picture of the given bytes per pixel. It takes the memory
// from the account of ctx.
func newPix(ctx context.Context, size image.Point, bytes int) ([]byte, error) {
	return newBytes(ctx, int64(size.X)*int64(size.Y)*int64(bytes))
}

func newBytes(ctx context.Context, size int64) ([]byte, error) {
	if size > codec.Free {
		if err := codec.AccountOf(ctx).Take(size); err != nil {
			return nil, err
		}
	}
	n := int(size)
	if p, ok := bytePools[bits.Len(uint(n))].Get().(*[]byte); ok && cap(*p) >= n {
		return (*p)[:n], nil
	}
	return make([]byte, n), nil
}

// Release makes the memory of a picture available for the next picture, and returns it to the account of ctx. Only pictures that Resize or
// a Shrinker returned with ctx may be released, each once, and not results of SubImage. The picture must not be used afterwards. Release is
// optional.
func Release(ctx context.Context, img image.Image) {
	if n := Bytes(img); n > codec.Free {
		codec.AccountOf(ctx).Give(n)
	}
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
		bytePools[bits.Len(uint(len(p)))].Put(&p)
	}
}

// Bytes returns the number of bytes that were taken from the account for the pixels of a picture of Resize or a Shrinker.
func Bytes(img image.Image) int64 {
	switch img := img.(type) {
	case *image.Gray:
		return int64(len(img.Pix))
	case *image.RGBA:
		return int64(len(img.Pix))
	case *image.NRGBA:
		return int64(len(img.Pix))
	case *image.CMYK:
		return int64(len(img.Pix))
	case *image.YCbCr:
		return int64(len(img.Y) + len(img.Cb) + len(img.Cr))
	}
	return 0
}

// newYCbCr is like image.NewYCbCr, but does not clear the pixels.
func newYCbCr(ctx context.Context, size image.Point, ratio image.YCbCrSubsampleRatio) (*image.YCbCr, error) {
	dx, dy := pixels.ChromaFactors(ratio)
	cw, ch := (size.X+dx-1)/dx, (size.Y+dy-1)/dy
	p, err := newBytes(ctx, int64(size.X)*int64(size.Y)+2*int64(cw)*int64(ch))
	if err != nil {
		return nil, err
	}
	y, c := size.X*size.Y, cw*ch
	return &image.YCbCr{
		Y: p[:y:len(p)], Cb: p[y : y+c : y+c], Cr: p[y+c : y+2*c : y+2*c],
		YStride: size.X, CStride: cw, SubsampleRatio: ratio, Rect: image.Rectangle{Max: size},
	}, nil
}

// A watch checks a context once per megabyte of work.
type watch struct {
	ctx  context.Context
	left int
}

func (w *watch) spend(bytes int) error {
	if w.left -= bytes; w.left > 0 {
		return nil
	}
	w.left = 1 << 20
	return w.ctx.Err()
}

// Memory returns the maximum memory that Resize takes to scale a whole picture of at most src pixels to size.
func Memory(src, size image.Point) int64 {
	const planes = 4
	w, h := int64(size.X)+lineAlign, int64(size.Y)+lineAlign
	taps := func(from int, to int64) int64 { // number of weights per sample, after boxes were averaged; see axis.shape
		step := int64(from)/max(to-lineAlign, 1) + 1
		return max(6*step/maxBox, min(6*step, 12*boxResidual)) + 12
	}
	columns := 6*int64(src.X) + 24*w // for weights
	ring := (2*planes*w + 48) * (taps(src.Y, h) + atOnce - 1)
	rows := (2*atOnce*planes+wordBytes+6*planes+rowBytes)*int64(src.X) + 3*planes*w
	return 2*columns + 2*h*(taps(src.Y, h)+tapAlign) + 8*(6*int64(src.X)/max(w-lineAlign, 1)+12) + ring + rows + 4*(w+h) +
		4*int64(size.X)*int64(size.Y)
}
