package processors

import (
	"encoding/binary"
	"slices"
)

// stripWebP keeps a still picture's bitstream and its alpha (WebP Container Specification). It
// returns nil for an animation.
func stripWebP(data []byte) []byte {
	var extended, alpha []byte
	for rest := data[12:]; len(rest) >= 8; {
		n := int64(binary.LittleEndian.Uint32(rest[4:]))
		if n+8 > int64(len(rest)) {
			return nil
		}
		chunk := rest[:8+n]
		rest = rest[min(8+n+n&1, int64(len(rest))):]
		switch kind := string(chunk[:4]); {
		case kind == "VP8X" && n >= 10:
			extended = slices.Clone(chunk[:18])
			binary.LittleEndian.PutUint32(extended[4:], 10)
			extended[8] = webpAlpha // ALPH counts even where this is not set
		case kind == "ALPH" && extended != nil:
			alpha = chunk
		case kind == "VP8 " && alpha != nil:
			return riff(extended, alpha, chunk)
		case kind == "VP8 ", kind == "VP8L":
			return riff(chunk)
		case kind == "ANMF":
			return nil
		}
	}
	return nil
}

// riff puts chunks into a file.
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
