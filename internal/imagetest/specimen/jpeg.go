package specimen

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// JPEG encodes img at a quality of 1 to 100.
func JPEG(img image.Image, quality int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		panic(err) // writes to a bytes.Buffer don't fail
	}
	return b.Bytes()
}

// WithProfile inserts an ICC profile of less than 64 KiB into a JPEG.
func WithProfile(file, profile []byte) []byte {
	return pieces.IntoJPEG(file, pieces.JPEG(0xe2, []byte("ICC_PROFILE\x00\x01\x01"), profile))
}

// WithOrientation inserts an EXIF orientation of 1 to 8 into a JPEG.
func WithOrientation(file []byte, orientation int) []byte {
	return pieces.IntoJPEG(file, pieces.APP1(pieces.EXIF(orientation)))
}

// CMYKJPEG encodes img in CMYK, without Adobe's marker. As in all such files, 255 means no ink. Go's encoder does not support CMYK. So each ink
// is encoded as a gray picture, and the scan of the gray picture becomes one of the four scans of the file.
func CMYKJPEG(img image.Image, quality int) []byte {
	b := img.Bounds()
	var inks [4]*image.Gray
	for i := range inks {
		inks[i] = image.NewGray(image.Rectangle{Max: b.Size()})
	}
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := color.CMYKModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.CMYK)
			for i, v := range [4]byte{c.C, c.M, c.Y, c.K} {
				inks[i].Pix[y*inks[i].Stride+x] = 255 - v
			}
		}
	}
	out := []byte{0xff, 0xd8}
	for i, ink := range inks {
		gray := JPEG(ink, quality)[2:]
		for gray[1] != 0xda { // SOS
			n := 2 + int(binary.BigEndian.Uint16(gray[2:]))
			head := gray[:n]
			gray = gray[n:]
			if i > 0 {
				continue // all four use the same tables
			}
			if head[1] == 0xc0 { // SOF0: four components, numbered from 1, all with the first table and not subsampled
				frame := append(bytes.Clone(head[4:9]), 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0)
				head = pieces.JPEG(0xc0, frame)
			}
			out = append(out, head...)
		}
		gray[5] = byte(i + 1) // the component of the scan
		out = append(out, gray[:len(gray)-2]...)
	}
	return append(out, 0xff, 0xd9)
}
