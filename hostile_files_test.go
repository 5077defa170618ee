//go:build unix

package thumbnail_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/stretchr/testify/require"
)

// A hostileFile is a file that tries to cause excessive work.
type hostileFile struct {
	name   string
	data   []byte
	status []int // allowed answers of a handler
}

var (
	refused = []int{400, 415, 422, 503}
	either  = append([]int{200}, refused...) // a thumbnail of its complete pixels, or a refusal
)

func hostileFiles(t testing.TB) []hostileFile {
	dot := pieces.PNG("IDAT", deflate(t, make([]byte, 301*100)))
	baseline := photo(t, 1000, 1000)
	scan := baseline[bytes.LastIndex(baseline, []byte{0xff, 0xda}) : len(baseline)-2]
	huge := bytes.Clone(baseline)
	frame := bytes.Index(huge, []byte{0xff, 0xc0})
	copy(huge[frame+5:], "\xff\xdc\xff\xdc") // 65500 x 65500
	tiny := "\x02\x02\x44\x01\x00"           // one pixel
	return []hostileFile{
		{"a PNG of empty blocks", rawPNG(1000, 1000, pieces.PNG("IDAT", append([]byte{0x78, 1}, bytes.Repeat([]byte{0, 0, 0, 0xff, 0xff}, 800_000)...))), refused},
		{"a PNG of empty blocks of the fixed code", rawPNG(1000, 1000, pieces.PNG("IDAT", append([]byte{0x78, 1}, bytes.Repeat([]byte{2, 8, 0x20, 0x80, 0}, 800_000)...))), refused},
		{"a PNG of empty IDAT", rawPNG(100, 100, bytes.Repeat(pieces.PNG("IDAT"), 200_000), dot), either},
		{"a PNG of text chunks", rawPNG(100, 100, bytes.Repeat(pieces.PNG("tEXt"), 200_000), dot), either},
		{"a PNG whose profile is 32 MB of zeros", rawPNG(100, 100, pieces.PNG("iCCP", append([]byte("a\x00\x00"), deflate(t, make([]byte, 32<<20))...)), dot), either},
		{"a PNG whose text is 32 MB of zeros", rawPNG(100, 100, pieces.PNG("zTXt", append([]byte("a\x00\x00"), deflate(t, make([]byte, 32<<20))...)), dot), either},
		{"a PNG of 100 profiles", rawPNG(100, 100, bytes.Repeat(pieces.PNG("iCCP", append([]byte("a\x00\x00"), deflate(t, make([]byte, 1<<20))...)), 100), dot), either},
		{"an APNG of frames that are not there", rawPNG(100, 100, pieces.PNG("acTL", []byte("\x7f\xff\xff\xff\x00\x00\x00\x00")),
			bytes.Repeat(pieces.PNG("fcTL", []byte("\x00\x00\x00\x00\x7f\xff\xff\xff\x7f\xff\xff\xff\x7f\xff\xff\xff\x7f\xff\xff\xff\x00\x01\x00\x0a\x00\x00")), 1000), dot), either},
		{"a TIFF of strips that are the same", sameStrips(deflate(t, make([]byte, 4<<20)), 100, 50_000), refused},
		{"a TIFF whose directory is the next one", selfTIFF(), refused},
		{"a GIF of 9000 frames", rawGIF(100, 100, strings.Repeat("\x21\xf9\x04\x09\x0a\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00"+tiny, 9000)), either},
		{"a GIF of 100,000 frames of its size", rawGIF(1000, 1000, strings.Repeat(",\x00\x00\x00\x00\xe8\x03\xe8\x03\x00"+tiny, 100_000)), refused},
		{"a GIF of empty comments", rawGIF(100, 100, strings.Repeat("\x21\xfe\x00", 1_000_000)+",\x00\x00\x00\x00\x01\x00\x01\x00\x00"+tiny), either},
		{"a GIF of clear codes", rawGIF(1000, 1000, ",\x00\x00\x00\x00\xe8\x03\xe8\x03\x00\x02"+strings.Repeat("\xff"+strings.Repeat("\x24\x49\x92", 85), 8000)+"\x00"), refused},
		{"an ICO that is its own picture", append([]byte("\x00\x00\x01\x00\x01\x00\x00\x00\x00\x00\x01\x00\x20\x00"), "\xff\xff\xff\x7f\x00\x00\x00\x00"...), refused},
		{"an ICO of 65,535 pictures in one place", append(append([]byte("\x00\x00\x01\x00\xff\xff"), bytes.Repeat([]byte("\x00\x00\x00\x00\x01\x00\x20\x00\x28\x00\x00\x00\xf6\xff\x0f\x00"), 65535)...), make([]byte, 100)...), refused},
		{"a JPEG of 100 scans", append(append(bytes.Clone(baseline[:len(baseline)-2]), bytes.Repeat(scan, 100)...), 0xff, 0xd9), either},
		{"a JPEG of 200,000 tables", append(append(bytes.Clone(baseline[:2]), bytes.Repeat(append([]byte("\xff\xc4\x00\x13\x00"), make([]byte, 16)...), 200_000)...), baseline[2:]...), either},
		{"a JPEG of empty segments", append(append(bytes.Clone(baseline[:2]), bytes.Repeat(pieces.JPEG(0xe1), 1_000_000)...), baseline[2:]...), either},
		{"a JPEG of fill bytes", append(append(bytes.Clone(baseline[:2]), bytes.Repeat([]byte{0xff}, 4<<20)...), baseline[2:]...), either},
		{"a JPEG that says 65,500 x 65,500", huge, refused},
		{"a BMP of escapes", rawBMP(bytes.Repeat([]byte{0, 2, 0, 0}, 1_000_000)), refused},
		{"a WebP of empty chunks", rawWebP(bytes.Repeat([]byte("XXXX\x00\x00\x00\x00"), 500_000)), refused},
	}
}

func deflate(t testing.TB, data []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, err := w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// rawPNG returns an RGB PNG of 8 bits.
func rawPNG(width, height int, chunks ...[]byte) []byte {
	return pieces.PNGFile(pieces.IHDR(width, height, 8, 2, 0), bytes.Join(chunks, nil), pieces.PNG("IEND"))
}

// sameStrips returns a gray TIFF of n rows that all refer to the same deflated data.
func sameStrips(data []byte, width, n int) []byte {
	const header = 8
	return pieces.NewTIFF(width, n, 8, 1, 1, data).Set(259, []uint16{8}).Set(278, []uint32{1}).
		Set(273, slices.Repeat([]uint32{header}, n)).Set(279, slices.Repeat([]uint32{uint32(len(data))}, n)).Encode()
}

// selfTIFF returns a TIFF whose directories are their own children and successors.
func selfTIFF() []byte {
	b := []byte("II*\x00\x08\x00\x00\x00\x03\x00")
	for _, tag := range []uint16{330, 34665, 34853} {
		b, _ = binary.Append(b, binary.LittleEndian, []uint16{tag, 4, 1, 0, 8, 0}) // one LONG: 8
	}
	return append(b, 8, 0, 0, 0)
}

func rawGIF(width, height uint16, blocks string) []byte {
	b := binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16([]byte("GIF89a"), width), height)
	return append(append(b, "\x80\x00\x00\x00\x00\x00\xff\xff\xff"+blocks...), ';')
}

func rawBMP(data []byte) []byte {
	b := []byte("BM")
	for _, n := range []uint32{uint32(54 + 1024 + len(data)), 0, 54 + 1024, 40, 1000, 1000, 1 | 8<<16, 1, uint32(len(data)), 0, 0, 256, 0} {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return append(append(b, make([]byte, 1024)...), data...)
}

func rawWebP(chunks []byte) []byte {
	return pieces.WebP(pieces.VP8X(0, image.Pt(1000, 1000)), chunks)
}

// ordinaryFiles returns a JPEG and a PNG of noise, of about 500 kB each.
func ordinaryFiles(t testing.TB) [][]byte {
	img := image.NewRGBA(image.Rect(0, 0, 400, 400))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		img.Pix[i] = byte(random.Uint32()) | 1
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	var p, j bytes.Buffer
	require.NoError(t, png.Encode(&p, img))
	require.NoError(t, jpeg.Encode(&j, img, &jpeg.Options{Quality: 100}))
	return [][]byte{p.Bytes(), j.Bytes()}
}
