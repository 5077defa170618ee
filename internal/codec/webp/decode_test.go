package webp

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/vp8"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// encode returns the content of the "VP8 " chunk.
func encode(t testing.TB, img image.Image, quality float64) []byte {
	var b bytes.Buffer
	require.NoError(t, Encode(t.Context(), &b, img, EncodeOptions{Quality: quality, Effort: 2, Compression: Lossy}))
	return lossyChunk(b.Bytes())
}

// encodeBy is like encode, but uses cwebp with options.
func encodeBy(t testing.TB, img *image.NRGBA, args ...string) []byte {
	out, err := exec.Command("cwebp", append(args, "-quiet", "-m", "2", writePAM(t, img), "-o", "-")...).Output()
	require.NoError(t, err)
	return lossyChunk(out)
}

// lossyChunk returns the content of the chunk "VP8 " in file, or nil.
func lossyChunk(file []byte) []byte {
	if len(file) < 12 || string(file[8:12]) != "WEBP" {
		return nil
	}
	for rest := file[12:]; len(rest) >= 8; {
		n := int(binary.LittleEndian.Uint32(rest[4:]))
		if n < 0 || n > len(rest)-8 {
			return nil
		}
		if string(rest[:4]) == "VP8 " {
			return rest[8 : 8+n]
		}
		rest = rest[min(8+n+n&1, len(rest)):]
	}
	return nil
}

// reference decodes with golang.org/x/image/vp8, into planes in video range.
func reference(data []byte) (*image.YCbCr, error) {
	d := vp8.NewDecoder()
	d.Init(bytes.NewReader(data), len(data))
	if _, err := d.DecodeFrameHeader(); err != nil {
		return nil, err
	}
	return d.DecodeFrame()
}

// videoPlanes returns the planes before conversion to RGB.
func videoPlanes(ctx context.Context, data []byte) (*image.YCbCr, error) {
	var d decoder
	if err := d.header(data); err != nil {
		return nil, err
	}
	out := image.NewYCbCr(image.Rect(0, 0, d.width, d.height), image.YCbCrSubsampleRatio420)
	return out, d.decode(ctx, func(y int) {
		copy(out.Y[y*out.YStride:][:out.YStride], d.bands[0].row(y-d.top))
		if y%2 == 0 {
			c := y / 2
			copy(out.Cb[c*out.CStride:][:out.CStride], d.bands[1].row(c-d.top/2))
			copy(out.Cr[c*out.CStride:][:out.CStride], d.bands[2].row(c-d.top/2))
		}
	})
}

func samePixels(t testing.TB, want, got *image.YCbCr) {
	require.Equal(t, want.Rect, got.Rect)
	require.Equal(t, want.SubsampleRatio, got.SubsampleRatio)
	w, h := want.Rect.Dx(), want.Rect.Dy()
	for y := range h {
		require.Equal(t, want.Y[y*want.YStride:][:w], got.Y[y*got.YStride:][:w], "luma, row %d", y)
	}
	w, h = (w+1)/2, (h+1)/2
	for y := range h {
		require.Equal(t, want.Cb[y*want.CStride:][:w], got.Cb[y*got.CStride:][:w], "Cb, row %d", y)
		require.Equal(t, want.Cr[y*want.CStride:][:w], got.Cr[y*got.CStride:][:w], "Cr, row %d", y)
	}
}

// everyKind encodes a picture in several ways. If cwebp is installed, it also uses features that our encoder does not use. (The seeds of
// FuzzDecode cover several partitions and both loop filters without cwebp.)
func everyKind(t testing.TB, img *image.NRGBA) map[string][]byte {
	kinds := map[string][]byte{"default": encode(t, img, 80), "low quality": encode(t, img, 3), "high quality": encode(t, img, 100)}
	if imagetest.Optional(t, "cwebp", "webp") == "" {
		return kinds
	}
	for _, args := range []string{"-q 75", "-q 3", "-q 100", "-nostrong -f 100", "-sharpness 6 -f 80", "-f 0", "-segments 1"} {
		kinds[args] = encodeBy(t, img, strings.Fields(args)...)
	}
	return kinds
}

func TestPlanesAreThoseOfTheReference(t *testing.T) {
	for i, size := range []image.Point{{1, 1}, {16, 16}, {17, 15}, {5, 90}, {200, 133}, {333, 257}} {
		for name, data := range everyKind(t, imagetest.Photo(size.X, size.Y, uint64(i))) {
			t.Run(fmt.Sprint(size, " ", name), func(t *testing.T) {
				want, err := reference(data)
				require.NoError(t, err)
				got, err := videoPlanes(t.Context(), data)
				require.NoError(t, err)
				samePixels(t, want, got)
			})
		}
	}
}

func TestTheCorpusIsDecodedAsByTheReference(t *testing.T) {
	files := imagetest.CorpusMatching(t, "webp/*.webp", "exif/*.webp", "malformed/*/*webp*")
	for _, name := range files {
		file, err := os.ReadFile(name)
		require.NoError(t, err)
		data := lossyChunk(file)
		if data == nil {
			continue
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			want, wantErr := reference(data)
			got, err := videoPlanes(t.Context(), data)
			if wantErr != nil {
				assert.Error(t, err)
				return
			}
			if want.Rect.Empty() {
				assert.ErrorContains(t, err, "empty")
				return
			}
			require.NoError(t, err)
			samePixels(t, want, got)
		})
	}
}

// If a picture is shrunk, colors are converted after shrinking, and at a tenth of the size or less the loop filter is not applied. The
// result must be about as close to the original picture as that of a full decode.
func TestAShrunkDecodeIsAsCloseToTheOriginalAsAFullDecode(t *testing.T) {
	for _, size := range []image.Point{{16, 16}, {200, 133}, {331, 257}, {9, 10}, {640, 479}} {
		photo := imagetest.Photo(size.X, size.Y, 9)
		data := encode(t, photo, 60)
		full, err := decodeVP8(t.Context(), data)
		require.NoError(t, err)
		for _, n := range []int{2, 3, 7, 9, 10, 20} {
			small := image.Pt(max(1, size.X/n), max(1, size.Y/n))
			scaled := func(img image.Image, o resample.Options) image.Image {
				out, err := resample.Resize(t.Context(), img, resample.Full(full.Rect), small, o)
				require.NoError(t, err)
				return out
			}
			got, err := shrinkVP8(t.Context(), data, small)
			require.NoError(t, err)
			require.Equal(t, small, got.Bounds().Size())
			want := scaled(photo, resample.Options{Exact: true})
			least := min(44, imagetest.PSNR(want, scaled(full, resample.Options{}))-0.5)
			require.Greater(t, imagetest.PSNR(want, got), least, "%v to %v", size, small)
		}
	}
}

func TestAShrunkPictureOfOneColorKeepsIt(t *testing.T) {
	for y := 16; y < 240; y += 5 {
		var line [3][64]int16
		for x := range 64 {
			line[0][x], line[1][x], line[2][x] = int16(y)<<6, int16(16+3*x)<<6, int16(255-3*x)<<6
		}
		got := make([]byte, 4*64)
		convertSamples(got, line[0][:], line[1][:], line[2][:])
		for x := range 64 {
			luma, cb, cr := [1]byte{byte(y)}, [3]uint16{}, [3]uint16{}
			for i := range cb {
				cb[i], cr[i] = 4*uint16(16+3*x), 4*uint16(255-3*x)
			}
			var want [4]byte
			convertRowGo(want[:], luma[:], cb[:], cr[:])
			for i, v := range want {
				require.InDelta(t, v, got[4*x+i], 1, "luma %d, column %d", y, x)
			}
		}
	}
}

func TestATruncatedPictureIsAnError(t *testing.T) {
	data := encode(t, imagetest.Photo(120, 90, 3), 75)
	for n := range len(data) - 3 { // the last bytes may be padding
		_, err := decodeVP8(t.Context(), data[:n])
		require.Error(t, err, "%d bytes of %d", n, len(data))
		_, err = shrinkVP8(t.Context(), data[:n], image.Pt(20, 15))
		require.Error(t, err, "%d bytes of %d", n, len(data))
	}
}

func TestDecodingEndsWithItsContext(t *testing.T) {
	data := encode(t, imagetest.Photo(64, 64, 3), 75)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := decodeVP8(ctx, data)
	assert.ErrorIs(t, err, context.Canceled)
}

// extremeLevels reports whether the level of the loop filter may overflow 8 bits. In this case, dwebp and this package agree, but the
// reference differs.
func extremeLevels(data []byte) bool {
	var d decoder
	if d.header(data) != nil || !d.filtered {
		return false
	}
	for _, s := range d.segments {
		for _, f := range s.filter {
			if f.edge == 0 || f.edge-f.interior == 2*(63+2) {
				return true
			}
		}
	}
	return false
}

// impossibleValue reports whether a partition begins with the byte 255. The value of the Boolean decoder is then not
// less than its range. No encoder writes that, and decoders differ about what follows.
func impossibleValue(data []byte) bool {
	var d decoder
	if d.header(data) != nil || len(data) <= 10 {
		return false
	}
	begins := func(p partition) bool { return len(p.data) > 0 && p.data[0] == 255 }
	return data[10] == 255 || slices.ContainsFunc(d.tokens, begins)
}

// extremeCoefficients reports whether coefficients may be so large that the transform of the reference overflows 32 bits:
// it multiplies by 85627/65536 at once, and RFC 6386 only by the fractional part.
func extremeCoefficients(data []byte) bool {
	var d decoder
	if d.header(data) != nil {
		return false
	}
	d.allocate()
	for mby := range d.mbh {
		var m macroblock
		var left neighbor
		for x := range d.mbw {
			above := &d.above[x]
			d.readModes(&m, &above.modes, &left.modes)
			if m.skip {
				above.nz.skip(m.whole)
				left.nz.skip(m.whole)
				continue
			}
			d.readCoefficients(&m, &d.tokens[mby%len(d.tokens)], &above.nz, &left.nz)
			for i := range d.coefficients {
				for _, c := range d.coefficients[i] {
					if c > 4000 || c < -4000 {
						return true
					}
				}
				d.coefficients[i] = group{}
			}
		}
	}
	return false
}

func FuzzDecode(f *testing.F) {
	for i := range 4 {
		f.Add(encode(f, imagetest.Photo(50, 40, uint64(i)), float64(30*i)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) >= 10 {
			data[7] &= 1 // at most 511 pixels per side
			data[9] &= 1
		}
		want, wantErr := reference(bytes.Clone(data))
		got, err := videoPlanes(t.Context(), data)
		if err == nil && wantErr == nil && !impossibleValue(data) && !extremeLevels(data) && !extremeCoefficients(data) {
			samePixels(t, want, got)
		}
		_, shrunkErr := shrinkVP8(t.Context(), data, image.Pt(10, 10))
		assert.Equal(t, err, shrunkErr)
	})
}
