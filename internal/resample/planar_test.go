package resample

import (
	"image"
	"math/rand/v2"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/codec"

	"github.com/stretchr/testify/require"
)

// writePlanar writes the rows of src to p.
func writePlanar(p *Planar, src *image.YCbCr) {
	width, height := src.Rect.Dx(), src.Rect.Dy()
	half := (width + 1) / 2
	for y := range height {
		p.WriteLuma(src.Y[y*src.YStride:][:width])
		if y%2 == 1 || y == height-1 {
			p.WriteChroma(src.Cb[y/2*src.CStride:][:half], src.Cr[y/2*src.CStride:][:half])
		}
	}
}

// asBytes rounds samples to bytes.
func asBytes(dst []byte, y, cb, cr []int16) {
	for i := range len(dst) / 4 {
		for j, plane := range [][]int16{y, cb, cr} {
			dst[4*i+j] = clamp((int32(plane[i]) + 32) >> sampleBits)
		}
		dst[4*i+3] = 255
	}
}

func TestPlanarScalesLikeResize(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 42))
	for range 60 {
		size := image.Pt(2+r.IntN(300), 2+r.IntN(300))
		small := image.Pt(1+r.IntN(size.X/2), 1+r.IntN(size.Y/2))
		src := image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)
		for _, plane := range [][]byte{src.Y, src.Cb, src.Cr} {
			for i := range plane {
				plane[i] = byte(r.Uint32())
			}
		}
		account := codec.NewAccount(PlanarBytes(size, small, Options{}))
		ctx := codec.WithAccount(t.Context(), account)
		p, err := NewPlanar(ctx, size, small, asBytes, Options{})
		require.NoError(t, err, "%v to %v", size, small)
		writePlanar(p, src)
		require.LessOrEqual(t, len(p.free), 3*waiting, "%v to %v", size, small)
		got, err := p.Image()
		require.NoError(t, err)

		want, err := Resize(t.Context(), src, Full(src.Rect), small, Options{})
		require.NoError(t, err)
		planes := want.(*image.YCbCr)
		for y := range small.Y {
			for x := range small.X {
				c, d := planes.YCbCrAt(x, y), got.RGBAAt(x, y)
				require.InDelta(t, c.Y, d.R, 1, "%v to %v at %d, %d", size, small, x, y)
				require.InDelta(t, c.Cb, d.G, 1, "%v to %v at %d, %d", size, small, x, y)
				require.InDelta(t, c.Cr, d.B, 1, "%v to %v at %d, %d", size, small, x, y)
			}
		}
		Release(ctx, got)
		require.Zero(t, account.Used())
	}
}

func TestPlanarReportsMissingRows(t *testing.T) {
	p, err := NewPlanar(t.Context(), image.Pt(64, 64), image.Pt(8, 8), asBytes, Options{})
	require.NoError(t, err)
	defer p.Close()
	for range 64 {
		p.WriteLuma(make([]byte, 64))
	}
	_, err = p.Image()
	require.ErrorIs(t, err, errRows)
}
