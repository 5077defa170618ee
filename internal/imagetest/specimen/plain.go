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

// Plain makes a thumbnail with a width in pixels as most Go programs do, following the documentation of x/image/draw: by image.Decode, the
// CatmullRom scaler (the best one of that package), and the encoder of the standard library. ext is ".jpg", ".png" or ".gif".
func Plain(w io.Writer, file []byte, width int, ext string) error {
	img, err := plainDecode(file)
	if err != nil {
		return err
	}
	b := img.Bounds()
	small := image.NewRGBA(image.Rect(0, 0, width, max(1, b.Dy()*width/b.Dx())))
	draw.CatmullRom.Scale(small, small.Rect, img, b, draw.Src, nil)
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

// plainDecode is like image.Decode, but calls the decoders directly, because other decoders may be registered with package image for the
// same formats.
func plainDecode(file []byte) (image.Image, error) {
	decode := map[string]func(io.Reader) (image.Image, error){
		"image/jpeg": jpeg.Decode, "image/png": png.Decode, "image/gif": gif.Decode, "image/webp": webp.Decode,
	}[http.DetectContentType(file)]
	if decode == nil {
		return nil, image.ErrFormat
	}
	return decode(bytes.NewReader(file))
}
