package jpeg

import (
	"context"
	"sync"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// reset starts a new file. It keeps the buffers and tables of the previous file for reuse.
func (d *Decoder) reset(ctx context.Context, data []byte) {
	d.giveBack()
	d.input = input{data: data}
	d.segs = segments{r: codec.NewBytesReader(ctx, data), tolerant: d.tolerant}
	d.frame = frame{comps: d.comps[:0]}
	d.undefine()
	d.bits.zeroTail = d.tolerant
	d.partial, d.blocks, d.missing, d.examined = d.tolerant, 0, 0, 0
}

// forget drops all references to the file, which belongs to the caller.
func (d *Decoder) forget() {
	d.input, d.segs, d.meter = input{}, segments{}, nil
}

// plausible returns an error if the file is too short for its declared picture. It runs before memory is allocated.
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

// maxWork returns the maximum work for progressive scans, in units of [codec.Meter]. It allows more visits of each
// block than any encoder causes, and an amount for each byte of the file.
func (d *Decoder) maxWork() int64 {
	blocks := int64(0)
	for _, c := range d.comps {
		blocks += int64(c.blocksX) * int64(c.blocksY)
	}
	return 40*blocks + 16*int64(len(d.data)) + 1<<20
}

// take takes n bytes from the account of ctx and adds them to d.taken.
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

// keep is the maximum size in bytes of the buffers that a Decoder keeps in the pool. Larger buffers are left to the
// garbage collector.
const keep = 16 << 20

var pool = sync.Pool{New: func() any { return new(Decoder) }}

// Get returns a Decoder from the pool, or a new one.
func Get() *Decoder { return pool.Get().(*Decoder) }

// Release returns d to the pool. The Decoder and its picture must not be used afterwards.
func (d *Decoder) Release() {
	d.giveBack()
	if cap(d.out.memory)+cap(d.out.pixels)+2*cap(d.prog.values)+8*cap(d.prog.words) > keep {
		d.out, d.prog = planes{}, coefficients{}
	}
	pool.Put(d)
}

// slack is the number of bytes by which a reused buffer may exceed the needed size. The account is charged for the
// needed size only.
const slack = 512 << 10

// grown returns s with length n, reallocated if necessary. The contents are undefined.
func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// fitted is like grown, for elements of size bytes that are taken from the account. It also reallocates s if s is
// much larger than needed.
func fitted[T any](s []T, n int, size int) []T {
	if (cap(s)-n)*size > slack {
		s = nil
	}
	return grown(s, n)
}

// trim drops buffers that the picture does not use.
func (d *Decoder) trim() {
	if !d.progressive && 2*cap(d.prog.values)+8*cap(d.prog.words) > slack {
		d.prog = coefficients{}
	}
	if cap(d.out.pixels) > slack && d.interleaved(d.colorModel()) == 0 {
		d.out.pixels = nil
	}
}
