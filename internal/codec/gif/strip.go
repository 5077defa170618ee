package gif

import (
	"encoding/binary"
	"image"
)

// strip returns a file with only the frames, their timing and the loop count. It returns nil for a damaged file.
func strip(data []byte) []byte {
	f, err := parse(data, maxFrames)
	if err != nil || len(f.Frames) == 0 || len(f.Frames) == maxFrames {
		return nil
	}
	return f.stripped()
}

// stripped returns the file without comments, text, data of applications, and whatever follows the last frame. Decoders need none of these.
func (f *structure) stripped() []byte {
	out := appendHead(nil, f.Screen, f.flags&(hasTable|tableBits), f.palette, f.LoopCount)
	for i := range f.Frames {
		frame := &f.Frames[i]
		if frame.flags&hasTable == 0 && len(f.palette) == 0 {
			return nil // viewers choose colors of their own, or refuse the file
		}
		if frame.Delay != 0 || frame.Disposal != 0 || frame.transparent >= 0 {
			out = appendControl(out, frame.Delay, frame.Disposal, frame.transparent)
		}
		out = appendDescriptor(out, frame.Rect, frame.flags&(hasTable|isInterlaced|tableBits))
		out = append(out, frame.palette...)
		out = append(out, frame.data...)
	}
	return append(out, trailer)
}

// appendHead appends everything before the first frame. If loop is negative, there is no loop count.
func appendHead(b []byte, screen image.Point, flags byte, palette []byte, loop int) []byte {
	b = append(b, "GIF89a"...)
	b = binary.LittleEndian.AppendUint16(b, uint16(screen.X))
	b = binary.LittleEndian.AppendUint16(b, uint16(screen.Y))
	b = append(b, flags, 0, 0) // no background color, no aspect ratio
	b = append(b, palette...)
	if loop >= 0 {
		b = append(b, "\x21\xff\x0bNETSCAPE2.0\x03\x01"...)
		b = binary.LittleEndian.AppendUint16(b, uint16(loop))
		b = append(b, 0)
	}
	return b
}

func appendControl(b []byte, delay int, after disposal, transparent int) []byte {
	flags, index := byte(after)<<2, byte(0)
	if transparent >= 0 {
		flags, index = flags|1, byte(transparent)
	}
	b = append(b, extension, graphicControl, 4, flags)
	b = binary.LittleEndian.AppendUint16(b, uint16(delay))
	return append(b, index, 0)
}

func appendDescriptor(b []byte, r image.Rectangle, flags byte) []byte {
	b = append(b, imageSeparator)
	for _, n := range []int{r.Min.X, r.Min.Y, r.Dx(), r.Dy()} {
		b = binary.LittleEndian.AppendUint16(b, uint16(n))
	}
	return append(b, flags)
}
