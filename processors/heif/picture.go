package heif

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"slices"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// A picture is the primary item of a file, as described by the boxes.
type picture struct {
	size    image.Point // stored size in pixels
	deep    bool        // more than 8 bits per sample
	alpha   bool        // the picture has transparency, which is stored in a separate item
	view    view
	pixels  int64 // decoded pixels, including those of tiles; a pixel of alpha has one sample, and counts half
	payload int64 // declared bytes of all items of the file

	colors colors
}

var errCut = fmt.Errorf("%w: the header is cut off: %w", codec.ErrCorrupt, io.ErrUnexpectedEOF)

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{codec.ErrCorrupt}, args...)...)
}

// parse reads the box "meta". If file is nil, only the header has been read. Otherwise parse checks that the
// pixels are complete, and that the data has no more pixels than the boxes declare.
func parse(ctx context.Context, meta, file []byte, items []string) (*picture, error) {
	d, err := open(ctx, meta)
	if err != nil {
		return nil, err
	}
	defer d.close()
	if err := d.collect(); err != nil {
		return nil, err
	}
	if err := d.kinds(); err != nil {
		return nil, err
	}
	if err := d.properties(); err != nil {
		return nil, err
	}
	total, err := d.locate()
	if err != nil {
		return nil, err
	}
	p := &picture{payload: int64(total)}
	if err := p.describe(d, items); err != nil {
		return nil, err
	}
	if d.primary.kind == "grid" {
		if err := p.checkGrid(d, file); err != nil {
			return nil, err
		}
	}
	if file != nil {
		if err := d.checkPixels(file); err != nil {
			return nil, err
		}
	}
	p.colors = d.colors(file)
	return p, nil
}

// describe sets the fields that follow from the properties.
func (p *picture) describe(d *directory, items []string) error {
	it := d.primary
	if err := supported(it, items); err != nil {
		return err
	}
	if it.size.X < 1 || it.size.Y < 1 {
		return corrupt("a picture without a size")
	}
	p.size, p.deep, p.view = it.size, it.deep, d.transform(it.size)
	derived := !coded(it.kind)
	if derived && len(d.tiles) == 0 {
		return corrupt("a derived picture without source items")
	}
	if !derived {
		d.tiles = nil
	}
	for _, t := range d.tiles {
		if err := supported(t, items); err != nil {
			return err
		}
		if !coded(t.kind) {
			return fmt.Errorf("%w: a picture that is derived from other derived pictures", codec.ErrFormat)
		}
		p.deep = p.deep || t.deep
	}
	p.pixels = d.pixels(it, d.tiles)
	for id, list := range d.aux {
		if !list[0].alpha {
			delete(d.aux, id)
			continue
		}
		p.alpha = true
		for _, t := range list {
			p.deep = p.deep || t.deep
		}
		p.pixels = min(p.pixels+d.pixels(list[0], list[1:])/2, 1<<60)
	}
	return d.meter.Spend(0)
}

// pixels returns the number of decoded pixels of an item, which may consist of tiles. HEVC may decode more
// pixels than it displays.
func (d *directory) pixels(it *item, tiles []*item) int64 {
	if coded(it.kind) {
		s, _ := hevcSequence(d.meter, it.config)
		return max(area(it.size), int64(s.width)*int64(s.height))
	}
	sum := int64(0)
	for _, t := range tiles {
		if coded(t.kind) {
			sum = min(sum+d.pixels(t, nil), 1<<60)
		}
	}
	return max(area(it.size), sum)
}

func area(size image.Point) int64 { return int64(size.X) * int64(size.Y) }

// coded reports whether the item is compressed data, not derived from other items.
func coded(kind string) bool {
	return kind != "grid" && kind != "iden" && kind != "iovl" && kind != "tmap"
}

// supported returns an error if an item can't be displayed.
func supported(it *item, items []string) error {
	switch {
	case it.kind == "":
		return corrupt("item %d has no type", it.id)
	case !slices.Contains(items, it.kind):
		return fmt.Errorf("%w: item type %q", codec.ErrFormat, it.kind)
	case it.fault != "":
		return fmt.Errorf("%w: the picture can't be shown without its property %q", codec.ErrFormat, it.fault)
	}
	return nil
}

// checkGrid reads the number of tiles and the size of a grid (ISO/IEC 23008-12, 6.6.2.3.2), if its data is
// available.
func (p *picture) checkGrid(d *directory, file []byte) error {
	if file == nil && (len(d.primary.parts) == 0 || !d.primary.parts[0].inside) {
		return nil
	}
	b, err := d.data(file, d.primary, 12)
	if err != nil {
		return err
	}
	f := fields{b: b}
	f.next(1)
	width := 2
	if f.next(1)&1 == 1 {
		width = 4
	}
	rows, columns := int(f.next(1))+1, int(f.next(1))+1
	size := image.Pt(int(f.next(width)&0x7fffffff), int(f.next(width)&0x7fffffff))
	switch {
	case f.short:
		return corrupt("the grid is cut off")
	case rows*columns != len(d.tiles):
		return corrupt("a grid of %d×%d with %d tiles", columns, rows, len(d.tiles))
	case size != p.size:
		return corrupt("the grid has %v pixels, but its property says %v", size, p.size)
	}
	return nil
}

// checkPixels returns an error if bytes of the picture are missing, or if the data has more pixels than the boxes
// declare. The second check is necessary because memory is estimated from the boxes.
func (d *directory) checkPixels(file []byte) error {
	list := append([]*item{d.primary}, d.tiles...)
	for _, alpha := range d.aux {
		list = append(list, alpha...)
	}
	for _, it := range list {
		before := d.taken
		b, err := d.data(file, it, int(min(uint64(len(file)), 1<<30)))
		if err != nil {
			return err
		}
		var s, allowed sequence
		allowed.width, allowed.height = it.size.X, it.size.Y
		switch it.kind {
		case "av01":
			s, _ = av1Sequence(d.meter, b)
		case "hvc1":
			allowed, _ = hevcSequence(d.meter, it.config) // these pixels have already been counted
			s.hevcUnits(d.meter, it.config, b)
		}
		codec.AccountOf(d.ctx).Give(d.taken - before)
		d.taken = before
		if s.width > allowed.width || s.height > allowed.height {
			return corrupt("item %d has %d×%d pixels, but its properties say %d×%d", it.id, s.width, s.height, allowed.width, allowed.height)
		}
		if err := d.meter.Spend(64); err != nil {
			return err
		}
	}
	return nil
}

// maxMeta is the maximum size in bytes of the box "meta". The box contains no pixels. Usually it has a few
// hundred bytes, and more only with a color profile.
const maxMeta = 5 << 20

// find returns the content of the box "meta". It skips pixels that precede the box. Before it reads the box, it calls
// the function reserve with the size of the box.
func find(r *codec.Reader, reserve func(int64) error) ([]byte, error) {
	sequence := false
	for {
		kind, size, err := next(r)
		switch {
		case errors.Is(err, io.EOF) && sequence:
			return nil, fmt.Errorf("%w: a sequence without a primary item", codec.ErrFormat)
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil, errCut
		case err != nil:
			return nil, err
		case kind == "meta" && size > maxMeta:
			return nil, fmt.Errorf("%w: a meta box of %d bytes", codec.ErrTooLarge, size)
		case kind == "meta":
			if err := reserve(size); err != nil {
				return nil, err
			}
			b, err := r.Block(size)
			if errors.Is(err, io.ErrUnexpectedEOF) {
				err = errCut
			}
			return b, err
		case kind == "moov":
			sequence = true
		}
		if err := r.Skip(size); err != nil {
			return nil, err
		}
	}
}

// next reads the header of a box: its type, and the number of bytes that follow. The error is io.EOF if
// there are no more boxes, or if the box extends to the end of the file.
func next(r *codec.Reader) (kind string, size int64, err error) {
	head, err := r.Peek(16)
	if err != nil {
		return "", 0, err
	}
	switch {
	case len(head) == 0:
		return "", 0, io.EOF
	case len(head) < 8:
		return "", 0, io.ErrUnexpectedEOF
	}
	kind = string(head[4:8])
	n, length := boxSize(head)
	switch {
	case n == 0 && kind != "meta":
		return "", 0, io.EOF
	case n == 1 && len(head) < 16:
		return "", 0, io.ErrUnexpectedEOF
	case n < length || n > 1<<60:
		return "", 0, corrupt("a box of %d bytes", n)
	}
	return kind, int64(n - length), r.Skip(int64(length))
}
