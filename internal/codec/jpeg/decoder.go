package jpeg

import "sync"

// reset begins a file. Buffers and tables of the one before stay for reuse.
func (d *Decoder) reset(data []byte) {
	d.input = input{data: data}
	d.frame = frame{comps: d.comps[:0]}
	d.undefine()
}

// forget drops the file, which is the caller's.
func (d *Decoder) forget() {
	d.input = input{}
}

// keep bounds, in bytes, what a Decoder takes back to the pool; larger buffers go to the garbage
// collector.
const keep = 16 << 20

var pool = sync.Pool{New: func() any { return new(Decoder) }}

// Get returns a Decoder, a used one if possible.
func Get() *Decoder { return pool.Get().(*Decoder) }

// Release returns a Decoder to Get. It and its picture must not be used any more.
func (d *Decoder) Release() {
	if cap(d.out.memory)+cap(d.out.pixels)+2*cap(d.prog.values)+8*cap(d.prog.words) > keep {
		d.out, d.prog = planes{}, coefficients{}
	}
	pool.Put(d)
}
