//go:build unix

package thumbnail_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// filesOfTinyParts are files of very many parts with hardly any pixels each, so that starting a part is most of the work.
func filesOfTinyParts(t testing.TB) []hostileFile {
	pixel, block := tinyJPEG(0xc0, 1, 0), tinyJPEG(0xc0, 8, 0)
	progressive := tinyJPEG(0xc2, 4000, 4000*4000/64)
	scan := append(pieces.JPEG(0xda, []byte{1, 1, 0, 1, 63, 0}), bytes.Repeat([]byte{0x7f, 0xfe}, 8)...) // 8 runs of 32,767 blocks without coefficients
	return []hostileFile{
		{"a TIFF of 65,535 JPEG strips of one pixel", sameParts(pixel, 1, 65535, 1, 7, false), either},
		{"a TIFF of 65,535 JPEG strips of 8 pixels", sameParts(tinyJPEG(0xc0, 8, 0), 8, 65535, 1, 7, false), either},
		{"a TIFF of JPEG tiles of one pixel", sameParts(pixel, 300, 300, 1, 7, true), either},
		{"a TIFF of JPEG tiles of 64 pixels", sameParts(block, 2000, 2000, 8, 7, true), either},
		{"a TIFF of deflated tiles of one pixel", sameParts(deflate(t, make([]byte, 1)), 500, 500, 1, 8, true), either},
		{"a JPEG of 3000 scans without coefficients", slices.Concat(progressive[:len(progressive)-2], bytes.Repeat(scan, 3000), []byte{0xff, 0xd9}), either},
		{"a JPEG of restart markers", slices.Concat(withRestarts(tinyJPEG(0xc0, 2000, 0)), bytes.Repeat([]byte("\xff\xd0\xff\xd1\xff\xd2\xff\xd3\xff\xd4\xff\xd5\xff\xd6\xff\xd7"), 8000)), refused},
	}
}

func TestSoundTIFFsOfSmallJPEGTilesAreNotRefused(t *testing.T) {
	status, source, _ := cost(t, sameParts(tinyJPEG(0xc0, 16, 4), 4000, 4000, 16, 7, true), ".jpg", 1)
	if status != 200 || source.Width != 4000 {
		t.Errorf("62,500 tiles of the smallest size: %d", status)
	}
}

// tinyJPEG returns a gray JPEG of side × side pixels. All of its n blocks, 1 if n is 0, are gray.
func tinyJPEG(frame byte, side, n int) []byte {
	counts := append([]byte{1}, make([]byte, 15)...)
	return slices.Concat([]byte{0xff, 0xd8}, pieces.JPEG(0xdb, []byte{0}, bytes.Repeat([]byte{1}, 64)),
		pieces.JPEG(frame, []byte{8, byte(side >> 8), byte(side), byte(side >> 8), byte(side), 1, 1, 0x11, 0}),
		pieces.JPEG(0xc4, []byte{0}, counts, []byte{0}), pieces.JPEG(0xc4, []byte{0x10}, counts, []byte{map[byte]byte{0xc2: 0xe0}[frame]}),
		pieces.JPEG(0xda, []byte{1, 1, 0, 0, map[byte]byte{0xc0: 63}[frame], 0}), make([]byte, n/8+1), []byte{0xff, 0xd9})
}

// withRestarts declares a restart marker after every block.
func withRestarts(file []byte) []byte {
	return pieces.IntoJPEG(file[:len(file)-2], pieces.JPEG(0xdd, []byte{0, 1}))
}

// sameParts returns a gray TIFF whose strips or tiles of side rows are all in the same place.
func sameParts(data []byte, width, height, side, compression int, tiled bool) []byte {
	columns, where := 1, [3]uint16{273, 279, 278}
	if tiled {
		columns, where = (width+side-1)/side, [3]uint16{324, 325, 323}
	}
	n := columns * ((height + side - 1) / side)
	f := pieces.NewTIFF(width, height, 8, 1, 1, data).Set(259, []uint16{uint16(compression)}).Set(where[2], []uint32{uint32(side)}).
		Set(where[0], slices.Repeat([]uint32{8}, n)).Set(where[1], slices.Repeat([]uint32{uint32(len(data))}, n))
	if f.Tiled = tiled; tiled {
		f.Set(322, []uint32{uint32(side)})
	}
	return f.Encode()
}
