package compare

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// An apngWriter writes the chunks of an APNG.
type apngWriter struct {
	t        *testing.T
	chunks   [][]byte
	sequence uint32
}

func (w *apngWriter) put(name string, parts ...any) {
	var data bytes.Buffer
	for _, p := range parts {
		require.NoError(w.t, binary.Write(&data, binary.BigEndian, p))
	}
	w.chunks = append(w.chunks, pieces.PNG(name, data.Bytes()))
}

// control writes an fcTL chunk.
func (w *apngWriter) control(r image.Rectangle, dispose, blend byte) {
	w.put("fcTL", w.sequence, uint32(r.Dx()), uint32(r.Dy()), uint32(r.Min.X), uint32(r.Min.Y), uint16(1), uint16(10), []byte{dispose, blend})
	w.sequence++
}

// data writes pixels in chunks of random length.
func (w *apngWriter) data(r *rand.Rand, pixels []byte, first bool) {
	for len(pixels) > 0 {
		n := min(len(pixels), 1+r.IntN(1+len(pixels)))
		if first {
			w.put("IDAT", pixels[:n])
		} else {
			w.put("fdAT", w.sequence, pixels[:n])
			w.sequence++
		}
		pixels = pixels[n:]
	}
}

// pngParts encodes a picture and returns the contents of its chunks by name, concatenated.
func pngParts(t *testing.T, img image.Image, level png.CompressionLevel) map[string][]byte {
	var b bytes.Buffer
	require.NoError(t, (&png.Encoder{CompressionLevel: level}).Encode(&b, img))
	parts := map[string][]byte{}
	for data := b.Bytes()[8:]; len(data) >= 12; {
		n := int(binary.BigEndian.Uint32(data))
		parts[string(data[4:8])] = append(parts[string(data[4:8])], data[8:8+n]...)
		data = data[12+n:]
	}
	return parts
}

// randomAPNG returns an animation of a random color type. Its default image may be hidden, that is, not a frame.
func randomAPNG(t *testing.T, r *rand.Rand) madeFile {
	canvas := image.Rect(0, 0, 1+r.IntN(50), 1+r.IntN(40))
	kind := pick(r, "Gray", "Gray16", "RGBA", "RGBA64", "NRGBA", "NRGBA64", "Paletted", "Paletted of 4 colors")
	n, hidden := 2+r.IntN(5), r.IntN(3) == 0
	level := pick(r, png.DefaultCompression, png.NoCompression, png.BestSpeed)
	first := pngParts(t, randomImage(r, kind, canvas), level)
	w := &apngWriter{t: t, chunks: [][]byte{pieces.PNG("IHDR", first["IHDR"])}}
	w.put("acTL", uint32(n), uint32(r.IntN(3)))
	for _, name := range []string{"PLTE", "tRNS"} {
		if first[name] != nil {
			w.put(name, first[name])
		}
	}
	how := fmt.Sprintf("APNG %s of %v, hidden default image %v:", kind, canvas.Max, hidden)
	if hidden {
		w.data(r, first["IDAT"], true)
	}
	for i := range n {
		rect, dispose, blend := canvas, byte(r.IntN(3)), byte(r.IntN(2))
		pixels := first["IDAT"]
		if i > 0 || hidden {
			if r.IntN(4) > 0 && i > 0 {
				at := image.Pt(r.IntN(canvas.Dx()), r.IntN(canvas.Dy()))
				rect = image.Rectangle{Min: at, Max: at.Add(image.Pt(1+r.IntN(canvas.Dx()-at.X), 1+r.IntN(canvas.Dy()-at.Y)))}
			}
			pixels = pngParts(t, randomImage(r, kind, image.Rectangle{Max: rect.Size()}), level)["IDAT"]
		}
		w.control(rect, dispose, blend)
		w.data(r, pixels, i == 0 && !hidden)
		how += fmt.Sprintf(" %v dispose %d blend %d", rect, dispose, blend)
	}
	w.put("IEND")
	return madeFile{how, pieces.PNGFile(w.chunks...)}
}

// randomImage returns an image of the given size with wide stripes of random colors. Some colors are transparent if the color type has
// alpha.
func randomImage(r *rand.Rand, kind string, rect image.Rectangle) image.Image {
	level := func() uint16 { return uint16(r.IntN(5)) * 0x3fff }
	var colors color.Palette
	for i := range 6 {
		colors = append(colors, color.NRGBA64{level(), level(), level(), []uint16{0xffff, 0, 0xffff, 0x8080, 0xffff, 0x2020}[i]})
	}
	var img interface {
		image.Image
		Set(x, y int, c color.Color)
	}
	switch kind {
	case "Gray":
		img = image.NewGray(rect)
	case "Gray16":
		img = image.NewGray16(rect)
	case "RGBA", "RGBA64":
		for i := range colors {
			c := colors[i].(color.NRGBA64)
			c.A = 0xffff
			colors[i] = c
		}
		img = image.NewRGBA(rect)
		if kind == "RGBA64" {
			img = image.NewRGBA64(rect)
		}
	case "NRGBA":
		img = image.NewNRGBA(rect)
	case "NRGBA64":
		img = image.NewNRGBA64(rect)
	default:
		fixed := color.Palette{color.NRGBA{}, color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 255, 0, 255}, color.NRGBA{0, 0, 255, 128}}
		if kind == "Paletted" {
			for i := range 200 {
				fixed = append(fixed, color.NRGBA{byte(i), byte(3 * i), byte(7 * i), 255})
			}
		}
		img, colors = image.NewPaletted(rect, fixed), fixed
	}
	shift := r.IntN(50)
	for y := range rect.Dy() {
		for x := range rect.Dx() {
			img.Set(x, y, colors[(x/3+y/2+r.IntN(2)+shift)%len(colors)])
		}
	}
	if kind == "NRGBA" || kind == "NRGBA64" {
		img.Set(0, 0, color.NRGBA{1, 2, 3, 100}) // never opaque: an opaque picture would get another color type
	}
	return img
}
