package processors_test

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"math"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"

	xwebp "golang.org/x/image/webp"
)

// decoders returns the functions with which the tests decode files of the encoder: golang.org/x/image and, if
// it is installed, dwebp of libwebp.
func decoders(t *testing.T) map[string]func([]byte) *image.NRGBA {
	d := map[string]func([]byte) *image.NRGBA{"x/image": func(b []byte) *image.NRGBA { return xdecode(t, b) }}
	if path := imagetest.Optional(t, "dwebp", "webp"); path != "" {
		d["dwebp"] = func(b []byte) *image.NRGBA { return dwebp(t, path, b) }
	}
	return d
}

func dwebp(t *testing.T, path string, file []byte) *image.NRGBA {
	cmd := exec.Command(path, "-quiet", "-o", "-", "--", "-")
	cmd.Stdin = bytes.NewReader(file)
	out, err := cmd.Output()
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(out))
	require.NoError(t, err)
	return nrgba(img)
}

// xdecode decodes by golang.org/x/image, and expands the colors of lossy files from video range, which that
// package does not do (RFC 6386, 9.2; golang/go#40173).
func xdecode(t *testing.T, file []byte) *image.NRGBA {
	img, err := xwebp.Decode(bytes.NewReader(file))
	require.NoError(t, err)
	switch img := img.(type) {
	case *image.YCbCr:
		stretch(img)
	case *image.NYCbCrA:
		stretch(&img.YCbCr)
		out := image.NewNRGBA(img.Rect)
		draw.Draw(out, out.Rect, &img.YCbCr, image.Point{}, draw.Src)
		for y := range img.Rect.Dy() {
			for x := range img.Rect.Dx() {
				out.Pix[out.PixOffset(x, y)+3] = img.A[img.AOffset(x, y)]
			}
		}
		return out
	}
	return nrgba(img)
}

func stretch(img *image.YCbCr) {
	for i, v := range img.Y {
		img.Y[i] = clip((float64(v) - 16) * 255 / 219)
	}
	for _, plane := range [][]byte{img.Cb, img.Cr} {
		for i, v := range plane {
			plane[i] = clip((float64(v)-128)*255/224 + 128)
		}
	}
}

func clip(v float64) byte { return byte(math.Round(min(max(v, 0), 255))) }

func nrgba(img image.Image) *image.NRGBA {
	if img, ok := img.(*image.NRGBA); ok {
		return img
	}
	out := image.NewNRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	return out
}
