package tiff

import (
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/jpeg"
	"github.com/rest-thumbnails/thumbnail/internal/codec/png"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// memory implements Format.Memory. It adds up the allocations of decode.
func memory(h *codec.Header, o codec.Options) int64 {
	l, ok := h.Detail.(*layout)
	if !ok {
		return 0
	}
	if l.isOneJPEG() {
		return jpeg.Format.Memory(l.jpeg, o) + l.assembledBytes()
	}
	c := new(converter)
	small := shrunk(l, o)
	c.plan(l, o.Tolerant || small != (image.Point{}))
	lanes := int64(1)
	if l.planar {
		lanes = int64(len(c.wanted))
	}
	total := lanes*l.laneBytes() + c.bytes()
	if o.Tolerant {
		total += l.rulerBytes()
	}
	if small != (image.Point{}) {
		return total + resample.ShrinkBytes(c.format, h.Stored, small, reducing)
	}
	return total + int64(l.width)*int64(l.height)*int64(c.imageBytes())
}

// laneBytes returns the memory of a lane and its sources.
func (l *layout) laneBytes() int64 {
	pixel := int64(l.rowSamples() * l.sampleBytes())
	rows, sources := int64(1), int64(l.across())
	if l.banded() {
		rows, sources = int64(min(l.segH, l.height)), 1
	}
	row := max(int64(l.segRowBytes()), int64(l.segW)*int64(l.pixelBytes()))
	one := l.sourceBytes() + l.segmentBytes()
	if l.isFax() {
		one += l.faxBytes()
	}
	if l.subsampled() {
		one += row
	}
	return rows*int64(l.width)*pixel + row + int64(l.scratch()) + int64(l.across())*columnSize + sources*one
}

// sourceBytes returns the memory of a source, except what segmentBytes returns.
func (l *layout) sourceBytes() int64 {
	if l.pairs() {
		return 2 * png.InflaterBytes(int(l.segBytes(l.segH)))
	}
	return l.aloneBytes()
}

// aloneBytes returns the memory of a source that decodes one strip or tile at a time, except what segmentBytes returns.
func (l *layout) aloneBytes() int64 {
	switch l.compression {
	case lzw:
		return lzwBytes
	case deflate, deflateOld:
		return png.InflaterBytes(l.segRowBytes())
	}
	return 256
}

// segmentBytes returns the memory that a source takes in addition if it decodes a strip or tile at once.
func (l *layout) segmentBytes() int64 {
	switch {
	case !l.isJPEG():
		return 0
	case l.jpeg == nil: // the first strip or tile is damaged; others may be sound
		return 2*l.segBytes(min(l.segH, l.height)) + l.assembledBytes() + 256<<10
	}
	return jpeg.Format.Memory(l.jpeg, codec.Options{}) + l.assembledBytes()
}

// assembledBytes estimates the size of the file that assemble returns from the first strip or tile.
func (l *layout) assembledBytes() int64 {
	if l.compression == oldJPEG {
		return 0
	}
	n := l.jpegBytes
	if l.across()*l.down() > 1 { // other strips or tiles may be larger
		n = max(2*n, l.segBytes(min(l.segH, l.height)))
	}
	return n + l.tables.size() + jpegExtra + 2*int64(usualBytes)
}
