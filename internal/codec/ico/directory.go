package ico

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"math"
	"slices"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/bmp"
	"github.com/rest-thumbnails/thumbnail/internal/codec/png"
)

const (
	dirSize   = 6
	entrySize = 16
)

// maxEntries is the maximum number of directory entries that are read, and maxLooks the maximum number of pictures whose
// header is read. Real icons have up to a dozen.
const (
	maxEntries = 1024
	maxLooks   = 64
)

// An entry is an entry of the directory.
type entry struct {
	width, height int
	size, offset  int64
}

func parseEntry(b []byte) entry {
	e := entry{
		width: int(b[0]), height: int(b[1]),
		size: int64(binary.LittleEndian.Uint32(b[8:])), offset: int64(binary.LittleEndian.Uint32(b[12:])),
	}
	if e.width == 0 {
		e.width = 256
	}
	if e.height == 0 {
		e.height = 256
	}
	return e
}

func (e *entry) area() int { return e.width * e.height }

// A picture is one of the pictures in the file.
type picture struct {
	entry
	stored image.Point
	depth  int
	icon   *bmp.Icon // nil if the picture is a PNG
	png    codec.Header
}

func (p *picture) area() int64 { return int64(p.stored.X) * int64(p.stored.Y) }

// choose reads the directory and the headers of the pictures, and returns the best picture. It starts with the entry that
// declares the largest size. Sizes and offsets in entries may be wrong.
func choose(ctx context.Context, r *codec.Reader) (*picture, error) {
	b, err := r.Block(dirSize)
	if err != nil {
		return nil, err
	}
	entries := make([]entry, 0, 16)
	for range min(int(binary.LittleEndian.Uint16(b[4:])), maxEntries) {
		if b, err = r.Block(entrySize); err != nil {
			return nil, err
		}
		entries = append(entries, parseEntry(b))
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return cmp.Compare(b.area(), a.area()) })
	var best *picture
	first := corrupt("no picture")
	for i, e := range entries[:min(len(entries), maxLooks)] {
		if best != nil && e.area() < best.entry.area() {
			break
		}
		p, err := look(ctx, r, e)
		var read *codec.ReadError
		switch {
		case errors.As(err, &read) || ctx.Err() != nil || errors.Is(err, codec.ErrTooLarge):
			return nil, err
		case err != nil:
			if i == 0 {
				first = err
			}
		case best == nil || p.area() > best.area() || p.area() == best.area() && p.depth > best.depth:
			best = p
		}
	}
	if best == nil {
		return nil, first
	}
	return best, nil
}

// look reads the header of the picture of an entry.
func look(ctx context.Context, r *codec.Reader, e entry) (*picture, error) {
	if err := r.SeekTo(e.offset); err != nil {
		return nil, err
	}
	head, err := r.Peek(64)
	if err != nil {
		return nil, err
	}
	p := &picture{entry: e}
	if png.Format.Match(head) {
		h, err := png.Format.Header(ctx, r.Section(math.MaxInt64)) // a PNG has its own end, and the declared size may be too small
		p.png, p.stored, p.depth = h, h.Stored, 32
		return p, err
	}
	icon, err := bmp.ReadIcon(r, e.height)
	if err != nil {
		return nil, err
	}
	p.icon, p.stored, p.depth = icon, icon.Size(), icon.Depth()
	return p, nil
}
