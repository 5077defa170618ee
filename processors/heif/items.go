package heif

import (
	"context"
	"fmt"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// An item is a part of the picture: the primary item, a tile of its grid, its alpha item, or a tile of the alpha item.
type item struct {
	id    uint32
	kind  string // four letters; empty if not known
	deep  bool   // more than 8 bits per sample
	gray  bool   // one sample per pixel
	size  image.Point
	fault string // name of an unknown essential property

	profile []byte // ICC profile in "colr"
	nclx    []byte // code points in "colr", without the name "nclx"
	config  []byte // content of "hvcC"
	alpha   bool   // "auxC" declares this item as alpha
	parts   []part // location of the bytes of the item
	length  uint64 // sum of the lengths of all parts, as declared in the file
}

// maxItems limits the number of items of a picture: 256×256 tiles, with alpha.
const maxItems = 2*256*256 + 2

// maxAuxiliary limits the number of examined auxiliary items of a picture, one of which may be its alpha.
const maxAuxiliary = 16

// itemBytes is the memory that an item takes.
const itemBytes = 400

// A directory holds the parts of the box "meta" that describe the picture.
type directory struct {
	meter *codec.Meter
	ctx   context.Context
	taken int64

	pitm, iinf, iloc, iref, iprp, idat []byte

	items      map[uint32]*item
	primary    *item
	transforms []property         // transforms of the primary item
	tiles      []*item            // tiles of the primary item, in their order
	aux        map[uint32][]*item // auxiliary items of the primary item, with their tiles
}

// open splits meta, which begins with version and flags.
func open(ctx context.Context, meta []byte) (*directory, error) {
	d := &directory{
		ctx: ctx, meter: codec.NewMeter(ctx, 1<<22+64*int64(len(meta))),
		items: map[uint32]*item{}, aux: map[uint32][]*item{},
	}
	if len(meta) < 4 {
		return nil, errCut
	}
	for kind, b := range boxes(d.meter, meta[4:]) {
		for _, c := range []struct {
			kind string
			to   *[]byte
		}{{"pitm", &d.pitm}, {"iinf", &d.iinf}, {"iloc", &d.iloc}, {"iref", &d.iref}, {"iprp", &d.iprp}, {"idat", &d.idat}} {
			if c.kind == kind && *c.to == nil {
				*c.to = b
			}
		}
	}
	return d, nil
}

// close returns the memory of the directory to the account.
func (d *directory) close() { codec.AccountOf(d.ctx).Give(d.taken) }

// take takes n bytes from the account, until close.
func (d *directory) take(n int64) error {
	if err := codec.AccountOf(d.ctx).Take(n); err != nil {
		return err
	}
	d.taken += n
	return nil
}

// add returns the item with the given ID, and adds it if it is new.
func (d *directory) add(id uint32) (*item, error) {
	if it := d.items[id]; it != nil {
		return it, nil
	}
	if len(d.items) == maxItems {
		return nil, fmt.Errorf("%w: a picture of more than %d items", codec.ErrTooLarge, maxItems)
	}
	if err := d.take(itemBytes); err != nil {
		return nil, err
	}
	it := &item{id: id}
	d.items[id] = it
	return it, nil
}

// collect finds the items of which the primary item consists, and its auxiliary items.
func (d *directory) collect() error {
	if d.pitm == nil {
		return fmt.Errorf("%w: no primary item", codec.ErrFormat)
	}
	f, size := full(d.pitm, 1)
	id := uint32(f.next(size))
	if f.short {
		return errCut
	}
	var err error
	if d.primary, err = d.add(id); err != nil {
		return err
	}
	if err = d.references(id); err != nil {
		return err
	}
	return d.meter.Spend(0)
}

// references reads the box "iref" (ISO/IEC 14496-12, 8.11.12) twice. The first pass finds the tiles and auxiliary items of
// the primary item, the second pass the tiles of the auxiliary items.
func (d *directory) references(primary uint32) error {
	err := d.eachReference(func(kind string, from uint32, to fields, idSize int) (err error) {
		switch {
		case kind == "dimg" && from == primary && d.tiles == nil:
			d.tiles, err = d.listed(to, idSize)
		case kind == "auxl" && d.aux[from] == nil && len(d.aux) < maxAuxiliary && from != primary:
			for range to.next(2) {
				if to.next(idSize) == uint64(primary) && !to.short {
					it, err := d.add(from)
					d.aux[from] = []*item{it}
					return err
				}
			}
		}
		return err
	})
	if err != nil || len(d.aux) == 0 {
		return err
	}
	return d.eachReference(func(kind string, from uint32, to fields, idSize int) error {
		if kind != "dimg" || len(d.aux[from]) != 1 {
			return nil
		}
		tiles, err := d.listed(to, idSize)
		d.aux[from] = append(d.aux[from], tiles...)
		return err
	})
}

func (d *directory) eachReference(f func(kind string, from uint32, to fields, idSize int) error) error {
	list, idSize := full(d.iref, 1)
	for kind, b := range boxes(d.meter, list.b) {
		to := fields{b: b}
		from := uint32(to.next(idSize))
		if to.short {
			continue
		}
		if err := f(kind, from, to, idSize); err != nil {
			return err
		}
	}
	return d.meter.Spend(0)
}

// listed adds the items of a reference.
func (d *directory) listed(to fields, idSize int) (list []*item, err error) {
	n := int(to.next(2))
	if n > len(to.b)/idSize {
		n = len(to.b) / idSize
	}
	if err := d.take(8 * int64(n)); err != nil {
		return nil, err
	}
	list = make([]*item, 0, n)
	for range n {
		if err := d.meter.Spend(8); err != nil {
			return nil, err
		}
		it, err := d.add(uint32(to.next(idSize)))
		if err != nil {
			return nil, err
		}
		list = append(list, it)
	}
	return list, nil
}

// kinds reads the types of the items (ISO/IEC 14496-12, 8.11.6).
func (d *directory) kinds() error {
	list, size := full(d.iinf, 1)
	list.next(size) // skip the number of items
	for kind, b := range boxes(d.meter, list.b) {
		entry, size := full(b, 3)
		if kind != "infe" || len(b) < 4 || b[0] < 2 {
			continue
		}
		if it := d.items[uint32(entry.next(size))]; it != nil && len(entry.b) >= 6 && it.kind == "" {
			it.kind = string(entry.b[2:6])
		}
	}
	return d.meter.Spend(0)
}
