package webp

import (
	"bytes"
	"image"
	"image/color"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/vp8l"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// losslessPixels decodes the content of a "VP8L" chunk. It returns alpha as it is stored.
func losslessPixels(t testing.TB, content []byte, size image.Point) ([]byte, error) {
	d, err := newLossless(t.Context(), content[5:], size.X, size.Y)
	if err != nil {
		return nil, err
	}
	defer d.close()
	var out []byte
	for range size.Y {
		row, err := d.row()
		if err != nil {
			return nil, err
		}
		line := make([]byte, 4*size.X)
		putRGBA(line, row)
		out = append(out, line...)
	}
	return out, nil
}

// losslessByLibwebp encodes with cwebp at one of its levels, or with our encoder if cwebp is not installed.
func losslessByLibwebp(t *testing.T, img *image.NRGBA, level int) []byte {
	file := encodeFile(t, img, true)
	if imagetest.Optional(t, "cwebp", "webp") != "" {
		var err error
		file, err = exec.Command("cwebp", "-quiet", "-exact", "-lossless", "-z", strconv.Itoa(level%10), writePAM(t, img), "-o", "-").Output()
		require.NoError(t, err)
	}
	return header(t, file).Detail.(*container).first.image.of(file)
}

func TestLosslessPicturesAreThoseOfTheReference(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 100 {
		w, h := 1+r.IntN(90), 1+r.IntN(70)
		img := translucent(w, h, uint64(i))
		if colors := 1 << (i % 9); i%3 == 0 { // few colors, so that there is a palette
			for p := range w * h {
				c := p / 3 % colors
				img.SetNRGBA(p%w, p/w, color.NRGBA{byte(c * 37), byte(c * 91), byte(c), byte(255 - c%2*100)})
			}
		}
		content := losslessByLibwebp(t, img, i)
		want, err := vp8l.Decode(bytes.NewReader(content))
		require.NoError(t, err)
		got, err := losslessPixels(t, content, image.Pt(w, h))
		require.NoError(t, err)
		require.Equal(t, want.(*image.NRGBA).Pix, got, "picture %d, %d×%d", i, w, h)
	}
}

func TestTheCorpusOfLosslessPicturesIsDecodedAsByTheReference(t *testing.T) {
	for _, name := range imagetest.CorpusMatching(t, "webp/*.webp", "weird/*.webp", "malformed/*/*webp*") {
		file, err := os.ReadFile(name)
		require.NoError(t, err)
		h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), file))
		if err != nil || area(h.Stored) > 1<<21 || !h.Detail.(*container).first.lossless() {
			continue
		}
		f := h.Detail.(*container).first
		want, wantErr := vp8l.Decode(bytes.NewReader(f.image.of(file)))
		got, err := losslessPixels(t, f.image.of(file), f.size)
		if wantErr == nil {
			require.NoError(t, err, name)
			if pix := want.(*image.NRGBA).Pix; !bytes.Equal(pix, got) {
				for i := range pix {
					if pix[i] != got[i] {
						t.Errorf("%s: byte %d of pixel %d of %v: %d instead of %d", name, i%4, i/4, f.size, got[i], pix[i])
						break
					}
				}
			}
		}
	}
}

func TestATruncatedLosslessPictureIsAnError(t *testing.T) {
	file := encodeFile(t, translucent(60, 40, 1), true)
	for n := 21; n < len(file)-2; n++ {
		_, err := tryDecode(t, file[:n], codec.Options{})
		require.Error(t, err, "%d of %d bytes", n, len(file))
	}
	pic, err := tryDecode(t, file[:len(file)*2/3], codec.Options{Tolerant: true})
	require.NoError(t, err)
	assert.True(t, pic.Partial)
	_, err = tryDecode(t, file[:25], codec.Options{Tolerant: true})
	assert.Error(t, err)
}
