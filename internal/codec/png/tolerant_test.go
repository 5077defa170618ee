package png

import (
	"bytes"
	"compress/flate"
	"image"
	"image/color"
	stdpng "image/png"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// A tolerant decode of a truncated file gives the upper part of the picture; the rest is gray or transparent. In an interlaced picture, a
// missing pixel becomes another pixel of its block of 8×8.
func TestATolerantDecodeKeepsTheRowsOfATruncatedFile(t *testing.T) {
	rng := rand.New(rand.NewPCG(40, 6))
	tolerant := codec.Options{Tolerant: true}
	everyKind(func(h pictureHeader) {
		h.Width, h.Height = 23, 41
		data := randomPNG(rng, h, flate.DefaultCompression)
		head := header(t, data)
		whole, err := Format.Decode(t.Context(), data, head, codec.Options{})
		require.NoError(t, err)
		came := -1
		for n := 41; n < len(data); n += 1 + rng.IntN(7) {
			_, strict := Format.Decode(t.Context(), data[:n], head, codec.Options{})
			pic, err := Format.Decode(t.Context(), data[:n], head, tolerant)
			if err != nil {
				require.ErrorIs(t, err, codec.ErrCorrupt)
				require.Equal(t, -1, came, "there was a picture of less of the file")
				continue
			}
			require.Equal(t, strict != nil, pic.Partial, "%+v, %d bytes", h, n)
			rows := 0
			for y := range h.Height {
				same, rest := true, true
				for x := range h.Width {
					w, g := whole.Image.At(x, y), pic.Image.At(x, y)
					same = same && sameColor(w, g)
					rest = rest && isMissing(g, h.Transparent)
				}
				if same && rows == y {
					rows++
				}
				if !h.Interlaced && !same && h.Color != colorIndexed {
					require.True(t, rest, "%+v: row %d after %d", h, y, rows)
				}
			}
			if !h.Interlaced {
				require.GreaterOrEqual(t, rows, came)
				require.GreaterOrEqual(t, rows, 4, "a tenth")
				came = rows
			} else {
				came = 0
			}
		}
		require.NotEqual(t, -1, came)
	})
}

func sameColor(a, b color.Color) bool {
	r, g, bl, al := a.RGBA()
	r2, g2, b2, al2 := b.RGBA()
	return r == r2 && g == g2 && bl == b2 && al == al2
}

func isMissing(c color.Color, alpha bool) bool {
	r, _, _, a := c.RGBA()
	return a == 0 || r>>8 == 128
}

func TestATolerantDecodeReportsDamage(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 6))
	pixels := make([]byte, 100*301)
	for i := range pixels {
		if pixels[i] = byte(rng.Uint32()); i%301 == 0 {
			pixels[i] = 0
		}
	}
	ihdr := part{"IHDR", "\x00\x00\x00\x64\x00\x00\x00\x64\x08\x02\x00\x00\x00"}
	z := deflated(pixels, flate.BestSpeed)
	badFilter := bytes.Clone(pixels)
	badFilter[60*301] = 9
	damaged := func(at int) []byte {
		data := fileOf(ihdr, part{"IDAT", string(z)}, end)
		data[at] ^= 0xff
		return data
	}
	for name, c := range map[string]struct {
		file []byte
		rows int // minimum number of correct rows
	}{
		"a wrong Adler-32":     {fileOf(ihdr, part{"IDAT", string(z[:len(z)-1]) + "x"}, end), 100},
		"no Adler-32":          {fileOf(ihdr, part{"IDAT", string(z[:len(z)-4])}, end), 100},
		"a wrong CRC":          {damaged(len(damaged(0)) - 13), 100},
		"a wrong CRC of IHDR":  {damaged(8 + 8 + 13), 100},
		"a bad filter":         {fileOf(ihdr, part{"IDAT", string(deflated(badFilter, flate.BestSpeed))}, end), 60},
		"damage in the middle": {damaged(50 + len(z)/2), 40},
		"no second IDAT":       {fileOf(ihdr, part{"IDAT", string(z[:len(z)/2])}, end), 49},
		"the file ends":        {fileOf(ihdr, part{"IDAT", string(z)}, end)[:50+len(z)/4], 24},
	} {
		h := header(t, c.file)
		for _, least := range []image.Point{{}, {100, 50}, {50, 50}} {
			_, err := Format.Decode(t.Context(), c.file, h, codec.Options{Least: least})
			assert.ErrorIs(t, err, codec.ErrCorrupt, name)
			pic, err := Format.Decode(t.Context(), c.file, h, codec.Options{Tolerant: true, Least: least})
			require.NoError(t, err, name)
			assert.True(t, pic.Partial, name)
			if least != (image.Point{}) {
				continue
			}
			for y := range c.rows {
				require.Equal(t, pixels[y*301+1:][:3], pic.Image.(*image.RGBA).Pix[y*400:][:3], "%s, row %d", name, y)
			}
		}
	}
	for _, file := range [][]byte{fileOf(ihdr, part{"IDAT", string(z[:len(z)/12])}, end), fileOf(ihdr, part{"IDAT", "garbage"}, end), fileOf(ihdr, end)} {
		_, err := Format.Decode(t.Context(), file, header(t, fileOf(ihdr)), codec.Options{Tolerant: true})
		assert.ErrorIs(t, err, codec.ErrCorrupt, "less than a tenth")
	}
}

// The result of a tolerant decode does not depend on previously decoded files.
func TestTheResultDoesNotDependOnThePreviousFile(t *testing.T) {
	rng := rand.New(rand.NewPCG(42, 6))
	everyKind(func(h pictureHeader) {
		h.Width, h.Height = 40, 40
		data := randomPNG(rng, h, flate.DefaultCompression)
		head := header(t, data)
		data = data[:41+(len(data)-41)*3/5]
		var pictures []*image.NRGBA
		for range 2 {
			for _, least := range []image.Point{{}, {20, 20}} {
				pic, err := Format.Decode(t.Context(), data, head, codec.Options{Tolerant: true, Least: least})
				require.NoError(t, err)
				out := image.NewNRGBA(pic.Image.Bounds())
				for i := range out.Rect.Dx() * out.Rect.Dy() {
					out.Set(i%out.Rect.Dx(), i/out.Rect.Dx(), pic.Image.At(i%out.Rect.Dx(), i/out.Rect.Dx()))
				}
				pictures = append(pictures, out)
			}
			other := randomPNG(rng, pictureHeader{Width: 90, Height: 90, Depth: 8, Color: colorRGBA}, flate.NoCompression)
			_, err := Format.Decode(t.Context(), other, header(t, other), codec.Options{})
			require.NoError(t, err)
		}
		require.Equal(t, pictures[:2], pictures[2:])
	})
}

func TestThePicturesOfTheCasesLookAsExpected(t *testing.T) {
	for name, c := range map[string]struct {
		like     string
		tolerant bool
	}{
		"n28-cut-no-adler": {"n01-planar-tiled-lzw", true}, "p21-bad-adler": {"p20-extra-zlib-data", true},
		"p20-extra-zlib-data": {"p20-extra-zlib-data", false}, "p22-no-iend": {"p20-extra-zlib-data", false},
		"p34-trns-before-plte": {"p34-trns-before-plte", false}, "p35-rgba-with-trns": {"p35-rgba-with-trns", false},
		"p40-graya-trns": {"p40-graya-trns", false}, "p41-gray-plte": {"p40-graya-trns", false}, "p43-gray-trns6": {"p40-graya-trns", false},
		"p45-trns-after-idat": {"p45-trns-after-idat", false}, "p47-plte-len7": {"p45-trns-after-idat", false},
	} {
		data := caseFile(t, "png/"+name+".png")
		want, err := stdpng.Decode(bytes.NewReader(caseFile(t, "expected/"+c.like+".png")))
		require.NoError(t, err)
		h := header(t, data)
		pic, err := Format.Decode(t.Context(), data, h, codec.Options{})
		if c.tolerant {
			require.ErrorIs(t, err, codec.ErrCorrupt, name)
			pic, err = Format.Decode(t.Context(), data, h, codec.Options{Tolerant: true})
		}
		require.NoError(t, err, name)
		require.Equal(t, want.Bounds(), pic.Image.Bounds(), name)
		sum := 0.0
		for y := range want.Bounds().Dy() {
			for x := range want.Bounds().Dx() {
				r, g, b, a := want.At(x, y).RGBA()
				r2, g2, b2, a2 := pic.Image.At(x, y).RGBA()
				for _, d := range [][2]uint32{{r, r2}, {g, g2}, {b, b2}, {a, a2}} {
					e := (float64(d[0]) - float64(d[1])) / 257
					sum += e * e
				}
			}
		}
		assert.Less(t, sum/float64(4*want.Bounds().Dx()*want.Bounds().Dy()), 3.0, "%s: mean squared error", name)
	}
}
