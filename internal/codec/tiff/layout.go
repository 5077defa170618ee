package tiff

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Tags of the fields that are read (section 8 and later specifications).
const (
	tagWidth          = 256
	tagHeight         = 257
	tagBits           = 258
	tagCompression    = 259
	tagPhotometric    = 262
	tagFillOrder      = 266
	tagStripOffsets   = 273
	tagOrientation    = 274
	tagSamples        = 277
	tagRowsPerStrip   = 278
	tagStripCounts    = 279
	tagPlanar         = 284
	tagT4Options      = 292
	tagT6Options      = 293
	tagPredictor      = 317
	tagColorMap       = 320
	tagTileWidth      = 322
	tagTileLength     = 323
	tagTileOffsets    = 324
	tagTileCounts     = 325
	tagExtraSamples   = 338
	tagSampleFormat   = 339
	tagJPEGTables     = 347
	tagJPEGStream     = 513
	tagJPEGLength     = 514
	tagJPEGQTables    = 519
	tagJPEGDCTables   = 520
	tagJPEGACTables   = 521
	tagCoefficients   = 529
	tagSubsampling    = 530
	tagReferenceRange = 532
	tagProfile        = 34675
)

// Compressions.
const (
	plain       = 1
	faxRLE      = 2 // Modified Huffman: one-dimensional T.4, but each row begins at a byte
	faxG3       = 3
	faxG4       = 4
	lzw         = 5
	oldJPEG     = 6
	newJPEG     = 7
	deflate     = 8
	faxRLEW     = 32771 // like faxRLE, but each row begins at a multiple of 16 bits
	packBits    = 32773
	deflateOld  = 32946
	maxSamples  = 32
	alphaNone   = 0
	alphaScaled = 1 // colors are premultiplied
	alphaPlain  = 2
)

// Photometric interpretations.
const (
	whiteIsZero      = 0
	blackIsZero      = 1
	rgb              = 2
	palette          = 3
	transparencyMask = 4
	separated        = 5
	yCbCr            = 6
	cieLab           = 8
	iccLab           = 9
)

// Sample formats.
const (
	unsignedInt = 1
	signedInt   = 2
	float       = 3
	undefined   = 4
)

// A layout describes the pixels in the file.
type layout struct {
	order         binary.ByteOrder
	width, height int
	orientation   int
	bits, samples int
	format        int // format of the samples
	compression   int
	photometric   int
	fillOrder     int
	planar        bool // each sample has a plane of its own
	predictor     int
	t4            int64
	alpha         int // kind of the first extra sample that is alpha, or alphaNone
	alphaAt       int // index of that sample in the pixel
	tiled         bool
	segW, segH    int // size of a strip or tile in pixels
	offsets       field
	counts        field
	colorMap      field
	tables        field // JPEGTables
	profile       field
	old           oldJPEGFields
	start         int64         // offset of the directory
	cut           bool          // the file ends inside the directory, or before values of its fields
	jpeg          *codec.Header // header of the first strip or tile, or nil if that is not a sound JPEG
	jpegBytes     int64         // declared size of the first strip or tile

	subX, subY   int // subsampling of Y'CbCr
	coefficients [3]float64
	reference    [6]float64
}

// oldJPEGFields are the fields of old-style JPEG, compression 6 (section 22).
type oldJPEGFields struct{ stream, length, quant, dc, ac field }

// readLayout reads the first directory.
func readLayout(r *codec.Reader) (*layout, error) {
	p := &parser{r: r, fields: map[uint16]field{}}
	start, cut, err := readDirectory(r, func(tag uint16, f field) error {
		if _, twice := p.fields[tag]; !twice && isWanted(tag) {
			p.fields[tag] = f
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	p.cut = cut
	l := &layout{order: p.fields[tagWidth].order, start: start}
	p.sizes(l)
	p.pixels(l)
	p.segments(l)
	p.color(l)
	if p.err != nil {
		return nil, p.err
	}
	if l.cut = p.cut; l.cut {
		l.guess(p)
	}
	if err := l.check(); err != nil {
		if l.cut {
			err = corrupt("the directory is cut off: %v", err)
		}
		return nil, err
	}
	if l.compression == oldJPEG && l.old.stream.count > 0 {
		l.wholeJPEG()
	}
	return l, nil
}

func isWanted(tag uint16) bool {
	return tag >= tagWidth && tag <= tagReferenceRange || tag == tagProfile
}

// A parser reads values of fields. It keeps the first error.
type parser struct {
	r      *codec.Reader
	fields map[uint16]field
	cut    bool // the file ends before some values
	err    error
}

// all returns up to n values of a field. It returns no values if the field is absent or its values are cut off.
func (p *parser) all(tag uint16, n int) []int64 {
	f, ok := p.fields[tag]
	if !ok || p.err != nil {
		return nil
	}
	values, err := f.numbers(p.r, n)
	p.failed(err)
	return values
}

// failed records the error of reading values. The end of the file sets cut instead, because a tolerant decode
// continues without the values.
func (p *parser) failed(err error) {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		p.cut = true
	} else if err != nil {
		p.err = err
	}
}

// one returns the first value of a field, or the value of the second parameter if there is none.
func (p *parser) one(tag uint16, otherwise int64) int64 {
	if v := p.all(tag, 1); len(v) > 0 {
		return v[0]
	}
	return otherwise
}

// small is like one, but limits the value to 32 bits.
func (p *parser) small(tag uint16, otherwise int) int {
	return int(min(p.one(tag, int64(otherwise)), math.MaxInt32))
}

// maxPixels is the maximum number of pixels. The number of their bytes fits in an int64.
const maxPixels = 1 << 44

func (p *parser) sizes(l *layout) {
	w, h := p.one(tagWidth, 0), p.one(tagHeight, 0)
	if p.err == nil && (w < 1 || h < 1 || w > math.MaxInt32 || h > math.MaxInt32) {
		p.err = corrupt("invalid size %d×%d", w, h)
	}
	if p.err == nil && w*h > maxPixels {
		p.err = fmt.Errorf("%w: %d×%d pixels", codec.ErrTooLarge, w, h)
	}
	l.width, l.height = int(w), int(h)
	l.orientation = p.small(tagOrientation, 1)
	if l.orientation < 1 || l.orientation > 8 {
		l.orientation = 1
	}
}

// pixels reads the fields that describe a pixel.
func (p *parser) pixels(l *layout) {
	l.compression = p.small(tagCompression, plain)
	bits := p.all(tagBits, maxSamples)
	if len(bits) == 0 {
		bits = p.all(tagBits, 1) // only the first value, because the other values may be cut off
	}
	l.samples = p.small(tagSamples, 0)
	guess := max(len(bits), 1)
	kind := int64(blackIsZero)
	switch {
	case l.isFax():
		kind = whiteIsZero
	case max(l.samples, guess) >= 3:
		kind = rgb
	}
	l.photometric = p.small(tagPhotometric, int(kind))
	if l.samples == 0 {
		l.samples = guess
		switch l.photometric {
		case rgb, yCbCr, cieLab, iccLab:
			l.samples = max(guess, 3)
		case separated:
			l.samples = max(guess, 4)
		}
	}
	l.bits = 1
	if len(bits) > 0 {
		l.bits = int(min(bits[0], 1<<16))
	}
	for i, b := range bits {
		if p.err == nil && i < l.samples && b != int64(l.bits) {
			p.err = unsupported("samples of different depths")
		}
	}
	formats := p.all(tagSampleFormat, maxSamples)
	l.format = unsignedInt
	for i, f := range formats {
		if i == 0 {
			l.format = int(f)
		} else if p.err == nil && i < l.samples && f != formats[0] {
			p.err = unsupported("samples of different formats")
		}
	}
	l.fillOrder = p.small(tagFillOrder, 1)
	l.planar = p.small(tagPlanar, 1) == 2 && l.samples > 1
	l.predictor = p.small(tagPredictor, 1)
	l.t4 = p.one(tagT4Options, 0)
	if n := p.fields[tagStripOffsets].count; p.cut && l.samples > 1 && p.fields[tagPlanar].count == 0 {
		rows := p.one(tagRowsPerStrip, math.MaxInt32) // PlanarConfiguration is cut off; the number of strips shows whether the file is planar
		l.planar = rows > 0 && n == int64(l.samples)*((int64(l.height)+rows-1)/rows)
	}
	colors := l.colors()
	for i, kind := range p.all(tagExtraSamples, maxSamples) {
		if l.alpha == alphaNone && (kind == alphaScaled || kind == alphaPlain) && colors+i < l.samples {
			l.alpha, l.alphaAt = int(kind), colors+i
		}
	}
}

// segments reads the size and the position of strips or tiles.
func (p *parser) segments(l *layout) {
	l.offsets, l.counts = p.fields[tagStripOffsets], p.fields[tagStripCounts]
	l.segW, l.segH = l.width, l.height
	if w, h := p.small(tagTileWidth, 0), p.small(tagTileLength, 0); w > 0 && h > 0 {
		l.tiled, l.segW, l.segH = true, w, h
		if f, ok := p.fields[tagTileOffsets]; ok {
			l.offsets, l.counts = f, p.fields[tagTileCounts]
		}
		return
	}
	rows := p.one(tagRowsPerStrip, 0)
	if n := l.offsets.count / int64(l.planes()); rows < 1 && n > 1 {
		rows = (int64(l.height) + n - 1) / n
	}
	if rows >= 1 && rows < int64(l.height) {
		l.segH = int(rows)
	}
}

// color reads the fields that only some photometric interpretations or compressions need.
func (p *parser) color(l *layout) {
	l.colorMap, l.tables, l.profile = p.fields[tagColorMap], p.fields[tagJPEGTables], p.fields[tagProfile]
	l.old = oldJPEGFields{
		stream: p.fields[tagJPEGStream], length: p.fields[tagJPEGLength],
		quant: p.fields[tagJPEGQTables], dc: p.fields[tagJPEGDCTables], ac: p.fields[tagJPEGACTables],
	}
	l.subX, l.subY = 1, 1
	if l.photometric != yCbCr {
		return
	}
	l.subX, l.subY = 2, 2
	if s := p.all(tagSubsampling, 2); len(s) == 2 {
		l.subX, l.subY = int(min(s[0], 99)), int(min(s[1], 99))
	}
	l.coefficients = [3]float64{0.299, 0.587, 0.114}
	l.reference = [6]float64{0, 255, 128, 255, 128, 255}
	p.reals(tagCoefficients, l.coefficients[:])
	p.reals(tagReferenceRange, l.reference[:])
}

// reals copies the values of a field to a slice, if the field has as many values as the slice and all are finite and
// plausible.
func (p *parser) reals(tag uint16, to []float64) {
	f, ok := p.fields[tag]
	if !ok || p.err != nil {
		return
	}
	values, err := f.reals(p.r, len(to))
	p.failed(err)
	for _, v := range values {
		if math.IsNaN(v) || math.Abs(v) > 1e6 {
			return
		}
	}
	if len(values) == len(to) {
		copy(to, values)
	}
}
