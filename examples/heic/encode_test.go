package main

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	ht "github.com/rest-thumbnails/thumbnail/internal/heiftest"
)

// encoded is what heif-enc makes of a file.
func encoded(t testing.TB, name string, file []byte, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath("heif-enc")
	if err != nil {
		if os.Getenv("THUMBNAIL_REAL") != "" {
			t.Fatal("heif-enc is not installed (Debian: libheif-examples)")
		}
		t.Skip("heif-enc is not installed: there is nothing to decode")
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, name), filepath.Join(dir, "out.heic")
	require.NoError(t, os.WriteFile(in, file, 0o600))
	output, err := exec.Command(path, append(append([]string{"-q", "95"}, args...), "-o", out, in)...).CombinedOutput()
	require.NoError(t, err, "%s", output)
	heic, err := os.ReadFile(out)
	require.NoError(t, err, "%s", output)
	return heic
}

// pngOf has an ICC profile if that is not nil.
func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

// hevc is the picture of a file of heif-enc: its "hvcC" and its HEVC. Its sides are multiples of 64.
func hevc(t testing.TB, img image.Image) (config, data []byte) {
	t.Helper()
	file := encoded(t, "in.png", pngOf(t, img), "-p", "chroma=444")
	i, j := bytes.Index(file, []byte("hvcC"))-4, bytes.Index(file, []byte("iloc"))-4
	require.Positive(t, i)
	require.Positive(t, j)
	require.Zero(t, bytes.Count(file, []byte("grid")), "one item")
	number := func(at int) uint32 { return binary.BigEndian.Uint32(file[at:]) }
	// Version 0, numbers of 4 bytes: the item's number and file, base, count, offset, length.
	require.Equal(t, []byte{0, 0, 0, 0, 0x44, 0x40}, file[j+8:j+14])
	return file[i:][:number(i)], file[number(j+20)+number(j+26):][:number(j+30)]
}

// item is a picture with properties.
func item(t testing.TB, img image.Image, properties ...[]byte) ht.Item {
	t.Helper()
	config, data := hevc(t, img)
	size := img.Bounds().Size()
	return ht.Item{Kind: "hvc1", Properties: append([][]byte{config, ht.Size(size.X, size.Y)}, properties...), Data: data}
}

var brands = []string{"heic", "mif1"}

// picture is smooth, with a corner of another color, so that it is seen how it is turned.
func picture(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{byte(60 + x*120/w), byte(60 + y*120/h), 90, 255}
			if x < w/4 && y < h/4 {
				c = color.RGBA{200, 60, 50, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// turned is what is seen of a picture by EXIF's orientation.
func turned(img image.Image, orientation int) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	size := b.Size()
	if orientation > 4 {
		size = image.Pt(h, w)
	}
	out := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			p := map[int]image.Point{
				1: {x, y}, 2: {w - 1 - x, y}, 3: {w - 1 - x, h - 1 - y}, 4: {x, h - 1 - y},
				5: {y, x}, 6: {y, h - 1 - x}, 7: {w - 1 - y, h - 1 - x}, 8: {w - 1 - y, x},
			}[orientation]
			out.Set(x, y, img.At(b.Min.X+p.X, b.Min.Y+p.Y))
		}
	}
	return out
}

// psnr is in dB.
func psnr(t testing.TB, want, got image.Image) float64 {
	t.Helper()
	require.Equal(t, want.Bounds().Size(), got.Bounds().Size())
	a, b := flat(want), flat(got)
	sum := 1e-9
	for i, v := range a.Pix {
		d := float64(v) - float64(b.Pix[i])
		sum += d * d
	}
	return 10 * math.Log10(255*255*float64(len(a.Pix))*3/4/sum)
}

func flat(img image.Image) *image.RGBA {
	out := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Over)
	return out
}
