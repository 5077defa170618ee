package processors

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"io"

	"golang.org/x/image/vp8l"

	"github.com/rest-thumbnails/thumbnail/internal/codec/webp"
)

// decodeWebP decodes a still picture of which one of least pixels is wanted, as it is stored, or the
// first frame of an animation on its canvas.
func decodeWebP(ctx context.Context, data []byte, h Header, least image.Point) (*Picture, error) {
	frame, err := firstFrame(data, h.stored)
	if err != nil {
		return nil, err
	}
	if err := frame.check(h.stored); err != nil { // before memory is taken for it
		return nil, err
	}
	var img image.Image
	if small := h.shrunk(least); small != (image.Point{}) {
		img, err = webp.Shrink(ctx, frame.lossy, small)
	} else {
		img, err = frame.decode(ctx)
	}
	if err != nil {
		return nil, err
	}
	if frame.size != h.stored {
		canvas := image.NewRGBA(image.Rectangle{Max: h.stored})
		draw.Draw(canvas, frame.rect(), img, image.Point{}, draw.Src)
		img = canvas
	}
	return newPicture(img), nil
}

// A webpFrame is a still picture, or a frame of an animation: the contents of its chunks, nil where
// there is none, and its place.
type webpFrame struct {
	lossy, lossless []byte      // "VP8 ", "VP8L": one of them
	alpha           []byte      // "ALPH", of a lossy one
	at, size        image.Point // on the canvas
}

// firstFrame finds the first frame, or the still picture (WebP Container Specification, "Extended
// File Format").
func firstFrame(data []byte, canvas image.Point) (f webpFrame, err error) {
	f.size = canvas
	for rest := data[12:]; ; {
		id, content, next, ok := cutChunk(rest)
		if !ok {
			return f, io.ErrUnexpectedEOF
		}
		rest = next
		switch id {
		case "ANMF":
			if len(content) < 16 {
				return f, io.ErrUnexpectedEOF
			}
			f.at = image.Pt(2*int(uint24(content)), 2*int(uint24(content[3:])))
			f.size = image.Pt(int(uint24(content[6:]))+1, int(uint24(content[9:]))+1)
			rest = content[16:]
		case "ALPH":
			f.alpha = content
		case "VP8 ":
			f.lossy = content
			return f, nil
		case "VP8L":
			f.lossless = content
			return f, nil
		}
	}
}

// cutChunk cuts the first chunk off b, and the padding behind it. The last one may lack it.
func cutChunk(b []byte) (id string, content, rest []byte, ok bool) {
	if len(b) < 8 {
		return "", nil, nil, false
	}
	n := int64(binary.LittleEndian.Uint32(b[4:]))
	if n > int64(len(b)-8) {
		return "", nil, nil, false
	}
	return string(b[:4]), b[8 : 8+n], b[min(8+n+n&1, int64(len(b))):], true
}

func (f webpFrame) rect() image.Rectangle { return image.Rectangle{f.at, f.at.Add(f.size)} }

// check says whether the frame is as large as it should be, and lies on the canvas.
func (f webpFrame) check(canvas image.Point) error {
	var size image.Point
	var err error
	if f.lossless != nil {
		var config image.Config
		config, err = vp8l.DecodeConfig(bytes.NewReader(f.lossless))
		size = image.Pt(config.Width, config.Height)
	} else {
		size, err = webp.Size(f.lossy)
	}
	switch {
	case err != nil:
		return err
	case size != f.size:
		return fmt.Errorf("%v pixels where the header says %v", size, f.size)
	case !f.rect().In(image.Rectangle{Max: canvas}):
		return errors.New("the first frame lies outside of the canvas")
	}
	return nil
}

func (f webpFrame) decode(ctx context.Context) (image.Image, error) {
	if f.lossless != nil {
		return vp8l.Decode(&contextReader{ctx, f.lossless})
	}
	img, err := webp.Decode(ctx, f.lossy)
	if err != nil || f.alpha == nil {
		return img, err
	}
	alpha, err := webp.DecodeAlpha(&contextReader{ctx, f.alpha}, f.size)
	if err != nil {
		return nil, err
	}
	for i, a := range alpha {
		img.Pix[4*i+3] = a
	}
	return &image.NRGBA{Pix: img.Pix, Stride: img.Stride, Rect: img.Rect}, nil
}
