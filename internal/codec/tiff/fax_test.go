package tiff_test

import (
	"image/color"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// bitsOf packs a string of the digits 0 and 1.
func bitsOf(digits string) []byte {
	out := make([]byte, (len(digits)+7)/8)
	for i, c := range digits {
		out[i/8] |= byte(c-'0') << (7 - i%8)
	}
	return out
}

func TestFaxContinuesAtTheNextLineAfterADamagedOne(t *testing.T) {
	const line, row, wrong = "000000000001", "10000011", "100000000000011" // 3 white and 5 black pixels; an invalid code after 3 white ones
	var one, two strings.Builder
	for y := range 40 {
		s := row
		if y == 20 {
			s = wrong
		}
		one.WriteString(line + s)
		switch {
		case y == 21 || y%4 != 0 && y != 20: // as the row above
			two.WriteString(line + "0" + "11")
		default:
			two.WriteString(line + "1" + s)
		}
	}
	for options, digits := range map[uint32]string{0: one.String(), 1: two.String()} {
		f := pieces.NewTIFF(8, 40, 1, 1, 0, bitsOf(digits)).Set(259, []uint16{3}).Set(292, []uint32{options}).Encode()
		_, _, err := codectest.Decode(t.Context(), tiff.Format, f, codec.Options{})
		require.ErrorIs(t, err, codec.ErrCorrupt)
		_, pic, err := codectest.Decode(t.Context(), tiff.Format, f, codec.Options{Tolerant: true})
		require.NoError(t, err)
		assert.True(t, pic.Partial)
		for y := range 40 {
			black := y < 20 || y > 20 && (options == 0 || y > 23)
			got := color.GrayModel.Convert(pic.Image.At(5, y)).(color.Gray).Y
			assert.Equal(t, black, got == 0, "options %d, row %d", options, y)
			assert.Equal(t, color.Gray{255}, color.GrayModel.Convert(pic.Image.At(1, y)), "options %d, row %d", options, y)
		}
	}
}

func TestFaxOfWhichLessThanATenthDecodesIsCorrupt(t *testing.T) {
	const line, row, wrong = "000000000001", "10000011", "00000000011" // 3 white and 5 black pixels; an invalid code
	for _, sound := range []int{3, 5} {
		digits := strings.Repeat(line+row, sound) + strings.Repeat(line+wrong, 40-sound)
		f := pieces.NewTIFF(8, 40, 1, 1, 0, bitsOf(digits)).Set(259, []uint16{3}).Set(292, []uint32{0}).Encode()
		_, _, err := codectest.Decode(t.Context(), tiff.Format, f, codec.Options{Tolerant: true})
		if sound < 4 {
			require.ErrorIs(t, err, codec.ErrCorrupt)
		} else {
			require.NoError(t, err)
		}
	}
}
