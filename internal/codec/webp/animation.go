package webp

import (
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// An animation draws frames on a canvas. The canvas is transparent at first. The background color of the file is only
// a hint, which browsers ignore.
type animation struct {
	data     []byte
	file     *container
	tolerant bool
	walk     *walker
	loops    int // loop count of the file; 0 means forever
	left     int // number of frames left

	canvas  *image.NRGBA
	scratch *image.NRGBA // scratch for frames that are blended
	dispose image.Rectangle
	shown   int // number of frames returned
}

// frames implements Format.Frames.
func frames(ctx context.Context, data []byte, h *codec.Header, o codec.Options) (codec.Frames, error) {
	f, ok := h.Detail.(*container)
	if !ok {
		return nil, errDetail
	}
	pix, err := codec.Bytes(ctx, 4*f.canvas.X*f.canvas.Y)
	if err != nil {
		return nil, err
	}
	a := &animation{data: data, file: f, tolerant: o.Tolerant, left: max(f.frames, 1)}
	a.canvas = &image.NRGBA{Pix: pix, Stride: 4 * f.canvas.X, Rect: image.Rectangle{Max: f.canvas}}
	a.rewind(ctx)
	return a, a.readLoops()
}

func (a *animation) rewind(ctx context.Context) { a.walk = walk(codec.NewBytesReader(ctx, a.data)) }

// readLoops reads the loop count from the first "ANIM" chunk, which comes before the first frame.
func (a *animation) readLoops() error {
	for read := false; ; {
		c, err := a.walk.chunk()
		if err == io.EOF {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		switch c.id {
		case "ANIM":
			if b := c.of(a.data); len(b) >= 6 && !read {
				read = true
				a.loops = int(binary.LittleEndian.Uint16(b[4:]))
			}
		case "ANMF":
			a.walk.next = c.at - chunkHead
			return nil
		}
		if err := a.walk.pass(c); err != nil {
			return err
		}
	}
}

// LoopCount converts the count of the file, which is the number of plays, to the loop count that codec.Frames defines.
func (a *animation) LoopCount() int {
	switch a.loops {
	case 0:
		return 0
	case 1:
		return -1
	}
	return a.loops - 1
}

// Next draws the next frame on the canvas.
func (a *animation) Next(ctx context.Context) (codec.Frame, error) {
	for a.left > 0 {
		c, err := a.walk.chunk()
		if err != nil {
			return codec.Frame{}, err
		}
		if c.id == "ANMF" {
			if fr, err := a.file.readFrame(a.walk, c); !a.walk.isEmptyFrame(c, err) {
				return a.show(ctx, c, &fr, err)
			}
		}
		if err := a.walk.pass(c); err != nil {
			return codec.Frame{}, err
		}
	}
	return codec.Frame{}, io.EOF
}

// show draws the frame in chunk c. err is the error of readFrame.
func (a *animation) show(ctx context.Context, c chunk, fr *frame, err error) (codec.Frame, error) {
	a.left--
	delay, changed, err := a.draw(ctx, fr, err)
	if err != nil {
		return codec.Frame{}, fmt.Errorf("webp: frame %d: %w", a.shown+1, err)
	}
	a.shown++
	return codec.Frame{Image: a.canvas, Delay: delay, Changed: changed}, a.walk.pass(c)
}
