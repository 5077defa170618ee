package heif_test

import (
	"image"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	ht "github.com/rest-thumbnails/thumbnail/internal/imagetest/heiftest"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/heif"
)

// avif is a format of AV1.
func avif(size image.Point) processors.Format {
	return heif.Format(plain(size), heif.Config{Name: "avif", Brands: []string{"avif", "avis"}, Items: []string{"av01", "grid"}})
}

// points returns the code points of a file. It replaces unspecified code points by those of sRGB.
func points(t testing.TB, f processors.Format, file []byte) [2]uint16 {
	t.Helper()
	c, err := f.Color(t.Context(), file)
	require.NoError(t, err)
	assert.Nil(t, c.Profile)
	if c.CICP == nil {
		return [2]uint16{1, 13}
	}
	return [2]uint16{uint16(c.CICP.Primaries), uint16(c.CICP.Transfer)}
}

// sequenceColors returns the code points of an AVIF with a payload.
func sequenceColors(t testing.TB, av1 []byte) [2]uint16 {
	t.Helper()
	return points(t, avif(image.Pt(121, 11)), ht.File(avifBrands, 1, ht.Item{Kind: "av01", Properties: [][]byte{ht.Size(121, 11)}, Data: av1}))
}

// obu returns an OBU with a size field.
func obu(kind byte, content ...byte) []byte {
	return append([]byte{kind<<3 | 2, byte(len(content))}, content...)
}

func TestTheColorsAreThoseOfTheFirstSequenceHeader(t *testing.T) {
	p3, pq := av1Of(12, 13)[2:], av1Of(9, 16)[2:] // the AV1 data after the temporal delimiter
	unsized := append([]byte{1 << 3}, p3[2:2+p3[1]]...)
	extended := append([]byte{1<<3 | 4 | 2, 0, p3[1]}, p3[2:]...)
	long := append([]byte{p3[0], p3[1] | 0x80, 0x80, 0}, p3[2:]...)
	for name, c := range map[string]struct {
		av1           []byte
		colors, curve uint16
	}{
		"first":                        {p3, 12, 13},
		"of two":                       {append(pq[:2+pq[1]:2+pq[1]], p3...), 9, 16},
		"behind a temporal delimiter":  {append(obu(2), p3...), 12, 13},
		"behind metadata":              {append(obu(5, 1, 2, 3), pq...), 9, 16},
		"with an extension":            {extended, 12, 13},
		"with a long size":             {long, 12, 13},
		"without a size":               {unsized, 12, 13},
		"without colors":               {obu(1, 0x38, 0x18, 0xfc, 0x53, 0), 1, 13},
		"cut off":                      {p3[:7], 1, 13},
		"none":                         {obu(5, 1, 2, 3), 1, 13},
		"behind more than there is":    {append([]byte{5<<3 | 2, 200}, p3...), 1, 13},
		"behind a size without an end": {append([]byte{5<<3 | 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, p3...), 1, 13},
		"of an extension alone":        {[]byte{1<<3 | 4 | 2, 0}, 1, 13},
	} {
		assert.Equal(t, [2]uint16{c.colors, c.curve}, sequenceColors(t, c.av1), name)
	}
}

// The test writes headers by the syntax tables of the specification (5.5), with random values for all fields.
func TestColorsAreFoundBehindEveryOptionalField(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var w bitWriter
		flag := func() bool {
			v := r.Uint64() & 1
			w.put(v, 1)
			return v == 1
		}
		random := func(n int) uint64 {
			v := r.Uint64() >> (64 - n)
			w.put(v, n)
			return v
		}
		profile := r.Uint64N(3)
		w.put(profile, 3)
		w.put(1, 1)
		reduced := flag()
		if reduced {
			random(5)
		} else {
			model, delay := false, 0
			if flag() {
				random(64)
				if flag() { // uvlc(): n zero bits, a one, and n more bits
					n := r.IntN(32)
					w.put(0, n)
					w.put(1, 1)
					if n > 0 {
						random(n)
					}
				}
				if model = flag(); model {
					delay = int(random(5)) + 1
					random(32 + 5 + 5)
				}
			}
			display := flag()
			for range random(5) + 1 {
				random(12)
				if random(5) > 7 {
					random(1)
				}
				if model && flag() {
					random(delay)
					random(delay)
					random(1)
				}
				if display && flag() {
					random(4)
				}
			}
		}
		width, height := r.IntN(6), r.IntN(3) // numbers of bits, minus one: at most 64×8 pixels
		w.put(uint64(width), 4)
		w.put(uint64(height), 4)
		random(width + 1)
		random(height + 1)
		if !reduced && flag() {
			random(7)
		}
		random(3)
		if !reduced {
			random(4)
			order := flag()
			if order {
				random(2)
			}
			force := uint64(2)
			if !flag() {
				force = random(1)
			}
			if force > 0 && !flag() {
				random(1)
			}
			if order {
				random(3)
			}
		}
		random(3)
		if high := flag(); profile == 2 && high {
			random(1)
		}
		if profile != 1 {
			random(1)
		}
		want := [2]uint16{1, 13}
		if flag() {
			want = [2]uint16{3 + uint16(r.UintN(200)), 16 + uint16(r.UintN(200))} // values that do not occur elsewhere in the header
			w.put(uint64(want[0]), 8)
			w.put(uint64(want[1]), 8)
			random(8)
		}
		w.put(1, 1)
		header := append([]byte{1 << 3}, w.data...)
		require.Equal(t, want, sequenceColors(t, header))
	}
}

// bitWriter writes the most significant bit first.
type bitWriter struct {
	data []byte
	bits int
}

func (w *bitWriter) put(v uint64, n int) {
	for ; n > 0; n-- {
		if w.bits%8 == 0 {
			w.data = append(w.data, 0)
		}
		w.data[w.bits/8] |= byte(v>>(n-1)&1) << (7 - w.bits%8)
		w.bits++
	}
}
