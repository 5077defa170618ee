package tiff_test

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// withoutPlaces returns a file whose offsets and lengths of strips or tiles are cut off: their fields refer to the end of the file.
func withoutPlaces(data []byte) []byte {
	data = append([]byte(nil), data...)
	order := binary.ByteOrder(binary.LittleEndian)
	if data[0] == 'M' {
		order = binary.BigEndian
	}
	at := order.Uint32(data[4:])
	for entry := at + 2; entry < at+2+12*uint32(order.Uint16(data[at:])); entry += 12 {
		switch order.Uint16(data[entry:]) {
		case 273, 279, 324, 325:
			order.PutUint32(data[entry+8:], uint32(len(data)))
		}
	}
	return data
}

// assertMeasured asserts that a tolerant decode finds the strips or tiles of a file without their offsets and lengths, within the estimated
// memory.
func assertMeasured(t *testing.T, whole []byte, what string) {
	t.Helper()
	_, sound, err := codectest.Decode(t.Context(), tiff.Format, whole, codec.Options{})
	require.NoError(t, err, what)
	cut := withoutPlaces(whole)
	_, _, err = codectest.Decode(t.Context(), tiff.Format, cut, codec.Options{})
	assert.ErrorIs(t, err, codec.ErrCorrupt, what)
	h, err := tiff.Format.Header(t.Context(), codec.NewBytesReader(t.Context(), cut))
	require.NoError(t, err, what)
	o := codec.Options{Tolerant: true}
	account := codec.NewAccount(tiff.Format.Memory(&h, o))
	pic, err := tiff.Format.Decode(codec.WithAccount(t.Context(), account), cut, &h, o)
	if assert.NoError(t, err, what) {
		assert.True(t, pic.Partial, what)
		assert.Zero(t, maxDifference(sound.Image, pic.Image), what)
	}
}

func TestATolerantDecodeMeasuresStripsWhoseLengthsAreTruncated(t *testing.T) {
	jpegs := jpegStrips(t, true, 5)
	jpegs.Last = true
	assertMeasured(t, jpegs.Encode(), "JPEG")
	for name, c := range map[string]struct {
		compression uint16
		pack        func([]byte) []byte
	}{"deflate": {8, deflated}, "old LZW": {5, lzwOf}, "PackBits": {32773, func(p []byte) []byte { return packBits(p, 120) }}} {
		for _, order := range []uint16{1, 2} {
			if name != "PackBits" && order == 2 {
				continue // old programs did not write LZW of this kind
			}
			f := ending(3, 8, 1).Set(259, []uint16{c.compression})
			for i, p := range f.Parts {
				f.Parts[i] = c.pack(p)
			}
			assertMeasured(t, inOrder(f, order).Encode(), fmt.Sprint(name, ", FillOrder ", order))
		}
	}
}

// inOrder sets FillOrder, and reverses the bits of each byte of the strips if it is 2.
func inOrder(f *pieces.TIFF, order uint16) *pieces.TIFF {
	for _, p := range f.Parts {
		for i := range p {
			if order == 2 {
				p[i] = bits.Reverse8(p[i])
			}
		}
	}
	return f.Set(266, []uint16{order})
}

func TestATolerantDecodeMeasuresFax(t *testing.T) {
	const line, end = "000000000001", "000000000001000000000001"
	rows := []string{"10000011", "1100" + "10", "10011"} // 3 white and 5 black pixels; 5 and 3; 8 white ones
	align := func(s string, n int) string { return s + strings.Repeat("0", (n-len(s)%n)%n) }
	for name, c := range map[string]struct {
		compression uint16
		options     uint32
		before      string // before each row
		align       int    // bits to which each row is aligned
		lineAlign   bool   // end-of-line codes end at a byte
		behind      string // behind each strip
	}{
		"group 3 without EOLs":                 {compression: 3},
		"group 3":                              {compression: 3, before: line},
		"group 3, aligned EOLs":                {compression: 3, options: 4, before: line, lineAlign: true},
		"group 3, RTC":                         {compression: 3, before: line, behind: strings.Repeat(line, 6)},
		"group 3, RTC of two EOLs":             {compression: 3, before: line, behind: strings.Repeat(line, 2)},
		"group 3, aligned EOLs and RTC":        {compression: 3, options: 4, before: line, lineAlign: true, behind: strings.Repeat("0000"+line, 6)},
		"group 3, aligned EOLs and dense RTC":  {compression: 3, options: 4, before: line, lineAlign: true, behind: strings.Repeat(line, 6)},
		"group 3 in two dimensions":            {compression: 3, options: 1, before: line + "1"},
		"group 3 in two dimensions, RTC":       {compression: 3, options: 1, before: line + "1", behind: strings.Repeat(line+"1", 6)},
		"group 4 without end":                  {compression: 4},
		"group 4":                              {compression: 4, behind: end},
		"modified Huffman":                     {compression: 2, align: 8},
		"modified Huffman in words of 16 bits": {compression: 32771, align: 16},
	} {
		for order := range uint16(2) {
			f := pieces.NewTIFF(8, 5*7, 1, 1, 0).Set(259, []uint16{c.compression}).Set(278, []uint16{7}).Set(292, []uint32{c.options})
			f.Last = true
			for strip := range 5 {
				var s string
				for y := range 7 {
					s += strings.Repeat("0", map[bool]int{true: (20 - len(s)%8) % 8}[c.lineAlign]) + c.before
					row := rows[(strip*5+y*y)%3]
					if c.compression == 4 {
						row = map[bool]string{true: "001" + rows[0], false: "1" + "1"}[y == 0] // as the row above
					}
					s += row
					s = align(s, max(c.align, 1))
				}
				if c.behind != "" && strings.HasPrefix(c.behind, "0000"+line) {
					s = align(s, 8)
				}
				f.Parts = append(f.Parts, bitsOf(s+c.behind))
			}
			assertMeasured(t, inOrder(f, order+1).Encode(), fmt.Sprint(name, ", FillOrder ", order+1))
		}
	}
}

func TestADamagedStripOfFaxIsNotMeasured(t *testing.T) {
	const line, row, wrong = "000000000001", "10000011", "100000000000011"
	f := pieces.NewTIFF(8, 5*7, 1, 1, 0).Set(259, []uint16{3}).Set(278, []uint16{7})
	f.Last = true
	for strip := range 5 {
		s := strings.Repeat(line+row, 6) + line
		s += map[bool]string{true: wrong, false: row}[strip == 2]
		f.Parts = append(f.Parts, bitsOf(s))
	}
	img, err := tolerant(t, withoutPlaces(f.Encode()))
	require.NoError(t, err)
	for y := range 35 {
		gray := y >= 21
		r, _, _, _ := img.At(6, y).RGBA()
		assert.Equal(t, gray, r>>8 == 128, "row %d", y)
	}
}

// libtiff writes offsets and lengths of more than one strip or tile behind the directory.
func TestATolerantDecodeMeasuresTheStripsAndTilesOfTiffcp(t *testing.T) {
	program(t, "tiffcp")
	dir := t.TempDir()
	for _, name := range []string{"white0", "rgb8", "gray16"} {
		path := filepath.Join(dir, name+".tif")
		require.NoError(t, os.WriteFile(path, originals()[name].Encode(), 0o600))
		files := 0
		for _, way := range []string{"packbits", "lzw:2", "g3:1d", "g3:2d", "g3:1d:fill", "g3:2d:fill", "g4"} {
			for _, place := range []string{"-r 1", "-r 50", "-t -w 64 -l 32"} {
				for _, variant := range []string{"", "-f lsb2msb", "-B -f lsb2msb -p separate"} {
					if strings.HasPrefix(place, "-t") && strings.HasSuffix(variant, "separate") {
						continue // tiffcp alternates between the tiles of the planes
					}
					args := strings.Fields("-c " + way + " " + place + " " + variant)
					copied := filepath.Join(dir, "copy.tif")
					os.Remove(copied)
					if exec.Command("tiffcp", append(args, path, copied)...).Run() != nil {
						continue // tiffcp does not support the combination
					}
					data, err := os.ReadFile(copied)
					require.NoError(t, err)
					files++
					assertMeasured(t, data, fmt.Sprint(name, args))
				}
			}
		}
		assert.Greater(t, files, 10, name)
	}
}
