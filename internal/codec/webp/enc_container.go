package webp

import (
	"encoding/binary"
	"image"
	"io"
)

// A codedFrame is the compressed form of a still picture or a frame.
type codedFrame struct {
	size     image.Point
	lossless bool // image is the content of a "VP8L" chunk; else of a "VP8 " chunk
	image    []byte
	alpha    []byte // content of the "ALPH" chunk of a lossy picture; nil if it is opaque
}

// bytes returns the size of the chunks.
func (f *codedFrame) bytes() int {
	n := chunkSize(f.image)
	if f.alpha != nil {
		n += chunkSize(f.alpha)
	}
	return n
}

// hasAlpha reports whether the frame may have transparent pixels.
func (f *codedFrame) hasAlpha() bool { return f.alpha != nil || f.lossless && f.image[4]>>4&1 != 0 }

// chunkSize returns the size of a chunk with n bytes of content, with the header and the padding byte.
func chunkSize(content []byte) int { return chunkHead + len(content) + len(content)&1 }

// A chunkWriter writes chunks (RFC 9649, 2.3). After an error it writes nothing more.
type chunkWriter struct {
	w   io.Writer
	err error
}

func (c *chunkWriter) write(b []byte) {
	if c.err == nil {
		_, c.err = c.w.Write(b)
	}
}

// head writes the header of a chunk.
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

// riff writes the header of a RIFF file. size is the total size of its chunks.
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

// extendedBytes is the size of a "VP8X" chunk.
const extendedBytes = chunkHead + 10

// extended writes a "VP8X" chunk (RFC 9649, 2.7).
func (c *chunkWriter) extended(flags byte, size image.Point) {
	b := append(make([]byte, 0, 10), flags, 0, 0, 0)
	b = appendUint24(b, size.X-1)
	c.chunk("VP8X", appendUint24(b, size.Y-1))
}

func appendUint24(b []byte, v int) []byte { return append(b, byte(v), byte(v>>8), byte(v>>16)) }

// writeStill writes a file with one picture. The file has a "VP8X" chunk only if there is a color profile, or if the
// picture is lossy and has alpha.
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
