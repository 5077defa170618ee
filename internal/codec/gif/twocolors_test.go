package gif

import (
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// inOneBit compresses pixels with a minimum code size of 1. If often is true, it empties the table after every third code, else never.
func inOneBit(pixels []byte, often bool) []byte {
	var out []byte
	bits, count, width := uint64(0), uint(0), uint(2)
	put := func(code int) {
		bits |= uint64(code) << count
		for count += width; count >= 8; count -= 8 {
			out, bits = append(out, byte(bits)), bits>>8
		}
	}
	table, codes := map[string]int{}, 3
	put(twoClear)
	for len(pixels) > 0 {
		n, code := 1, int(pixels[0])
		for ; n < len(pixels); n++ {
			next, ok := table[string(pixels[:n+1])]
			if !ok {
				break
			}
			code = next
		}
		put(code)
		if codes++; codes == 1<<width && width < 12 {
			width++
		}
		if n < len(pixels) && codes < 4096 {
			table[string(pixels[:n+1])] = codes
		}
		if pixels = pixels[n:]; often && codes == 6 {
			put(twoClear)
			table, codes, width = map[string]int{}, 3, 2
		}
	}
	put(twoEnd)
	out = append(out, byte(bits))
	packed := []byte{1}
	for len(out) > 0 {
		n := min(len(out), 255)
		packed, out = append(append(packed, byte(n)), out[:n]...), out[n:]
	}
	return append(packed, 0)
}

// ofOneBit returns a file of two colors with a minimum code size of 1.
func ofOneBit(pixels []byte, size image.Point, often bool) []byte {
	out := appendHead(nil, size, hasTable, []byte{10, 200, 30, 40, 50, 250}, -1)
	out = appendDescriptor(out, image.Rectangle{Max: size}, 0)
	return append(append(out, inOneBit(pixels, often)...), trailer)
}

func TestACodeSizeOf1IsDecoded(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	for _, often := range []bool{true, false} {
		for _, rare := range []int{2, 5, 1 << 30} {
			size := image.Pt(313, 900+r.IntN(100)) // the table may become full
			pixels := make([]byte, size.X*size.Y)
			for i := range pixels {
				if r.IntN(rare) == 0 {
					pixels[i] = 1
				}
			}
			file := ofOneBit(pixels, size, often)
			f, err := parse(file, 10)
			require.NoError(t, err)
			img, err := new(decoder).still(t.Context(), &f.Frames[0], f.Screen)
			require.NoError(t, err)
			require.Equal(t, pixels, img.(*image.Paletted).Pix)

			f.Frames[0].data = f.Frames[0].data[:len(f.Frames[0].data)/2]
			_, err = new(decoder).still(t.Context(), &f.Frames[0], f.Screen)
			assert.ErrorIs(t, err, codec.ErrCorrupt)
		}
	}
}

func TestACodeSizeOf1IsDecodedAsInChromium(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 2))
	size := image.Pt(120, 90)
	var files, pixels [][]byte
	for _, often := range []bool{true, false} {
		p := make([]byte, size.X*size.Y)
		for i := range p {
			p[i] = byte(r.IntN(7)) & 1
		}
		files, pixels = append(files, ofOneBit(p, size, often)), append(pixels, p)
	}
	for i, shown := range imagetest.Screenshots(t, files, "image/gif", size, color.RGBA{1, 2, 3, 255}) {
		for j, v := range pixels[i] {
			want := []color.RGBA{{10, 200, 30, 255}, {40, 50, 250, 255}}[v]
			require.Equal(t, want, shown.RGBAAt(j%size.X, j/size.X), "pixel %d", j)
		}
	}
}
