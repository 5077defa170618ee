package webp

import (
	"bytes"
	"encoding/binary"
	"image"
)

// changed returns the rectangle of the pixels that differ between a and b, after the rectangle cleared was made
// transparent in a. The coordinates of its upper left corner are even, as the format requires.
func changed(a, b *image.NRGBA, cleared image.Rectangle) (r image.Rectangle) {
	size := b.Rect.Size()
	for y := range size.Y {
		row, before := b.Pix[y*b.Stride:][:4*size.X], a.Pix[y*a.Stride:][:4*size.X]
		inside := y >= cleared.Min.Y && y < cleared.Max.Y
		if !inside && bytes.Equal(row, before) {
			continue
		}
		first, last := -1, 0
		for x := range size.X {
			if !samePixel(row[4*x:], before[4*x:], inside && x >= cleared.Min.X && x < cleared.Max.X) {
				if first < 0 {
					first = x
				}
				last = x
			}
		}
		if first >= 0 {
			r = r.Union(image.Rect(first, y, last+1, y+1))
		}
	}
	r.Min.X &^= 1
	r.Min.Y &^= 1
	return r
}

// samePixel reports whether two pixels look the same. If cleared is true, the old pixel is transparent.
func samePixel(p, before []byte, cleared bool) bool {
	v, w := binary.LittleEndian.Uint32(p), binary.LittleEndian.Uint32(before)
	if cleared {
		w = 0
	}
	return v == w || v>>24 == 0 && w>>24 == 0
}

// visibleRect returns the bounds of the pixels that are not transparent.
func visibleRect(img *image.NRGBA) image.Rectangle { return changed(img, img, img.Rect) }

// part returns a rectangle of an image as an image of its own, with the upper left corner at (0,0).
func part(img *image.NRGBA, r image.Rectangle) *image.NRGBA {
	return &image.NRGBA{Pix: img.Pix[img.PixOffset(r.Min.X, r.Min.Y):], Stride: img.Stride, Rect: image.Rectangle{Max: r.Size()}}
}

// A sketch is a candidate for a frame: a rectangle to draw on the canvas that the previous frame has left.
type sketch struct {
	img, before *image.NRGBA
	rect        image.Rectangle
	cleared     image.Rectangle // the rectangle that disposal of the previous frame clears
	same        int             // number of unchanged pixels in rect
	solid       bool            // all changed pixels are opaque
}

// newSketch compares a frame with the canvas.
func newSketch(img, before *image.NRGBA, cleared image.Rectangle) *sketch {
	s := &sketch{img: img, before: before, cleared: cleared, solid: true}
	s.rect = changed(before, img, cleared)
	if s.rect.Empty() {
		s.rect = image.Rect(0, 0, 1, 1)
	}
	for y := s.rect.Min.Y; y < s.rect.Max.Y; y++ {
		for x := s.rect.Min.X; x < s.rect.Max.X; x++ {
			if s.isSame(x, y) {
				s.same++
			} else if s.img.Pix[s.img.PixOffset(x, y)+3] != 255 {
				s.solid = false
			}
		}
	}
	return s
}

func (s *sketch) isSame(x, y int) bool {
	at, was := s.img.PixOffset(x, y), s.before.PixOffset(x, y)
	return samePixel(s.img.Pix[at:at+4], s.before.Pix[was:was+4], image.Pt(x, y).In(s.cleared))
}

// masked returns the rectangle with its unchanged pixels made transparent. For a lossy picture only whole blocks of
// 8×8 unchanged pixels become transparent. The caller charges the memory to the account.
func (s *sketch) masked(blocks bool) *image.NRGBA {
	size := s.rect.Size()
	out := image.NewNRGBA(image.Rectangle{Max: size})
	n := 1
	if blocks {
		n = 8
	}
	for y := 0; y < size.Y; y += n {
		for x := 0; x < size.X; x += n {
			s.copyBlock(out, image.Rect(x, y, min(x+n, size.X), min(y+n, size.Y)))
		}
	}
	return out
}

// copyBlock copies a block if one of its pixels has changed.
func (s *sketch) copyBlock(out *image.NRGBA, block image.Rectangle) {
	same := true
	for y := block.Min.Y; same && y < block.Max.Y; y++ {
		for x := block.Min.X; same && x < block.Max.X; x++ {
			same = s.isSame(s.rect.Min.X+x, s.rect.Min.Y+y)
		}
	}
	if same {
		return
	}
	for y := block.Min.Y; y < block.Max.Y; y++ {
		from := s.img.PixOffset(s.rect.Min.X+block.Min.X, s.rect.Min.Y+y)
		copy(out.Pix[out.PixOffset(block.Min.X, y):][:4*block.Dx()], s.img.Pix[from:])
	}
}
