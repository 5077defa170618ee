package png

import (
	"context"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/deflate"
)

// Filters are chosen by compressing samples of rows. A small sample is a twelfth of the picture, and a large one an
// eighth, from samplePlaces places. Their sizes in bytes have the limits below. All filters are tried on a small sample,
// and those with similar results again on a large one. There is no second trial if the large sample would hardly be
// larger, or if the picture is like a photo and its best result has a filter.
const (
	minSample    = 16 << 10
	smallSample  = 32 << 10
	largeSample  = 96 << 10
	samplePlaces = 3
)

// These are the maximum sizes of the rows, in bytes, up to which more effort is spent on compression. Up to smallBytes the
// sample is the whole picture, and the best filter is used with the best compression.
const (
	thoroughBytes = 128 << 10
	smallBytes    = 16 << 10
)

// A plan holds the filter strategy and the compression effort.
type plan struct {
	filters strategy
	effort  deflate.Effort
}

// choose tries the filters on samples.
func (e *encoder) choose(ctx context.Context, f *form, straight func(y int) []byte) (plan, error) {
	total := f.Height * (f.rowBytes(f.Width) + 1)
	small, large := min(max(total/12, minSample), smallSample), min(max(total/8, minSample), largeSample)
	tries, err := e.try(ctx, f, straight, candidates(f), small)
	if err != nil {
		return plan{}, err
	}
	best, close := nearest(tries)
	if len(close) > 1 && large > 2*small && !(best.photo() && best.filters != filterNone) {
		if tries, err = e.try(ctx, f, straight, close, large); err != nil {
			return plan{}, err
		}
		best, _ = nearest(tries)
	}
	switch {
	case best.photo():
		return plan{best.filters, deflate.Light}, nil
	case total < thoroughBytes:
		return plan{best.filters, deflate.Thorough}, nil
	}
	return plan{best.filters, deflate.Usual}, nil
}

// A trial holds the compressed size of a sample.
type trial struct {
	filters        strategy
	size, literals int // in bytes, with and without matches
}

// photo reports whether matches save little, as in photos.
func (t trial) photo() bool { return 10*t.size > 9*t.literals }

// nearest returns the shortest trial, and the filters of the trials that are at most an eighth longer.
func nearest(tries []trial) (best trial, close []strategy) {
	best.size = math.MaxInt
	for _, t := range tries {
		if t.size < best.size {
			best = t
		}
	}
	for _, t := range tries {
		if t.size <= best.size+best.size/8 {
			close = append(close, t.filters)
		}
	}
	return best, close
}

// try compresses a sample of n bytes.
func (e *encoder) try(ctx context.Context, f *form, straight func(y int) []byte, filters []strategy, n int) (tries []trial, err error) {
	rows := n/samplePlaces/(f.rowBytes(f.Width)+1) + 1
	if samplePlaces*rows >= f.Height {
		rows = (f.Height + samplePlaces - 1) / samplePlaces
	}
	for _, s := range filters {
		e.rows.b = e.rows.b[:0]
		for place := range samplePlaces {
			from := max(f.Height-rows, 0) * place / (samplePlaces - 1)
			if err := e.filter(ctx, f, s, straight, from, min(from+rows, f.Height)); err != nil {
				return nil, err
			}
		}
		size, err := e.deflate.Estimate(ctx, e.rows.b, deflate.Quick)
		if err != nil {
			return nil, err
		}
		switch s {
		case filterNone:
			size -= size / 16 // the final compression is more thorough, and unfiltered rows gain more from that
		case byPairs:
			size -= size / 100 // byPairs adapts to every part of the picture
		}
		tries = append(tries, trial{s, size, deflate.Entropy(e.rows.b)})
	}
	return tries, nil
}

// candidates returns the filter strategies that may give the shortest file.
func candidates(f *form) []strategy {
	if f.Depth < 8 {
		return []strategy{filterNone} // neighboring bytes are hardly related
	}
	return []strategy{filterNone, filterSub, filterUp, filterPaeth, byPairs}
}

// filter appends filtered rows. from is the first row, and to is the row after the last one.
func (e *encoder) filter(ctx context.Context, f *form, s strategy, straight func(y int) []byte, from, to int) error {
	n, pixel := len(e.row), f.pixelBytes()
	every := max(1<<18/n, 1) // the context is checked once per 256 KiB, because filters are slow
	if from == 0 {
		clear(e.above)
	} else {
		f.pack(e.above, straight(from-1))
	}
	for y := from; y < to; y++ {
		if y%every == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		f.pack(e.row, straight(y))
		if _, err := e.rows.Write(e.filters.filtered(s, e.row, e.above, pixel)); err != nil {
			return err
		}
		e.row, e.above = e.above, e.row
	}
	return nil
}

// pixels returns the rows, filtered and compressed. They are valid until the encoder is used again.
func (e *encoder) pixels(ctx context.Context, f *form, straight func(y int) []byte) ([]byte, error) {
	n := f.rowBytes(f.Width)
	e.row, e.above = grow(e.row, n), grow(e.above, n)
	e.filters.room(n)
	if f.Height*(n+1) <= smallBytes {
		return e.small(ctx, f, straight)
	}
	how, err := e.choose(ctx, f, straight)
	if err != nil {
		return nil, err
	}
	e.rows.b = e.rows.b[:0]
	if err := e.rows.reserve(f.Height * (n + 1)); err != nil {
		return nil, err
	}
	if err := e.compress(ctx, f, straight, how); err != nil {
		return nil, err
	}
	return e.packed.b, nil
}

// compress filters and compresses the rows into e.packed.
func (e *encoder) compress(ctx context.Context, f *form, straight func(y int) []byte, how plan) error {
	e.rows.b = e.rows.b[:0]
	if err := e.filter(ctx, f, how.filters, straight, 0, f.Height); err != nil {
		return err
	}
	e.packed.b = e.packed.b[:0]
	return e.deflate.Compress(ctx, &e.packed, e.rows.b, how.effort)
}

// small returns the rows of a small picture, filtered and compressed.
func (e *encoder) small(ctx context.Context, f *form, straight func(y int) []byte) ([]byte, error) {
	filters := candidates(f)
	if f.Depth < 8 {
		filters = []strategy{filterNone, filterSub, filterUp}
	}
	tries, err := e.try(ctx, f, straight, filters, smallBytes)
	if err != nil {
		return nil, err
	}
	how := plan{effort: deflate.Best}
	best, _ := nearest(tries)
	if how.filters = best.filters; best.photo() {
		how.effort = deflate.Light
	}
	err = e.compress(ctx, f, straight, how)
	return e.packed.b, err
}
