package colorspace

import (
	"bytes"
	"compress/zlib"
	"image"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// altered returns a copy of b with another byte at a position.
func altered(b []byte, at int, v byte) []byte {
	b = bytes.Clone(b)
	b[at] = v
	return b
}

// zlibbed returns an iCCP chunk with a changed zlib stream.
func zlibbed(change func(z []byte) []byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write(p3Profile())
	_ = z.Close()
	return pieces.PNG("iCCP", []byte("name\x00\x00"), change(b.Bytes()))
}

// A described is the chunks of a PNG that describe its colors, in the order of precedence.
type described struct {
	name   string
	usable bool // for pictures in color; gray pictures also have usable gray profiles
	chunks [][]byte
}

// each calls f with every combination of one description per level, after those in all.
func each(levels [][]described, all []described, f func(all []described)) {
	if len(levels) == 0 {
		f(all)
		return
	}
	for _, d := range levels[0] {
		each(levels[1:], append(all[:len(all):len(all)], d), f)
	}
}

// PNG, 4.3: cICP precedes iCCP, which precedes sRGB, which precedes gAMA with cHRM. A chunk that can't be used is ignored.
func TestTheFirstUsableDescriptionOfAPNGApplies(t *testing.T) {
	levels := [][]described{
		{{name: "no cICP"}, {"cICP", true, [][]byte{cICP(9, 8, 1)}}, {"unknown cICP", false, [][]byte{cICP(200, 13, 1)}},
			{"reserved cICP", false, [][]byte{cICP(1, 0, 1)}}, {"cICP with a matrix", false, [][]byte{pieces.PNG("cICP", []byte{9, 8, 1, 1})}}},
		{{name: "no iCCP"}, {"iCCP", true, [][]byte{pieces.ICCP(p3Profile())}}, {"iCCP of version 9", false, [][]byte{pieces.ICCP(altered(p3Profile(), 8, 9))}},
			{"iCCP of CMYK", false, [][]byte{pieces.ICCP(altered(p3Profile(), 16, 'C'))}}, {"cut iCCP", false, [][]byte{zlibbed(func(z []byte) []byte { return z[:len(z)/2] })}},
			{"iCCP of gray", false, [][]byte{pieces.ICCP(grayProfile())}}},
		{{name: "no sRGB"}, {"sRGB", true, [][]byte{pieces.PNG("sRGB", []byte{0})}}, {"sRGB without intent", false, [][]byte{pieces.PNG("sRGB", []byte{4})}}},
		{{name: "no gAMA"}, {"gAMA", true, [][]byte{gAMA(55556)}}, {"gAMA, cHRM", true, [][]byte{gAMA(100000), chrmAdobe}},
			{"gAMA 0", false, [][]byte{gAMA(0), chrmAdobe}}, {"cHRM", false, [][]byte{chrmAdobe}}, {"gAMA, cHRM 0", false, [][]byte{gAMA(100000), cHRM(0, 0, 0, 0, 0, 0, 0, 0)}}},
	}
	color, gray := swatches(), image.NewGray(image.Rect(0, 0, 256, 1))
	for i := range gray.Pix {
		gray.Pix[i] = byte(i)
	}
	for _, source := range []image.Image{color, gray} {
		alone := map[string]image.Image{}
		shown := func(d ...described) image.Image {
			var chunks [][]byte
			for _, d := range d {
				chunks = append(chunks, d.chunks...)
			}
			return apply(Of("png", withChunks(t, source, chunks...)), source)
		}
		each(levels, nil, func(all []described) {
			first, names := described{name: "nothing"}, []string{}
			for _, d := range all {
				names = append(names, d.name)
				if first.chunks == nil && (d.usable || d.name == "iCCP of gray" && source == image.Image(gray)) {
					first = d
				}
			}
			if alone[first.name] == nil {
				alone[first.name] = shown(first)
			}
			assert.Equal(t, alone[first.name], shown(all...), "%T: %s", source, strings.Join(names, ", "))
		})
		assert.Len(t, alone, map[bool]int{true: 6, false: 7}[source == image.Image(color)])
	}
}
