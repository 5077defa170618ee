package webp

import (
	"encoding/binary"
	"image"
	"io"
)

// A codedFrame is a picture, or a frame of an animation, as the chunks that hold it.
type codedFrame struct {
	size     image.Point
	lossless bool // image is the content of a chunk "VP8L", else "VP8 "
	image    []byte
	alpha    []byte // of a chunk "ALPH", of a lossy one that is not opaque
}

// bytes is the size of the chunks.
func (f *codedFrame) bytes() int {
	n := chunkSize(f.image)
	if f.alpha != nil {
		n += chunkSize(f.alpha)
	}
	return n
}

// hasAlpha reports whether the frame says that it is not opaque.
func (f *codedFrame) hasAlpha() bool { return f.alpha != nil || f.lossless && f.image[4]>>4&1 != 0 }

// chunkSize is the size of a chunk of that content, which is filled up to an even number.
func chunkSize(content []byte) int { return chunkHead + len(content) + len(content)&1 }

// A chunkWriter writes chunks (RFC 9649, 2.3). An error stays.
type chunkWriter struct {
	w   io.Writer
	err error
}

func (c *chunkWriter) write(b []byte) {
	if c.err == nil {
		_, c.err = c.w.Write(b)
	}
}

// head writes what is before the content of a chunk.
func (c *chunkWriter) head(id string, size int) {
	c.write(binary.LittleEndian.AppendUint32(append(make([]byte, 0, chunkHead), id...), uint32(size)))
}

func (c *chunkWriter) chunk(id string, content []byte) {
	c.head(id, len(content))
	c.write(content)
	if len(content)&1 != 0 {
		c.write([]byte{0})
	}
}

// riff writes the header of a RIFF file whose chunks take that many bytes.
func (c *chunkWriter) riff(chunks int) {
	c.head("RIFF", 4+chunks)
	c.write([]byte("WEBP"))
}

// frame writes the chunks of a frame.
func (c *chunkWriter) frame(f *codedFrame) {
	if f.alpha != nil {
		c.chunk("ALPH", f.alpha)
	}
	if f.lossless {
		c.chunk("VP8L", f.image)
	} else {
		c.chunk("VP8 ", f.image)
	}
}

// extendedBytes is the size of a chunk "VP8X".
const extendedBytes = chunkHead + 10

// extended writes a chunk "VP8X" (RFC 9649, 2.7).
func (c *chunkWriter) extended(flags byte, size image.Point) {
	b := append(make([]byte, 0, 10), flags, 0, 0, 0)
	b = appendUint24(b, size.X-1)
	c.chunk("VP8X", appendUint24(b, size.Y-1))
}

func appendUint24(b []byte, v int) []byte { return append(b, byte(v), byte(v>>8), byte(v>>16)) }

// writeStill writes the file of one picture: a simple one where that is possible, and with a chunk "VP8X" where
// a lossy picture has alpha, or there is a color profile.
func writeStill(w io.Writer, f *codedFrame, profile []byte) error {
	c := chunkWriter{w: w}
	if f.alpha == nil && profile == nil {
		c.riff(f.bytes())
		c.frame(f)
		return c.err
	}
	flags, n := byte(0), extendedBytes+f.bytes()
	if f.hasAlpha() {
		flags |= flagAlpha
	}
	if profile != nil {
		flags |= flagProfile
		n += chunkSize(profile)
	}
	c.riff(n)
	c.extended(flags, f.size)
	if profile != nil {
		c.chunk("ICCP", profile)
	}
	c.frame(f)
	return c.err
}
