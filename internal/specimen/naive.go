package specimen

import (
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

// Naive makes a thumbnail of a width in pixels as programs do that think of pixels alone: a
// decoder, the nearest neighbour, an encoder. Profiles, gamma, orientation, alpha and all frames
// but one are lost on it. ext is ".jpg", ".png" or ".gif".
func Naive(w io.Writer, file []byte, width int, ext string) error {
	img, err := naiveDecode(file)
	if err != nil {
		return err
	}
	b := img.Bounds()
	small := image.NewRGBA(image.Rect(0, 0, width, max(1, b.Dy()*width/b.Dx())))
	draw.NearestNeighbor.Scale(small, small.Rect, img, b, draw.Src, nil)
	switch ext {
	case ".jpg":
		return jpeg.Encode(w, small, &jpeg.Options{Quality: 85})
	case ".png":
		return png.Encode(w, small)
	case ".gif":
		return gif.Encode(w, small, nil)
	}
	return fmt.Errorf("no encoder for %q", ext)
}

// naiveDecode goes by content, and names the decoders: others of the same formats may be registered
// with package image.
func naiveDecode(file []byte) (image.Image, error) {
	decode := map[string]func(io.Reader) (image.Image, error){
		"image/jpeg": jpeg.Decode, "image/png": png.Decode, "image/gif": gif.Decode, "image/webp": webp.Decode,
	}[http.DetectContentType(file)]
	if decode == nil {
		return nil, image.ErrFormat
	}
	return decode(bytes.NewReader(file))
}
