package png

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	stdpng "image/png"
	"io"
	"math/bits"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// randomPNG returns a file of the kind h whose rows are random bytes. Any bytes are valid pixels.
func randomPNG(rng *rand.Rand, h pictureHeader, level int) []byte {
	interlace := byte(0)
	if h.Interlaced {
		interlace = 1
	}
	out := pieces.PNGFile(pieces.IHDR(h.Width, h.Height, byte(h.Depth), byte(h.Color), interlace))
	bytesOf := func(n int) []byte {
		p := make([]byte, n)
		mask := byte(rng.Uint32()) // fewer bits, so that some files are compressible
		for i := range p {
			p[i] = byte(rng.Uint32()) & mask
		}
		return p
	}
	if h.Color == colorIndexed {
		out = append(out, pieces.PNG("PLTE", bytesOf(3*(1+rng.IntN(1<<h.Depth))))...)
		if h.Transparent {
			out = append(out, pieces.PNG("tRNS", bytesOf(rng.IntN(1<<h.Depth)))...)
		}
	} else if h.Transparent && (h.Color == colorGray || h.Color == colorRGB) {
		key := make([]byte, 2*h.samples())
		if h.Depth < 16 {
			key[1] = byte(rng.IntN(1 << h.Depth))
		}
		out = append(out, pieces.PNG("tRNS", key)...)
	}
	var raw []byte
	pass := func(w, h2 int) {
		for range h2 {
			if w > 0 {
				raw = append(append(raw, byte(rng.IntN(5))), bytesOf(h.rowBytes(w))...)
			}
		}
	}
	if h.Interlaced {
		for _, p := range [7][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
			pass((h.Width-p[0]+p[2]-1)/p[2], (h.Height-p[1]+p[3]-1)/p[3])
		}
	} else {
		pass(h.Width, h.Height)
	}
	for z := deflated(raw, level); len(z) > 0; {
		n := min(len(z), rng.IntN(3000))
		out = append(out, pieces.PNG("IDAT", z[:n])...)
		z = z[n:]
	}
	return append(out, pieces.PNG("IEND")...)
}

func deflated(raw []byte, level int) []byte {
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, level)
	if err != nil {
		panic(err)
	}
	w.Write(raw)
	w.Close()
	return b.Bytes()
}

// everyKind calls f with every combination of color type, depth, interlacing and transparency.
func everyKind(f func(pictureHeader)) {
	depths := map[colorType][]int{
		colorGray: {1, 2, 4, 8, 16}, colorRGB: {8, 16}, colorIndexed: {1, 2, 4, 8}, colorGrayAlpha: {8, 16}, colorRGBA: {8, 16},
	}
	for _, c := range []colorType{colorGray, colorRGB, colorIndexed, colorGrayAlpha, colorRGBA} {
		for _, depth := range depths[c] {
			for i := range 4 {
				f(pictureHeader{Depth: depth, Color: c, Interlaced: i&1 != 0, Transparent: i&2 != 0})
			}
		}
	}
}

func TestEveryKindOfFileDecodesAsByTheStandardLibrary(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var d decoder
	everyKind(func(h pictureHeader) {
		for i := range 8 {
			h.Width, h.Height = 1+rng.IntN(40), 1+rng.IntN(40)
			if i == 0 {
				h.Width, h.Height = 5000, 5 // larger than the window
			}
			name := fmt.Sprintf("%+v", h)
			data := randomPNG(rng, h, []int{flate.DefaultCompression, flate.NoCompression, flate.HuffmanOnly, flate.BestSpeed}[i%4])
			got, err := headerOf(data)
			require.NoError(t, err)
			require.Equal(t, image.Pt(h.Width, h.Height), image.Pt(got.Width, got.Height))
			require.True(t, compare(t, &d, data, name), name)
			img, err := d.Decode(t.Context(), data)
			require.NoError(t, err)
			requireShrinks(t, &d, data, img, name)
		}
	})
}

func TestARowMayBeLongerThanTheWindow(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 6))
	var d decoder
	for _, w := range []int{300, 100_000, 40_000} {
		file := randomPNG(rng, pictureHeader{Width: w, Height: 7, Depth: 16, Color: colorRGBA}, flate.BestSpeed)
		require.True(t, compare(t, &d, file, "long rows"), "there is a picture")
	}
}

func TestAFileThatIsTruncatedInItsPixelsIsCorrupt(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 6))
	var d decoder
	everyKind(func(h pictureHeader) {
		h.Width, h.Height = 13, 11
		data := randomPNG(rng, h, flate.DefaultCompression)
		want, err := d.Decode(t.Context(), data)
		require.NoError(t, err)
		for n := range data {
			img, err := d.Decode(t.Context(), data[:n])
			if n >= len(data)-12-4 { // only IEND and the checksum before it are missing
				require.NoError(t, err, "%d of %d bytes", n, len(data))
				requireSame(t, want, img, "cut")
				continue
			}
			require.ErrorIs(t, err, codec.ErrCorrupt, "%d of %d bytes", n, len(data))
			require.Nil(t, img)
			img, err = d.decodeShrunk(t.Context(), data[:n], resample.Rect{X1: 13, Y1: 2}, image.Pt(3, 2), resample.Options{})
			require.ErrorIs(t, err, codec.ErrCorrupt)
			require.Nil(t, img)
		}
	})
}

func TestAFlippedBitInThePixelsIsCorrupt(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 6))
	var d decoder
	data := randomPNG(rng, pictureHeader{Width: 13, Height: 11, Depth: 8, Color: colorRGB}, flate.DefaultCompression)
	want, err := d.Decode(t.Context(), data)
	require.NoError(t, err)
	for i := range len(data) - 12 {
		for bit := range 8 {
			damaged := bytes.Clone(data)
			damaged[i] ^= 1 << bit
			got, err := d.Decode(t.Context(), damaged)
			if err == nil { // the bit was in the length of the last chunk, which is then too large
				requireSame(t, want, got, "flipped")
				continue
			}
			assert.ErrorIs(t, err, codec.ErrCorrupt, "bit %d of byte %d", bit, i)
		}
	}
}

func TestFewerPixelsThanTheHeaderSaysAreCorrupt(t *testing.T) {
	var d decoder
	for _, rows := range []int{0, 1, 9} {
		data := deflated(make([]byte, rows*31), flate.DefaultCompression)
		out := pieces.PNGFile(pieces.IHDR(10, 10, 8, 2, 0), pieces.PNG("IDAT", data), pieces.PNG("IEND"))
		_, err := d.Decode(t.Context(), out)
		assert.ErrorIs(t, err, codec.ErrCorrupt, "%d rows", rows)
	}
}

func TestDataAfterThePixelsAreIgnored(t *testing.T) {
	var d decoder
	z := append(deflated(make([]byte, 10*31), flate.DefaultCompression), "more"...)
	data := pieces.PNG("IDAT", z)
	out := pieces.PNGFile(pieces.IHDR(10, 10, 8, 2, 0), data, data, pieces.PNG("tEXt", []byte("comment")))
	out[len(out)-1]++ // the checksum of a chunk that is ignored
	out = append(append(out, pieces.PNG("IEND")...), "more"...)
	_, err := d.Decode(t.Context(), out)
	assert.NoError(t, err)
}

func TestASmallFileThatDeclaresManyPixelsAllocatesLittle(t *testing.T) {
	data := deflated(make([]byte, 1000), flate.DefaultCompression)
	out := pieces.PNGFile(pieces.IHDR(0x7fffffff, 0x7fffffff, 16, 6, 0), pieces.PNG("IDAT", data), pieces.PNG("IEND"))
	_, err := new(decoder).Decode(t.Context(), out)
	assert.ErrorIs(t, err, codec.ErrCorrupt)
}

func TestPicturesTooLargeForAnIntAreUnsupported(t *testing.T) {
	if bits.UintSize == 64 {
		t.Skip("where an int has 64 bits no file can hold so many pixels")
	}
	for _, size := range []image.Point{{0x7fffffff, 1}, {0x10000, 0x7fff}} {
		data := pieces.PNG("IDAT", make([]byte, 1<<25)) // a file with this many pixels has at least this size
		out := pieces.PNGFile(pieces.IHDR(size.X, size.Y, 16, 6, 0), data)
		_, err := new(decoder).Decode(t.Context(), out)
		assert.ErrorIs(t, err, codec.ErrFormat)
	}
}

func TestAContextThatEndsStopsDecoding(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	data := randomPNG(rand.New(rand.NewPCG(1, 1)), pictureHeader{Width: 9, Height: 9, Depth: 8, Color: colorRGB}, flate.DefaultCompression)
	_, err := new(decoder).Decode(ctx, data)
	assert.ErrorIs(t, err, context.Canceled)
	_, err = new(decoder).decodeShrunk(ctx, data, resample.Rect{X1: 9, Y1: 9}, image.Pt(2, 2), resample.Options{})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestShrinkingAllocatesInProportionToTheWidth(t *testing.T) {
	allocated := func(height int) uint64 {
		var b bytes.Buffer
		require.NoError(t, stdpng.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 500, height))))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := new(decoder).decodeShrunk(t.Context(), b.Bytes(), resample.Rect{X1: 500, Y1: float64(height)}, image.Pt(20, 20), resample.Options{})
		runtime.ReadMemStats(&after)
		require.NoError(t, err)
		return after.TotalAlloc - before.TotalAlloc
	}
	assert.Less(t, allocated(2000), 2*allocated(100))
}

func FuzzDecode(f *testing.F) {
	rng := rand.New(rand.NewPCG(2, 3))
	everyKind(func(h pictureHeader) {
		h.Width, h.Height = 1+rng.IntN(12), 1+rng.IntN(12)
		f.Add(randomPNG(rng, h, flate.DefaultCompression))
	})
	var d decoder
	f.Fuzz(func(t *testing.T, data []byte) {
		data = withChecksums(data)
		if len(data) > 24 && int64(binary.BigEndian.Uint32(data[16:]))*int64(binary.BigEndian.Uint32(data[20:])) > 1e6 {
			return // image/png would allocate all that memory
		}
		compare(t, &d, data, "fuzz")
	})
}

// withChecksums corrects the checksums of all chunks, so that the decoder does not reject the changes of the fuzzer.
func withChecksums(data []byte) []byte {
	data = bytes.Clone(data)
	w := &walker{r: codec.NewBytesReader(context.Background(), data), behind: int64(min(len(data), len(signature)))}
	for {
		c, ok, err := w.next()
		if err != nil || !ok || w.behind > int64(len(data)) {
			return data
		}
		binary.BigEndian.PutUint32(data[c.at+c.size:], crc32.ChecksumIEEE(data[c.at-4:c.at+c.size]))
	}
}

// FuzzInflate compares the inflater with compress/flate directly, without the checksums of PNG.
func FuzzInflate(f *testing.F) {
	rng := rand.New(rand.NewPCG(2, 4))
	for _, level := range []int{0, 1, 6, 9, flate.HuffmanOnly} {
		raw := make([]byte, 2000)
		for i := range raw {
			raw[i] = byte(rng.IntN(1 + i/10))
		}
		f.Add(deflated(raw, level)[2:])
	}
	var z inflater
	f.Fuzz(func(t *testing.T, stream []byte) {
		const most = 1 << 20
		want, wantErr := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(stream)), most))
		if len(want) == most {
			return
		}
		got, err := inflateAll(t, &z, stream)
		if wantErr != nil {
			require.ErrorIs(t, err, codec.ErrCorrupt)
			return
		}
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got))
	})
}
