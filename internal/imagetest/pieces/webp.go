package pieces

import (
	"bytes"
	"encoding/binary"
	"image"
)

// RIFF returns a chunk of a WebP: name, length, data, and a padding byte if the length is odd.
func RIFF(name string, data ...[]byte) []byte {
	b := append([]byte(name), 0, 0, 0, 0)
	for _, d := range data {
		b = append(b, d...)
	}
	n := len(b) - 8
	binary.LittleEndian.PutUint32(b[4:], uint32(n))
	return append(b, make([]byte, n%2)...)
}

// WebP returns a file that consists of chunks.
func WebP(chunks ...[]byte) []byte {
	body := bytes.Join(chunks, nil)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+len(body))), append([]byte("WEBP"), body...)...)
}

// Flags of VP8X.
const (
	WebPAnimated = 1 << 1
	WebPXMP      = 1 << 2
	WebPEXIF     = 1 << 3
	WebPAlpha    = 1 << 4
	WebPProfile  = 1 << 5
)

// VP8X returns the first chunk of an extended WebP.
func VP8X(flags byte, canvas image.Point) []byte {
	b := []byte{flags, 0, 0, 0}
	return RIFF("VP8X", append24(b, canvas.X-1, canvas.Y-1))
}

// ANIM returns the chunk with the loop count of an animation; 0 means forever. Viewers ignore its
// background color.
func ANIM(loops int) []byte {
	return RIFF("ANIM", []byte{10, 20, 30, 255, byte(loops), byte(loops >> 8)})
}

// Flags of ANMF.
const (
	WebPDisposed  = 1 << 0
	WebPUnblended = 1 << 1
)

// ANMF returns a frame of an animation, whose picture consists of chunks.
func ANMF(r image.Rectangle, milliseconds int, flags byte, chunks []byte) []byte {
	head := append24(nil, r.Min.X/2, r.Min.Y/2, r.Dx()-1, r.Dy()-1, milliseconds)
	return RIFF("ANMF", append(head, flags), chunks)
}

// Picture returns the chunks of a still WebP without the RIFF header and VP8X.
func Picture(file []byte) []byte {
	if string(file[12:16]) == "VP8X" {
		return file[30:]
	}
	return file[12:]
}

func append24(b []byte, values ...int) []byte {
	for _, v := range values {
		b = append(b, byte(v), byte(v>>8), byte(v>>16))
	}
	return b
}
