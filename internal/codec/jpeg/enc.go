package jpeg

import (
	"context"
	"errors"
	"image"
	"image/color"
	"io"
	"sync"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Subsampling is the chroma subsampling of the file.
type Subsampling uint8

// The chroma subsamplings.
const (
	Subsampling420 Subsampling = iota // half the width, half the height
	Subsampling422                    // half the width
	Subsampling444                    // full resolution
)

// factors returns the number of pixels per chroma sample in each direction.
func (s Subsampling) factors() (h, v int) {
	switch s {
	case Subsampling444:
		return 1, 1
	case Subsampling422:
		return 2, 1
	}
	return 2, 2
}

// EncodeOptions control Encode.
type EncodeOptions struct {
	Quality     int // 1 to 100, on the scale of libjpeg: the result looks at least as good as libjpeg's at the same quality
	Subsampling Subsampling
	SameLuma    bool       // luma is quantized as with 4:2:0, whatever the subsampling; by default it is finer if there is more chroma
	Background  color.RGBA // opaque color behind transparent pixels; the zero value is black
	Progressive bool       // a progressive file (SOF2) instead of a baseline file (SOF0)
}

// maxSide is the largest width and height that a frame header can state.
const maxSide = 65535

var errSize = errors.New("jpeg: a side of the picture is 0, or more than 65535 pixels")

// Encode writes img as a JPEG file with a JFIF marker, optimized Huffman tables and no metadata. An *image.Gray or
// *image.Gray16 becomes a file of one component. The planes of an *image.YCbCr are used directly, with chroma
// resampled to the requested subsampling. All other images are converted from RGB (JFIF 1.02). The bytes depend only
// on the picture and the options.
//
// Encode keeps all symbols in memory until the optimized Huffman tables are known: see [EncodeMemory]. It takes this
// memory from the account of ctx as needed and returns it at the end. It checks ctx once per row of MCUs, and once
// per 256 KiB of symbols.
func Encode(ctx context.Context, w io.Writer, img image.Image, o EncodeOptions) error {
	size := img.Bounds().Size()
	if size.X < 1 || size.Y < 1 || size.X > maxSide || size.Y > maxSide {
		return errSize
	}
	e := encoders.Get().(*encoder)
	defer encoders.Put(e)
	e.begin(ctx, w, img, o)
	defer e.end()
	if err := e.allocate(); err != nil {
		return err
	}
	var err error
	if o.Progressive {
		err = e.progressive()
	} else {
		err = e.sequential()
	}
	if err != nil {
		return err
	}
	return e.out.flush()
}

var encoders = sync.Pool{New: func() any { return new(encoder) }}

// encoder writes one picture. Only its fixed tables and buffers survive in the pool.
type encoder struct {
	ctx     context.Context
	account *codec.Account
	taken   int64 // bytes taken from the account

	size       image.Point
	comps      []encComponent // Y, Cb, Cr, or Y alone
	hMax, vMax int
	mcus       image.Point

	src   source
	quant [3]quantizer
	coded codedBlock

	tables int          // number of quantization tables
	script *[3][]stream // scans of a progressive file

	out     bitWriter
	streams [3][4]stream          // by component and scan of the script; a sequential file uses only streams[0][0]
	counts  [scanGroups]histogram // symbol counts: by table (DC 0, AC 0, DC 1, AC 1) in a sequential file, by group of scans in a progressive file
	codes   codeTables
}

// encComponent is a color component of the picture.
type encComponent struct {
	h, v   int         // sampling factors
	blocks image.Point // number of blocks with samples; MCUs at the edges may have more
	table  int         // number of the Huffman tables: 0 for luma, 1 for chroma
	dc     int32       // DC coefficient of the previous block
}

func (e *encoder) begin(ctx context.Context, w io.Writer, img image.Image, o EncodeOptions) {
	e.ctx, e.account, e.taken = ctx, codec.AccountOf(ctx), 0
	e.size = img.Bounds().Size()
	e.hMax, e.vMax = 1, 1
	e.comps = append(e.comps[:0], encComponent{h: 1, v: 1})
	if isGray(img) {
		o.Subsampling = Subsampling420 // the quality is calibrated with it
	} else {
		e.hMax, e.vMax = o.Subsampling.factors()
		chroma := encComponent{h: 1, v: 1, table: 1}
		e.comps = append(e.comps[:0], encComponent{h: e.hMax, v: e.vMax}, chroma, chroma)
	}
	e.mcus = image.Pt(ceilDiv(e.size.X, 8*e.hMax), ceilDiv(e.size.Y, 8*e.vMax))
	for i := range e.comps {
		c := &e.comps[i]
		c.blocks.X = ceilDiv(ceilDiv(e.size.X*c.h, e.hMax), 8)
		c.blocks.Y = ceilDiv(ceilDiv(e.size.Y*c.v, e.vMax), 8)
	}
	e.tables = len(e.comps)
	if sharesTable(e.size, o.Subsampling) {
		e.tables = 1
	}
	for i := range e.comps {
		e.quant[i].set(tableFor(o, i, e.size))
	}
	e.src.begin(img, o.Background, e.hMax, e.vMax)
	e.out.begin(w)
	e.counts = [scanGroups]histogram{}
}

// end returns the memory to the account and drops references to the caller's data.
func (e *encoder) end() {
	for i := range e.streams {
		for n := range e.streams[i] {
			e.streams[i][n].release()
		}
	}
	e.src.release()
	e.account.Give(e.taken)
	e.taken = 0
	e.ctx, e.account, e.out.w = nil, nil, nil
}

// allocate allocates the buffers that depend on the width of the picture.
func (e *encoder) allocate() error {
	n := int64(e.src.size())
	if n > codec.Free {
		if err := e.account.Take(n); err != nil {
			return err
		}
		e.taken += n
	}
	e.src.allocate()
	return nil
}

// blockSize returns the width and height of the part of a block that lies inside the picture, at most 8×8.
func (e *encoder) blockSize(c *encComponent, x, y int) (w, h int) {
	width, height := ceilDiv(e.size.X*c.h, e.hMax), ceilDiv(e.size.Y*c.v, e.vMax)
	return min(8, width-8*x), min(8, height-8*y)
}

// EncodeMemory returns the maximum memory in bytes for encoding a picture of the given size: the memory of Encode and
// of the buffer of the file, which grows by a quarter. The picture itself is not included. An ordinary picture needs
// a sixth of this memory.
func EncodeMemory(size image.Point, o EncodeOptions) int64 {
	h, v := o.Subsampling.factors()
	mcus := int64(ceilDiv(size.X, 8*h)) * int64(ceilDiv(size.Y, 8*v))
	blocks := mcus * int64(h*v+2)
	// At most a tenth of each chunk stays unused. The last chunk of each stream may be nearly empty.
	tokens := blocks*blockTokens/9*10*4 + 10*chunkBytes
	rows := 3*int64(8*v)*int64(size.X) + 8*int64(size.X)
	return tokens + rows + codec.FileBytes(blocks*blockBytes+4<<10)
}

// blockBytes is the average size of a block in the largest possible file. In black and white noise at quality 100 a
// coefficient takes 9 bits.
const blockBytes = 64 * 9 / 8
