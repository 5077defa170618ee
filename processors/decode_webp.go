package processors

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"io"
	"math"

	xwebp "golang.org/x/image/webp"

	"github.com/rest-thumbnails/thumbnail/processors/internal/webp"
)

// decodeWebP decodes a still picture, or the first frame of an animation on its canvas. A lossy
// picture without transparency of which one of least pixels is wanted, as it is stored, may be
// shrunk while it is decoded.
func decodeWebP(ctx context.Context, data []byte, h Header, least image.Point) (*Picture, error) {
	if vp8, ok := opaqueLossy(data); ok {
		return decodeVP8(ctx, vp8, h, least)
	}
	if h.lossy { // as the header says, so its chunk is cut off
		return nil, io.ErrUnexpectedEOF
	}
	img, err := decodeFrame(ctx, data, h.stored)
	if err != nil {
		return nil, err
	}
	if size := img.Bounds().Size(); size != h.stored {
		return nil, fmt.Errorf("%v pixels where the header says %v", size, h.stored)
	}
	return newPicture(atOrigin(img)), nil
}

func decodeVP8(ctx context.Context, vp8 []byte, h Header, least image.Point) (*Picture, error) {
	switch size, err := webp.Size(vp8); { // before memory is taken for it
	case err != nil:
		return nil, err
	case size != h.stored:
		return nil, fmt.Errorf("%v pixels where the header says %v", size, h.stored)
	}
	var img image.Image
	var err error
	if h.shrinkWebP(least) > 1 {
		img, err = webp.Shrink(ctx, vp8, least)
	} else {
		img, err = webp.Decode(ctx, vp8)
	}
	if err != nil {
		return nil, err
	}
	return newPicture(img), nil
}

// shrinkWebP returns by how much, at least, each side of a lossy WebP is shrunk while it is decoded
// if one of least pixels is wanted, as it is stored, or 1 if it is decoded whole. DecodeBytes
// counts 3 bytes for each pixel that such a number leaves, which is to be enough for the 4 of those
// that there are.
func (h Header) shrinkWebP(least image.Point) int {
	if !h.lossy || least == (image.Point{}) {
		return 1
	}
	ratio := min(float64(h.stored.X)/float64(least.X), float64(h.stored.Y)/float64(least.Y))
	return max(1, int(ratio*math.Sqrt(3./4)))
}

// opaqueLossy returns the content of the chunk "VP8 " of a still picture without transparency.
func opaqueLossy(data []byte) (vp8 []byte, ok bool) {
	for rest := data[min(12, len(data)):]; ; {
		var chunk []byte
		if chunk, rest, ok = cutChunk(rest); !ok {
			return nil, false
		}
		switch string(chunk[:4]) {
		case "VP8 ":
			return chunk[8 : 8+binary.LittleEndian.Uint32(chunk[4:])], true
		case "ALPH", "ANMF", "VP8L":
			return nil, false
		}
	}
}

func decodeFrame(ctx context.Context, data []byte, canvas image.Point) (image.Image, error) {
	frame, at, ok, err := firstFrame(data)
	if err != nil {
		return nil, err
	}
	if !ok {
		return decodeStill(ctx, data)
	}
	if !at.In(image.Rectangle{Max: canvas}) {
		return nil, errors.New("the first frame lies outside of the canvas")
	}
	img, err := decodeStill(ctx, frame)
	if err != nil || at.Size() == canvas {
		return img, err
	}
	out := image.NewRGBA(image.Rectangle{Max: canvas})
	draw.Draw(out, at, img, img.Bounds().Min, draw.Src)
	return out, nil
}

func decodeStill(ctx context.Context, data []byte) (image.Image, error) {
	img, err := xwebp.Decode(&contextReader{ctx, data})
	if err != nil {
		return nil, err
	}
	switch img := img.(type) { // in video range, where x/image/webp leaves it (golang/go#40173)
	case *image.YCbCr:
		return webp.RGBA(img), nil
	case *image.NYCbCrA:
		return withAlpha(webp.RGBA(&img.YCbCr), img), nil
	}
	return img, nil
}

// withAlpha makes rgb, which is opaque, as transparent as img. It takes rgb's memory.
func withAlpha(rgb *image.RGBA, img *image.NYCbCrA) *image.NRGBA {
	out := &image.NRGBA{Pix: rgb.Pix, Stride: rgb.Stride, Rect: rgb.Rect}
	for y := range out.Rect.Dy() {
		row := out.Pix[y*out.Stride:]
		for x, a := range img.A[y*img.AStride:][:out.Rect.Dx()] {
			row[4*x+3] = a
		}
	}
	return out
}

// firstFrame returns the first frame of an animation as a WebP file of its own, and where on the
// canvas it goes (WebP Container Specification, "Animation"). ok is false for a file that is no
// animation.
func firstFrame(data []byte) (file []byte, at image.Rectangle, ok bool, err error) {
	const head = 12 + 8 + 10 // RIFF, and VP8X
	if len(data) < head || string(data[12:16]) != "VP8X" || data[20]&webpAnimated == 0 {
		return nil, at, false, nil
	}
	for rest := data[12:]; ; {
		var chunk []byte
		if chunk, rest, ok = cutChunk(rest); !ok {
			return nil, at, true, errors.New("no frame")
		}
		if string(chunk[:4]) == "ANMF" && len(chunk) >= 8+16 {
			file, at = stillOf(chunk[8:])
			return file, at, true, nil
		}
	}
}

// stillOf makes a file of what an ANMF chunk holds.
func stillOf(frame []byte) (file []byte, at image.Rectangle) {
	at.Min = image.Pt(2*int(uint24(frame)), 2*int(uint24(frame[3:])))
	at.Max = at.Min.Add(image.Pt(int(uint24(frame[6:]))+1, int(uint24(frame[9:]))+1))
	file = append(file, "RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00"...)
	file = append(file, frame[6:12]...) // width and height
	for chunk, rest, ok := cutChunk(frame[16:]); ok; chunk, rest, ok = cutChunk(rest) {
		switch string(chunk[:4]) {
		case "ALPH":
			file[20] = webpAlpha
			file = append(file, chunk...)
		case "VP8 ", "VP8L":
			file = append(file, chunk...)
		}
	}
	binary.LittleEndian.PutUint32(file[4:], uint32(len(file)-8))
	return file, at
}

// cutChunk cuts the first chunk off b, its head of 8 bytes and its padding included.
func cutChunk(b []byte) (chunk, rest []byte, ok bool) {
	if len(b) < 8 {
		return nil, nil, false
	}
	n := int64(binary.LittleEndian.Uint32(b[4:])) + 8
	if n += n & 1; n > int64(len(b)) {
		return nil, nil, false
	}
	return b[:n], b[n:], true
}
