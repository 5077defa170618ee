package jpeg

import (
	"context"
	"sync"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// reset begins a file. Buffers and tables of the one before stay for reuse.
func (d *Decoder) reset(ctx context.Context, data []byte) {
	d.giveBack()
	d.input = input{data: data}
	d.segs = segments{r: codec.NewBytesReader(ctx, data), tolerant: d.tolerant}
	d.frame = frame{comps: d.comps[:0]}
	d.undefine()
	d.bits.zeroTail = d.tolerant
	d.partial, d.blocks, d.missing = d.tolerant, 0, 0
}

// forget drops the file, which is the caller's.
func (d *Decoder) forget() {
	d.input, d.segs, d.meter = input{}, segments{}, nil
}

// plausible refuses a file that is too short for the picture it announces before memory is taken.
func (d *Decoder) plausible() error {
	least := d.minBytes()
	if d.tolerant {
		least /= 10
	}
	if least > len(d.data) {
		return corrupt("file too short for its picture")
	}
	return nil
}

// maxWork bounds, in units of [codec.Meter], what progressive scans cost: so many visits of each
// block as no encoder makes, and what the bytes of the file are worth.
func (d *Decoder) maxWork() int64 {
	blocks := int64(0)
	for _, c := range d.comps {
		blocks += int64(c.blocksX) * int64(c.blocksY)
	}
	return 40*blocks + 16*int64(len(d.data)) + 1<<20
}

// take takes n bytes from the account of ctx, and remembers it.
func (d *Decoder) take(ctx context.Context, n int64) error {
	account := codec.AccountOf(ctx)
	if err := account.Take(n); err != nil {
		return err
	}
	d.account, d.taken = account, n
	return nil
}

func (d *Decoder) giveBack() {
	d.account.Give(d.taken)
	d.account, d.taken = nil, 0
}

// keep bounds, in bytes, what a Decoder takes back to the pool; larger buffers go to the garbage
// collector.
const keep = 16 << 20

var pool = sync.Pool{New: func() any { return new(Decoder) }}

// Get returns a Decoder, a used one if possible.
func Get() *Decoder { return pool.Get().(*Decoder) }

// Release returns a Decoder to Get. It and its picture must not be used any more.
func (d *Decoder) Release() {
	d.giveBack()
	if cap(d.out.memory)+cap(d.out.pixels)+2*cap(d.prog.values)+8*cap(d.prog.words) > keep {
		d.out, d.prog = planes{}, coefficients{}
	}
	pool.Put(d)
}

// slack is how many bytes a buffer that is used again may be larger than what is needed, and taken
// from the account.
const slack = 512 << 10

// grown returns s with length n and any contents, reallocated if need be.
func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// fitted is grown for elements of size bytes that are taken from the account: s is reallocated if it
// is much larger, too.
func fitted[T any](s []T, n int, size int) []T {
	if (cap(s)-n)*size > slack {
		s = nil
	}
	return grown(s, n)
}

// trim drops buffers for which the picture has no use.
func (d *Decoder) trim() {
	if !d.progressive && 2*cap(d.prog.values)+8*cap(d.prog.words) > slack {
		d.prog = coefficients{}
	}
	if cap(d.out.pixels) > slack && d.interleaved(d.colorModel()) == 0 {
		d.out.pixels = nil
	}
}
