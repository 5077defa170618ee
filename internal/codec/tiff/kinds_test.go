package tiff_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

func decoded(t *testing.T, f *pieces.TIFF) image.Image {
	t.Helper()
	_, pic, err := codectest.Decode(t.Context(), tiff.Format, f.Encode(), codec.Options{})
	require.NoError(t, err)
	require.False(t, pic.Partial)
	return pic.Image
}

const width, height = 37, 23

func TestSamplesOfEveryDepthAreDecoded(t *testing.T) {
	for _, order := range []pieces.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, bits := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 24, 32} {
			gray := noise(uint64(bits), width*height, bits)
			f := pieces.NewTIFF(width, height, bits, 1, 1, pack(order, bits, width, gray))
			f.Order = order
			assert.LessOrEqual(t, maxDifference(decoded(t, f), grayOf(width, height, bits, gray)), 1.0, "gray, %d bits, %v", bits, order)
			for _, samples := range []int{3, 4, 5} {
				colors := noise(uint64(bits), width*height*samples, bits)
				f = pieces.NewTIFF(width, height, bits, samples, 2, pack(order, bits, width*samples, colors))
				f.Order, f.Big = order, samples == 4
				f.Set(338, []uint16{0, 0}[:samples-3])
				if samples == 3 {
					f.Set(338, nil)
				}
				assert.LessOrEqual(t, maxDifference(decoded(t, f), rgbOf(width, height, bits, samples, colors)), 1.0, "RGB, %d bits, %v", bits, order)
			}
		}
	}
}

func TestWhiteIsZeroIsInverted(t *testing.T) {
	for _, bits := range []int{1, 4, 8, 12, 16} {
		v := noise(1, width*height, bits)
		inverse := make([]uint64, len(v))
		for i := range v {
			inverse[i] = 1<<bits - 1 - v[i]
		}
		f := pieces.NewTIFF(width, height, bits, 1, 0, pack(binary.LittleEndian, bits, width, v))
		assert.LessOrEqual(t, maxDifference(decoded(t, f), grayOf(width, height, bits, inverse)), 1.0, "%d bits", bits)
	}
}

func TestFloatsAreLevelsFrom0To1(t *testing.T) {
	values := []float64{0, 1, 0.5, 0.25, -3, 7, math.NaN(), 0.75}
	want := image.NewGray16(image.Rect(0, 0, len(values), 1))
	var f32, f64 []uint64
	for i, v := range values {
		want.SetGray16(i, 0, color.Gray16{Y: uint16(max(0, min(v, 1))*65535 + 0.5)})
		f32, f64 = append(f32, uint64(math.Float32bits(float32(v)))), append(f64, math.Float64bits(v))
	}
	want.SetGray16(6, 0, color.Gray16{})
	f16 := []uint64{0, 0x3c00, 0x3800, 0x3400, 0xc200, 0x4700, 0x7e00, 0x3a00}
	f24 := []uint64{0, 0x3f0000, 0x3e0000, 0x3d0000, 0xc08000, 0x41c000, 0x7f8000, 0x3e8000}
	for bits, v := range map[int][]uint64{16: f16, 24: f24, 32: f32, 64: f64} {
		f := pieces.NewTIFF(len(values), 1, bits, 1, 1, pack(binary.BigEndian, bits, len(v), v)).Set(339, []uint16{3})
		f.Order = binary.BigEndian
		assert.LessOrEqual(t, maxDifference(decoded(t, f), want), 0.5, "%d bits", bits)
	}
}

func TestOnlyExtraSamplesDeclaredAsAlphaAreAlpha(t *testing.T) {
	v := noise(1, width*height*5, 8)
	data := pack(binary.LittleEndian, 8, width*5, v)
	for _, extra := range [][]uint16{nil, {0}, {0, 0}, {1, 0}, {2, 0}, {0, 1}, {0, 2}, {9, 2}} {
		f := pieces.NewTIFF(width, height, 8, 5, 2, data)
		if extra != nil {
			f.Set(338, extra)
		}
		m := decoded(t, f)
		for i := range width * height {
			p := v[5*i:][:5]
			r, g, b, a := m.At(i%width, i/width).RGBA()
			got := [4]uint64{uint64(r >> 8), uint64(g >> 8), uint64(b >> 8), uint64(a >> 8)}
			want := [4]uint64{p[0], p[1], p[2], 255}
			for j, kind := range extra {
				if kind == 1 || kind == 2 {
					alpha := p[3+j]
					want[3] = alpha
					for k := range 3 {
						want[k] = min(p[k], alpha)
						if kind == 2 {
							want[k] = p[k] * alpha / 255
						}
					}
					break
				}
			}
			for j := range want {
				assert.InDelta(t, want[j], got[j], 1, "extra samples %v", extra)
			}
		}
	}
}

func TestPalettesWith16BitsOr8AreDecoded(t *testing.T) {
	for _, bits := range []int{1, 2, 4, 8, 12} {
		for _, scale := range []int{1, 257} {
			n := 1 << bits
			colors := make([]uint16, 3*n)
			for i := range colors {
				colors[i] = uint16(i * 37 % 256 * scale)
			}
			colors[0] = uint16(255 * scale)
			v := noise(1, width*height, bits)
			f := pieces.NewTIFF(width, height, bits, 1, 3, pack(binary.LittleEndian, bits, width, v)).Set(320, colors)
			want := image.NewRGBA(image.Rect(0, 0, width, height))
			for i, p := range v {
				want.SetRGBA(i%width, i/width, color.RGBA{byte(int(colors[p]) / scale), byte(int(colors[n+int(p)]) / scale), byte(int(colors[2*n+int(p)]) / scale), 255})
			}
			assert.Zero(t, maxDifference(decoded(t, f), want), "%d bits, levels × %d", bits, scale)
		}
	}
}

func TestMissingAndWrongFieldsHaveDefaults(t *testing.T) {
	v := noise(1, width*height*3, 8)
	data := pack(binary.LittleEndian, 8, width*3, v)
	want := rgbOf(width, height, 8, 3, v)
	half := 12 * width * 3
	for name, f := range map[string]*pieces.TIFF{
		"one value of BitsPerSample":      pieces.NewTIFF(width, height, 8, 3, 2, data).Set(258, []uint16{8}),
		"no SamplesPerPixel":              pieces.NewTIFF(width, height, 8, 3, 2, data).Set(277, nil),
		"no Compression":                  pieces.NewTIFF(width, height, 8, 3, 2, data).Set(259, nil),
		"no PhotometricInterpretation":    pieces.NewTIFF(width, height, 8, 3, 2, data).Set(262, nil),
		"no StripByteCounts":              {Order: binary.LittleEndian, Fields: pieces.NewTIFF(width, height, 8, 3, 2).Fields, Parts: [][]byte{data}, NoSize: true},
		"StripByteCounts of 0":            pieces.NewTIFF(width, height, 8, 3, 2, data).Set(279, []uint32{0}),
		"StripByteCounts that are short":  pieces.NewTIFF(width, height, 8, 3, 2, data).Set(279, []uint32{77}),
		"two strips without RowsPerStrip": pieces.NewTIFF(width, height, 8, 3, 2, data[:half], data[half:]),
		"RowsPerStrip of 0":               pieces.NewTIFF(width, height, 8, 3, 2, data).Set(278, []uint32{0}),
		"RowsPerStrip beyond the picture": pieces.NewTIFF(width, height, 8, 3, 2, data).Set(278, []uint32{math.MaxUint32}),
		"sizes of 16 bits":                pieces.NewTIFF(width, height, 8, 3, 2, data).Set(256, []uint16{width}).Set(257, []uint16{height}),
	} {
		assert.Zero(t, maxDifference(decoded(t, f), want), name)
	}
}

func TestTheHeaderReportsTheOrientationAndTheStoredSize(t *testing.T) {
	for orientation := range uint16(11) {
		f := pieces.NewTIFF(3, 2, 8, 1, 1, make([]byte, 6)).Set(274, []uint16{orientation})
		h, err := tiff.Format.Header(t.Context(), codec.NewBytesReader(t.Context(), f.Encode()))
		require.NoError(t, err)
		want := int(orientation)
		if want < 1 || want > 8 {
			want = 1
		}
		assert.Equal(t, want, h.Orientation)
		assert.Equal(t, image.Pt(3, 2), h.Stored)
	}
}

func TestPredictorsAreUndone(t *testing.T) {
	for _, order := range []pieces.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, bits := range []int{8, 16, 32} {
			v := noise(uint64(bits), width*height*3, bits)
			d := make([]uint64, len(v))
			for i := range v {
				d[i] = v[i]
				if i%(3*width) >= 3 {
					d[i] = (v[i] - v[i-3]) & (1<<bits - 1)
				}
			}
			f := pieces.NewTIFF(width, height, bits, 3, 2, deflated(pack(order, bits, 3*width, d))).Set(259, []uint16{8}).Set(317, []uint16{2})
			f.Order = order
			assert.LessOrEqual(t, maxDifference(decoded(t, f), rgbOf(width, height, bits, 3, v)), 1.0, "%d bits, %v", bits, order)
		}
	}
}

func deflated(p []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(p)
	w.Close()
	return b.Bytes()
}

func TestSubsampledChromaIsUpsampled(t *testing.T) {
	for _, sub := range [][2]int{{1, 1}, {2, 1}, {1, 2}, {2, 2}, {4, 1}, {4, 2}, {4, 4}} {
		w, h := 9, 7
		m := image.NewRGBA(image.Rect(0, 0, w, h))
		var data []byte
		for y := 0; y < h; y += sub[1] {
			for x := 0; x < w; x += sub[0] {
				cb, cr := byte(90+x*5), byte(140-y*3)
				for j := range sub[1] {
					for i := range sub[0] {
						luma := byte(50 + 10*(x+i) + (y + j))
						data = append(data, luma)
						if x+i < w && y+j < h {
							r, g, b := color.YCbCrToRGB(luma, cb, cr)
							m.SetRGBA(x+i, y+j, color.RGBA{r, g, b, 255})
						}
					}
				}
				data = append(data, cb, cr)
			}
		}
		f := pieces.NewTIFF(w, h, 8, 3, 6, data).Set(530, []uint16{uint16(sub[0]), uint16(sub[1])})
		assert.LessOrEqual(t, maxDifference(decoded(t, f), m), 2.0, fmt.Sprint(sub))
	}
}

func TestAPalettePictureStaysPalettedUnlessReduced(t *testing.T) {
	colors := make([]uint16, 48)
	for i := range colors {
		colors[i] = uint16(i * 1300)
	}
	v := noise(1, width*height, 4)
	data := pieces.NewTIFF(width, height, 4, 1, 3, pack(binary.LittleEndian, 4, width, v)).Set(320, colors).Encode()
	_, pic, err := codectest.Decode(t.Context(), tiff.Format, data, codec.Options{})
	require.NoError(t, err)
	assert.IsType(t, &image.Paletted{}, pic.Image)
	_, pic, err = codectest.Decode(t.Context(), tiff.Format, data, codec.Options{Least: image.Pt(10, 6)})
	require.NoError(t, err)
	assert.Equal(t, image.Pt(10, 6), pic.Image.Bounds().Size())
}

func TestUnsupportedAndCorruptFilesAreErrors(t *testing.T) {
	data := make([]byte, width*height*8)
	for name, f := range map[string]*pieces.TIFF{
		"compression":          pieces.NewTIFF(width, height, 8, 1, 1, data).Set(259, []uint16{34712}),
		"CFA":                  pieces.NewTIFF(width, height, 8, 1, 32803, data),
		"depths that differ":   pieces.NewTIFF(width, height, 8, 3, 2, data).Set(258, []uint16{5, 6, 5}),
		"fax of 8 bits":        pieces.NewTIFF(width, height, 8, 1, 1, data).Set(259, []uint16{4}),
		"a predictor of 4 bit": pieces.NewTIFF(width, height, 4, 1, 1, data).Set(259, []uint16{5}).Set(317, []uint16{2}),
		"complex numbers":      pieces.NewTIFF(width, height, 32, 1, 1, data).Set(339, []uint16{6}),
	} {
		_, _, err := codectest.Decode(t.Context(), tiff.Format, f.Encode(), codec.Options{})
		assert.ErrorIs(t, err, codec.ErrFormat, name)
	}
	for name, f := range map[string]*pieces.TIFF{
		"no width":         pieces.NewTIFF(0, height, 8, 1, 1, data),
		"too few pixels":   pieces.NewTIFF(width, height, 8, 3, 2, data[:width*height*2]),
		"no strips":        pieces.NewTIFF(width, height, 8, 1, 1, data).Set(273, []byte{}),
		"a palette absent": pieces.NewTIFF(width, height, 8, 1, 3, data),
	} {
		_, _, err := codectest.Decode(t.Context(), tiff.Format, f.Encode(), codec.Options{})
		assert.ErrorIs(t, err, codec.ErrCorrupt, name)
	}
}

func TestTheProfileIsFound(t *testing.T) {
	profile := []byte("not a profile, but long enough to lie elsewhere")
	for photometric, space := range map[int]codec.Space{1: codec.SpaceGray, 2: codec.SpaceRGB, 5: codec.SpaceCMYK} {
		n := map[int]int{1: 1, 2: 3, 5: 4}[photometric]
		data := pieces.NewTIFF(width, height, 8, n, photometric, make([]byte, width*height*n)).Set(34675, profile).Encode()
		h, err := tiff.Format.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
		require.NoError(t, err)
		c, err := tiff.Format.Color(t.Context(), data, &h)
		require.NoError(t, err)
		assert.Equal(t, codec.Color{Space: space, Profile: profile}, c)
	}
}

func TestHeaderSeeksToADirectoryBehindThePixels(t *testing.T) {
	data := pieces.NewTIFF(1000, 1000, 8, 3, 2, make([]byte, 3e6)).Encode()
	src := &counter{Reader: bytes.NewReader(data)}
	h, err := tiff.Format.Header(t.Context(), codec.NewReader(t.Context(), src, false))
	require.NoError(t, err)
	assert.Equal(t, image.Pt(1000, 1000), h.Stored)
	assert.Less(t, src.n, 8<<10)
}

type counter struct {
	*bytes.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}
