package gif

import (
	"context"
	"encoding/binary"
	"image"
)

// A canvas is the screen on which the frames are drawn in order. It begins transparent.
type canvas struct {
	Image *image.RGBA // every pixel is either opaque or transparent

	dispose disposal // disposal of the frame that was drawn last
	drawn   image.Rectangle
	saved   []byte // the pixels that the rectangle of the frame had before, if dispose is disposalPrevious
}

// newCanvas returns a canvas of the given size in pixels.
func newCanvas(size image.Point) *canvas {
	return &canvas{Image: image.NewRGBA(image.Rectangle{Max: size})}
}

// Draw disposes of the last frame and draws f. It reports whether any pixel may differ from the previous screen. After an error the canvas
// must not be used.
func (c *canvas) Draw(ctx context.Context, d *decoder, f *imageFrame) (changed bool, err error) {
	changed = c.undo()
	c.dispose, c.drawn = f.Disposal, f.Rect.Intersect(c.Image.Rect)
	if c.dispose == disposalPrevious {
		c.saved = c.saved[:0]
		c.eachRow(func(row []byte) { c.saved = append(c.saved, row...) })
	}
	packed, _, n := f.table()
	err = d.rows(ctx, f, c.Image.Rect, n, func(y int, row []byte) {
		pix := c.Image.Pix[c.Image.PixOffset(c.drawn.Min.X, y):]
		for i, index := range row {
			color := packed[index]
			if color == 0 { // the transparent color, or an index beyond the table
				continue
			}
			p := pix[4*i:][:4]
			if binary.LittleEndian.Uint32(p) != color {
				binary.LittleEndian.PutUint32(p, color)
				changed = true
			}
		}
	})
	if err == nil && d.damage != nil && f.flags&isInterlaced != 0 {
		for _, y := range d.missing {
			c.coarse(y, f.Rect.Min.Y, d.missing)
		}
	}
	return changed, err
}

// coarse fills the missing row y with a copy of a row of an earlier pass. See coarser.
func (c *canvas) coarse(y, top int, missing []int) {
	if from := coarser(y, top, missing); from >= c.drawn.Min.Y {
		at := c.Image.PixOffset(c.drawn.Min.X, y)
		copy(c.Image.Pix[at:][:4*c.drawn.Dx()], c.Image.Pix[c.Image.PixOffset(c.drawn.Min.X, from):])
	}
}

// undo disposes of the last frame.
func (c *canvas) undo() (changed bool) {
	switch c.dispose {
	case disposalBackground:
		c.eachRow(func(row []byte) { clear(row) })
	case disposalPrevious:
		saved := c.saved
		c.eachRow(func(row []byte) { saved = saved[copy(row, saved):] })
	default:
		return false
	}
	return !c.drawn.Empty()
}

func (c *canvas) eachRow(do func(row []byte)) {
	for y := c.drawn.Min.Y; y < c.drawn.Max.Y; y++ {
		do(c.Image.Pix[c.Image.PixOffset(c.drawn.Min.X, y):][:4*c.drawn.Dx()])
	}
}
