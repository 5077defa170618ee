package heif_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	ht "github.com/rest-thumbnails/thumbnail/internal/imagetest/heiftest"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// located returns an AVIF of 121×11 pixels in Display P3. Its "iloc" is the result of iloc, which gets the
// offset of the AV1 data. The AV1 data is at the start of a box after "iloc".
func located(iloc func(at uint32) []byte, idat []byte) []byte {
	meta := func(at uint32) []byte {
		return ht.Box("meta", ht.U32(0), ht.Box("pitm", ht.U32(0), ht.U16(7)), ht.Box("iinf", ht.U32(0), ht.U16(1), ht.Box("infe", []byte{2, 0, 0, 0}, ht.U16(7, 0), []byte("av01\x00"))),
			ht.Box("iprp", ht.Box("ipco", ht.Size(121, 11)), ht.Box("ipma", ht.U32(0, 1), ht.U16(7), []byte{1, 1})), iloc(at), ht.Box("idat", idat))
	}
	ftyp := ht.Box("ftyp", []byte("avif\x00\x00\x00\x00avif"))
	at := len(ftyp) + len(meta(0)) + 8
	return bytes.Join([][]byte{ftyp, meta(uint32(at)), ht.Box("mdat", av1Of(12, 13))}, nil)
}

func TestThePayloadIsFoundAtEveryLocation(t *testing.T) {
	be64 := func(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }
	iloc := func(version byte, content ...[]byte) []byte {
		return ht.Box("iloc", append([][]byte{{version, 0, 0, 0}}, content...)...)
	}
	n := uint32(len(av1Of(12, 13)))
	for name, c := range map[string]struct {
		iloc func(at uint32) []byte
		want error
	}{
		"in the file": {func(at uint32) []byte {
			return iloc(0, ht.U16(0x4400, 2, 1, 0, 1), ht.U32(0, 5), ht.U16(7, 0, 1), ht.U32(at, n))
		}, nil},
		"of no length, from a base": {func(at uint32) []byte { return iloc(0, ht.U16(0x4040, 1, 7, 0), ht.U32(at-1), ht.U16(1), ht.U32(1)) }, nil},
		"in parts, with indices": {func(at uint32) []byte {
			return iloc(1, ht.U16(0x8444, 1, 7, 0, 0), ht.U32(at), ht.U16(2), ht.U32(0), be64(0), ht.U32(9), ht.U32(0), be64(9), ht.U32(n-9))
		}, nil},
		"in idat": {func(uint32) []byte { return iloc(2, ht.U16(0x4400), ht.U32(1, 7), ht.U16(1, 0, 1), ht.U32(1, n)) }, nil},
		"the first of two entries": {func(at uint32) []byte {
			return iloc(0, ht.U16(0x4400, 2, 7, 0, 1), ht.U32(at, n), ht.U16(7, 0, 1), ht.U32(1<<30, 9))
		}, nil},
		"in an item":          {func(at uint32) []byte { return iloc(1, ht.U16(0x4400, 1, 7, 2, 0, 1), ht.U32(0, 9)) }, processors.ErrFormat},
		"in another file":     {func(at uint32) []byte { return iloc(1, ht.U16(0x4400, 1, 7, 0, 1, 1), ht.U32(0, 9)) }, processors.ErrFormat},
		"not there":           {func(at uint32) []byte { return iloc(0, ht.U16(0x4400, 1, 8, 0, 1), ht.U32(at, n)) }, processors.ErrCorrupt},
		"nowhere":             {func(uint32) []byte { return nil }, processors.ErrCorrupt},
		"beyond the end":      {func(at uint32) []byte { return iloc(0, ht.U16(0x4400, 1, 7, 0, 1), ht.U32(at+n+1, 1)) }, processors.ErrCorrupt},
		"longer than it is":   {func(at uint32) []byte { return iloc(0, ht.U16(0x4400, 1, 7, 0, 1), ht.U32(at, n+1)) }, processors.ErrCorrupt},
		"beyond idat":         {func(uint32) []byte { return iloc(1, ht.U16(0x4400, 1, 7, 1, 0, 1), ht.U32(1, n+1)) }, processors.ErrCorrupt},
		"numbers of 15 bytes": {func(uint32) []byte { return iloc(0, ht.U16(0xff00, 1, 7, 0, 1), make([]byte, 40)) }, processors.ErrCorrupt},
		"cut off":             {func(uint32) []byte { return iloc(0, ht.U16(0x4400, 9, 1, 0, 1), ht.U32(0, 5), ht.U16(7, 0)) }, processors.ErrCorrupt},
		"far beyond the end": {func(uint32) []byte {
			return iloc(0, ht.U16(0x8880, 1, 7, 0), be64(2), ht.U16(1), be64(math.MaxUint64), be64(math.MaxUint64))
		}, processors.ErrFormat},
	} {
		file := located(c.iloc, append([]byte{0}, av1Of(12, 13)...))
		_, err := avif(image.Pt(121, 11)).Decode(t.Context(), file)
		require.ErrorIs(t, err, c.want, name)
		if c.want == nil {
			assert.Equal(t, [2]uint16{12, 13}, points(t, avif(image.Pt(121, 11)), file), name)
		}
	}
}

func TestLongNumbersAreRead(t *testing.T) {
	infe := ht.Box("infe", []byte{3, 0, 0, 0}, ht.U32(70001), ht.U16(0), []byte("av01\x00"))
	free := bytes.Repeat(ht.Box("free"), 299)
	ipma := ht.Box("ipma", []byte{1, 0, 0, 1}, ht.U32(2, 70000), []byte{1, 0, 9}, ht.U32(70001), []byte{2, 0x81, 0x2c, 0x01, 0x2d})
	file := func(at uint32) []byte {
		return bytes.Join([][]byte{ht.Box("ftyp", []byte("avif\x00\x00\x00\x00avif")), ht.Box("meta", ht.U32(0), ht.Box("pitm", []byte{1, 0, 0, 0}, ht.U32(70001)),
			ht.Box("iinf", []byte{1, 0, 0, 0}, ht.U32(1), infe), ht.Box("iprp", ht.Box("ipco", free, ht.Turn(1), ht.Size(121, 11)), ipma),
			ht.Box("iloc", []byte{2, 0, 0, 0, 0x44, 0}, ht.U32(1, 70001), ht.U16(0, 0, 1), ht.U32(at, uint32(len(swatchesAV1)))))}, nil)
	}
	at := len(file(0)) + 16
	whole := append(file(uint32(at)), append(append(append(ht.U32(1), "mdat"...), binary.BigEndian.AppendUint64(nil, uint64(16+len(swatchesAV1)))...), swatchesAV1...)...)
	h, err := avif(image.Pt(121, 11)).Header(t.Context(), bytes.NewReader(whole))
	require.NoError(t, err)
	assert.Equal(t, [3]int{11, 121, 8}, [3]int{h.Width, h.Height, h.Orientation})
	_, err = avif(image.Pt(121, 11)).Decode(t.Context(), whole)
	assert.NoError(t, err)
}

func TestMissingPixelsAreErrCorruptAndDataAfterThePixelsIsIgnored(t *testing.T) {
	whole := avifOf(swatchesAV1)
	f := avif(image.Pt(121, 11))
	for n := len(whole) - len(swatchesAV1); n < len(whole); n++ {
		_, err := f.Decode(t.Context(), whole[:n])
		require.ErrorIs(t, err, processors.ErrCorrupt)
	}
	for name, tail := range map[string][]byte{"garbage": {1, 2, 3}, "a box that is cut off": append(ht.U32(1000), "free"...), "a box of no size": ht.U32(0, 0)} {
		_, err := f.Decode(t.Context(), append(bytes.Clone(whole), tail...))
		assert.NoError(t, err, name)
	}
}
