package tiff_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// withTables returns a picture of n JPEG strips whose tables are in the field JPEGTables, and these tables.
func withTables(t *testing.T, colored bool, n int) (f *pieces.TIFF, tables []byte) {
	f = jpegStrips(t, colored, n)
	f.Last = true
	for i, part := range f.Parts {
		short := []byte{0xff, 0xd8}
		tables = []byte{0xff, 0xd8}
		for at := 2; ; {
			end := at + 2 + int(binary.BigEndian.Uint16(part[at+2:]))
			switch part[at+1] {
			case 0xc4, 0xdb:
				tables = append(tables, part[at:end]...)
			case 0xda:
				f.Parts[i] = append(short, part[at:]...)
			default:
				short = append(short, part[at:end]...)
			}
			if part[at+1] == 0xda {
				break
			}
			at = end
		}
		tables = append(tables, 0xff, 0xd9)
	}
	return f, tables
}

func TestATolerantDecodeUsesTheUsualTablesForTruncatedJPEGTables(t *testing.T) {
	for _, colored := range []bool{false, true} {
		for _, strips := range []int{1, 3} {
			f, tables := withTables(t, colored, strips)
			whole := f.Set(347, tables).Encode()
			_, sound, err := codectest.Decode(t.Context(), tiff.Format, whole, codec.Options{})
			require.NoError(t, err)
			start := bytes.Index(whole, tables)
			for n := start; n < start+len(tables)-2; n += 13 {
				_, _, err := codectest.Decode(t.Context(), tiff.Format, whole[:n], codec.Options{})
				require.ErrorIs(t, err, codec.ErrCorrupt)
				img, err := tolerant(t, whole[:n])
				require.NoError(t, err, "%d of %d bytes", n-start, len(tables))
				require.Zero(t, maxDifference(sound.Image, img), "%d of %d bytes", n-start, len(tables))
			}
		}
	}
}

func TestATolerantDecodeUsesTheUsualTablesForDamagedJPEGTables(t *testing.T) {
	for _, strips := range []int{1, 3} {
		f, tables := withTables(t, true, strips)
		whole := f.Set(347, tables).Encode()
		start := bytes.Index(whole, tables)
		for bit := 8 * 2; bit < 8*len(tables)-16; bit += 7 {
			data := append([]byte(nil), whole...)
			data[start+bit/8] ^= 1 << (bit % 8)
			_, _, strict := codectest.Decode(t.Context(), tiff.Format, data, codec.Options{})
			if strict != nil {
				assert.ErrorIs(t, strict, codec.ErrCorrupt, "bit %d", bit)
			}
			_, pic, err := codectest.Decode(t.Context(), tiff.Format, data, codec.Options{Tolerant: true})
			require.NoError(t, err, "bit %d: %v", bit, strict)
			assert.True(t, pic.Partial || strict == nil, "bit %d", bit)
		}
	}
}
