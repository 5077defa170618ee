package tiff_test

import (
	"encoding/binary"
	"image"
	"image/color"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// ending returns a file with a picture of 40×20 pixels in 5 strips. The directory follows the pixels, and the values of its fields follow
// the directory.
func ending(samples, bits int, compression uint16) *pieces.TIFF {
	f := pieces.NewTIFF(40, 20, bits, samples, map[int]int{1: 1, 3: 2}[samples])
	f.Last = true
	v := noise(5, 40*20*samples, bits)
	for i := range 5 {
		strip := pack(binary.LittleEndian, bits, 40*samples, v[i*40*4*samples:][:40*4*samples])
		if compression == 8 {
			strip = deflated(strip)
		}
		f.Parts = append(f.Parts, strip)
	}
	return f.Set(259, []uint16{compression}).Set(278, []uint16{4})
}

// directoryOf returns the offsets of the directory and of the first values that follow it.
func directoryOf(data []byte) (at, values int) {
	at = int(binary.LittleEndian.Uint32(data[4:]))
	return at, at + 2 + 12*int(binary.LittleEndian.Uint16(data[at:])) + 4
}

func tolerant(t *testing.T, data []byte) (image.Image, error) {
	_, pic, err := codectest.Decode(t.Context(), tiff.Format, data, codec.Options{Tolerant: true})
	if err != nil {
		assert.ErrorIs(t, err, codec.ErrCorrupt)
		return nil, err
	}
	assert.True(t, pic.Partial)
	return pic.Image, nil
}

func TestATruncatedDirectoryIsCorrupt(t *testing.T) {
	for _, samples := range []int{1, 3} {
		for _, compression := range []uint16{1, 8} {
			whole := ending(samples, 8, compression).Encode()
			_, sound, err := codectest.Decode(t.Context(), tiff.Format, whole, codec.Options{})
			require.NoError(t, err)
			start, _ := directoryOf(whole)
			counts := len(whole) - 5*4 // StripByteCounts is the last field, and the offsets make it redundant
			for n := start; n < len(whole); n++ {
				_, pic, err := codectest.Decode(t.Context(), tiff.Format, whole[:n], codec.Options{})
				if n >= counts {
					require.NoError(t, err)
					require.Zero(t, maxDifference(sound.Image, pic.Image))
					continue
				}
				require.ErrorIs(t, err, codec.ErrCorrupt, "%d of %d", n, len(whole))
			}
		}
	}
}

func TestATolerantDecodeReadsUncompressedPixelsBeforeATruncatedDirectory(t *testing.T) {
	for _, samples := range []int{1, 3} {
		for _, bits := range []int{8, 16} {
			f := ending(samples, bits, 1)
			sound := decoded(t, f)
			whole := f.Encode()
			start, _ := directoryOf(whole)
			counts := len(whole) - 5*4
			for n := start + 2 + 12*7; n < counts; n++ { // the file contains all fields up to StripOffsets
				img, err := tolerant(t, whole[:n])
				require.NoError(t, err, "%d samples of %d bits, %d of %d bytes", samples, bits, n, len(whole))
				require.Zero(t, maxDifference(sound, img), "%d samples of %d bits, %d of %d bytes", samples, bits, n, len(whole))
			}
			_, err := tolerant(t, whole[:start+2])
			require.Error(t, err, "no field")
		}
	}
}

func TestATolerantDecodeReadsTheStripsUpToADamagedOneIfOffsetsAndLengthsAreTruncated(t *testing.T) {
	f := ending(1, 8, 8)
	sound := decoded(t, f)
	clear(f.Parts[3][:20])
	whole := f.Encode()
	_, values := directoryOf(whole)
	for offsets := range 4 {
		img, err := tolerant(t, whole[:values+4*offsets])
		require.NoError(t, err)
		for y := range 20 {
			want := color.Color(color.Gray{128})
			if y < 4*3 {
				want = sound.At(7, y)
			}
			require.Equal(t, want, img.At(7, y), "row %d, %d offsets", y, offsets)
		}
	}
}

// lengthsFirst exchanges StripOffsets and StripByteCounts behind the directory, as libtiff writes them.
func lengthsFirst(data []byte) (out []byte, lengths int) {
	at, values := directoryOf(data)
	out = slices.Clone(data)
	for entry := at + 2; entry < values-4; entry += 12 {
		value := out[entry+8:][:4]
		switch from := int(binary.LittleEndian.Uint32(value)); binary.LittleEndian.Uint16(out[entry:]) {
		case 273:
			copy(out[len(data)-20:], data[from:][:20])
			binary.LittleEndian.PutUint32(value, uint32(len(data)-20))
		case 279:
			copy(out[len(data)-40:], data[from:][:20])
			binary.LittleEndian.PutUint32(value, uint32(len(data)-40))
		}
	}
	return out, len(data) - 40
}

func TestATolerantDecodeAddsUpTheLengthsOfStripsWhoseOffsetsAreTruncated(t *testing.T) {
	for _, samples := range []int{1, 3} {
		f := ending(samples, 8, 8)
		sound := decoded(t, f)
		whole, lengths := lengthsFirst(f.Encode())
		_, same, err := codectest.Decode(t.Context(), tiff.Format, whole, codec.Options{})
		require.NoError(t, err)
		require.Zero(t, maxDifference(sound, same.Image))
		for n := lengths; n < len(whole); n++ {
			_, _, err := codectest.Decode(t.Context(), tiff.Format, whole[:n], codec.Options{})
			require.ErrorIs(t, err, codec.ErrCorrupt)
			img, err := tolerant(t, whole[:n])
			require.NoError(t, err)
			require.Zero(t, maxDifference(sound, img), "%d bytes of lengths and offsets", n-lengths)
		}
	}
}

func TestAddingUpLengthsChecksTheContext(t *testing.T) {
	const rows, planes = 1 << 14, 32
	looks := func(alpha int) int {
		extra := make([]uint16, planes-1)
		extra[alpha] = 2
		f := pieces.NewTIFF(1, rows, 8, planes, 1, []byte{0}).Set(259, []uint16{5}).Set(278, []uint16{1}).Set(284, []uint16{2}).Set(338, extra)
		f.Last = true
		data := f.Set(273, []uint32{0}).Set(279, slices.Repeat([]uint16{1}, rows*planes)).Encode()
		at, values := directoryOf(data)
		for entry := at + 2; entry < values-4; entry += 12 {
			if binary.LittleEndian.Uint16(data[entry:]) == 273 { // all offsets are cut off
				binary.LittleEndian.PutUint32(data[entry+4:], rows*planes)
				binary.LittleEndian.PutUint32(data[entry+8:], uint32(len(data)))
			}
		}
		ctx := &looking{Context: t.Context()}
		codectest.Decode(ctx, tiff.Format, data, codec.Options{Tolerant: true})
		return ctx.looks
	}
	const passed = rows * (planes - 2) // strips of the planes before the last, without those before the second
	assert.GreaterOrEqual(t, looks(planes-2)-looks(0), passed>>16)
}

func TestATolerantDecodeReadsATruncatedPalette(t *testing.T) {
	v := noise(2, 16*16, 8)
	f := pieces.NewTIFF(16, 16, 8, 1, 3, pack(binary.LittleEndian, 8, 16, v))
	f.Last = true
	colors := make([]uint16, 768)
	for i := range colors {
		colors[i] = uint16(i*7%256) * 257
	}
	whole := f.Set(320, colors).Encode()
	for _, have := range []int{767, 700, 512, 300} {
		data := whole[:len(whole)-2*(768-have)]
		_, _, err := codectest.Decode(t.Context(), tiff.Format, data, codec.Options{})
		require.ErrorIs(t, err, codec.ErrCorrupt)
		img, err := tolerant(t, data)
		require.NoError(t, err)
		for i, p := range v {
			level := func(j int) uint8 { return uint8(colors[256*j+int(p)] >> 8) }
			want := color.RGBA{level(0), level(1), level(2), 255}
			if 256+int(p) >= have {
				want.G = want.R
			}
			if 512+int(p) >= have {
				want.B = uint8((int(want.R) + int(want.G)) / 2)
			}
			require.Equal(t, want, color.RGBAModel.Convert(img.At(i%16, i/16)), "color %d of a palette with %d values", p, have)
		}
	}
	_, err := tolerant(t, whole[:len(whole)-2*768])
	require.Error(t, err)
}
