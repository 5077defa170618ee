package webp

import (
	"encoding/binary"
	"slices"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// strip keeps the bitstream and the alpha of a still picture. It returns nil for an animation or a truncated file.
func strip(data []byte, h *codec.Header) []byte {
	f, ok := h.Detail.(*container)
	if !ok || f.animated {
		return nil
	}
	image := f.first.image
	picture := chunkBytes(data, image)
	switch {
	case picture == nil:
		return nil
	case image.id == "VP8 " && f.first.alpha:
		extended, alpha := chunkBytes(data, chunk{"VP8X", headSize + chunkHead, 10}), chunkBytes(data, f.first.alphaChunk)
		if alpha == nil {
			return nil
		}
		extended = slices.Clone(extended)
		extended[chunkHead] = flagAlpha
		return riff(extended, alpha, picture)
	case image.id == "VP8L" && image.size >= 5: // there is no "VP8X" chunk, so the bitstream declares alpha
		picture[chunkHead+4] &^= 1 << 4
		if f.first.alpha {
			picture[chunkHead+4] |= 1 << 4
		}
	}
	return riff(picture)
}

// chunkBytes returns c with its header. It returns nil if the chunk is truncated.
func chunkBytes(data []byte, c chunk) []byte {
	content := c.of(data)
	if int64(len(content)) < c.size {
		return nil
	}
	return append(binary.LittleEndian.AppendUint32([]byte(c.id), uint32(c.size)), content...)
}

// riff returns a file of the given chunks.
func riff(chunks ...[]byte) []byte {
	out := []byte("RIFF\x00\x00\x00\x00WEBP")
	for _, chunk := range chunks {
		if out = append(out, chunk...); len(chunk)%2 != 0 {
			out = append(out, 0)
		}
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}
