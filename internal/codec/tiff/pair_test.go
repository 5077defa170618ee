package tiff_test

import (
	"image/color"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// The strips are long enough to be decoded two at a time.
func TestADamagedDeflatedStripDoesNotAffectTheStripDecodedWithIt(t *testing.T) {
	const width, rows, strips = 60, 100, 5
	rng := rand.New(rand.NewPCG(12, 1))
	raw := make([]byte, width*3*(rows*strips-30)) // the last strip is shorter
	for i := range raw {
		raw[i] = byte(rng.IntN(1 + i%97))
	}
	for damaged := range strips + 1 {
		f := pieces.NewTIFF(width, len(raw)/width/3, 8, 3, 2).Set(278, []uint32{rows}).Set(259, []uint16{8})
		for i := range strips {
			part := deflated(raw[i*rows*width*3 : min((i+1)*rows*width*3, len(raw))])
			if i == damaged {
				part = part[:len(part)/2]
			}
			f.Parts = append(f.Parts, part)
		}
		_, _, err := codectest.Decode(t.Context(), tiff.Format, f.Encode(), codec.Options{})
		require.Equal(t, damaged == strips, err == nil, err)
		_, pic, err := codectest.Decode(t.Context(), tiff.Format, f.Encode(), codec.Options{Tolerant: true})
		require.NoError(t, err)
		assert.Equal(t, damaged < strips, pic.Partial)
		for y := range len(raw) / width / 3 {
			if y/rows != damaged {
				v := raw[y*width*3:]
				require.Equal(t, color.RGBA{v[0], v[1], v[2], 255}, pic.Image.At(0, y), "strip %d is damaged", damaged)
			}
		}
	}
}

func TestADamagedDeflatedTileDoesNotAffectTheTileDecodedWithIt(t *testing.T) {
	const side, across, down = 64, 3, 2
	const width, height = side*across - 10, side*down - 20
	rng := rand.New(rand.NewPCG(12, 2))
	tiles := make([][]byte, across*down)
	for i := range tiles {
		tiles[i] = make([]byte, side*side*3)
		for j := range tiles[i] {
			tiles[i][j] = byte(rng.IntN(1 + j%97))
		}
	}
	for damaged := range len(tiles) + 1 {
		f := pieces.NewTIFF(width, height, 8, 3, 2).Set(322, []uint16{side}).Set(323, []uint16{side}).Set(259, []uint16{8})
		f.Tiled = true
		for i, tile := range tiles {
			part := deflated(tile)
			if i == damaged {
				part = part[:len(part)/2]
			}
			f.Parts = append(f.Parts, part)
		}
		_, pic, err := codectest.Decode(t.Context(), tiff.Format, f.Encode(), codec.Options{Tolerant: true})
		require.NoError(t, err)
		assert.Equal(t, damaged < len(tiles), pic.Partial)
		for y := range height {
			for x := range width {
				if i := y/side*across + x/side; i != damaged {
					v := tiles[i][(y%side*side+x%side)*3:]
					require.Equal(t, color.RGBA{v[0], v[1], v[2], 255}, pic.Image.At(x, y), "tile %d is damaged", damaged)
				}
			}
		}
	}
}
