package tiff

import (
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// memory adds up what decode takes, step by step.
func memory(h *codec.Header, o codec.Options) int64 {
	l, ok := h.Detail.(*layout)
	if !ok {
		return 0
	}
	if l.compression == oldJPEG && l.old.stream.count > 0 {
		l = l.wholeJPEG()
	}
	lanes := int64(1)
	if l.planar {
		lanes = int64(min(l.colors()+1, l.samples))
	}
	total := lanes*l.laneBytes() + l.convertBytes() + 64<<10
	if small := shrunk(l, o); small != (image.Point{}) {
		return total + reducedBytes(image.Pt(l.width, l.height), small)
	}
	return total + int64(l.width)*int64(l.height)*l.wholeBytes(o.Tolerant)
}

// laneBytes is what a lane takes, with its sources.
func (l *layout) laneBytes() int64 {
	pixel := int64(l.rowSamples() * l.sampleBytes())
	rows, sources := int64(1), int64(l.across())
	if l.banded() {
		rows, sources = int64(min(l.segH, l.height)), 1
	}
	row := max(int64(l.segRowBytes()), int64(l.segW)*int64(l.pixelBytes()))
	one := l.sourceBytes() + l.segmentBytes()
	if l.isFax() {
		one += 2 * 4 * int64(l.segW+faxSpare)
	}
	if l.subsampled() {
		one += row
	}
	return rows*int64(l.width)*pixel + row + int64(l.scratch()) + int64(l.across())*columnSize + sources*one
}

// sourceBytes is what a source takes whatever the picture.
func (l *layout) sourceBytes() int64 {
	switch l.compression {
	case lzw:
		return 32 << 10
	case deflate, deflateOld:
		return 96 << 10
	case newJPEG, oldJPEG:
		return 256 << 10
	}
	return 256
}

// segmentBytes is what a source takes that decodes a strip or tile at once.
func (l *layout) segmentBytes() int64 {
	if !l.isJPEG() {
		return 0
	}
	const block = 32
	area := int64(l.segW+block) * int64(min(l.segH, l.height)+block)
	samples := int64(l.rowSamples())
	return area*(samples+4) + area*samples + l.tables.size()
}

// convertBytes is what the converter takes: a row before and a row after, and a palette.
func (l *layout) convertBytes() int64 {
	n := int64(l.width) * 8 * 2
	if l.photometric == palette {
		n += 3 << l.bits
	}
	return n
}

// wholeBytes is the size of a pixel in the decoded picture.
func (l *layout) wholeBytes(tolerant bool) int64 {
	n := int64(4)
	switch {
	case l.colors() == 1 && l.alpha == alphaNone && l.photometric != palette, l.photometric == palette && l.bits <= 8 && l.alpha == alphaNone && !tolerant:
		n = 1
	case l.photometric == palette || l.photometric == separated:
		return 4
	}
	return n * int64(l.sampleBytes())
}
