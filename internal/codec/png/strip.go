package png

import (
	"context"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// strip implements Format.Strip. It keeps IHDR, IDAT, and PLTE and tRNS if they affect pixels. It returns nil if one of
// these chunks is damaged or if there is an unknown critical chunk, because viewers may show such a file differently.
func strip(data []byte) []byte {
	var f file
	w, err := f.open(codec.NewBytesReader(context.Background(), data))
	if err != nil {
		return nil
	}
	out := append(make([]byte, 0, len(data)), data[:w.behind]...)
	for pixels := false; ; {
		c, ok, err := w.next()
		if err != nil || !ok || c.is("IEND") || pixels && !c.is("IDAT") && c.endsStream() {
			break
		}
		if pixels && !c.is("IDAT") {
			continue
		}
		counts, before := c.is("IDAT"), [2]int{f.colors, boolInt(f.trns)}
		switch {
		case c.is("PLTE"):
			err = f.plte(w, c)
			counts = before[0] != f.colors
			if before[1] == 1 && !f.trns {
				return nil // this PLTE invalidates the tRNS chunk before it
			}
		case c.is("tRNS"):
			err = f.trnsChunk(w, c)
			counts = before[1] == 0 && f.trns
		case counts:
			pixels = true
		case c.name[0]&0x20 == 0:
			return nil
		}
		switch _, sound, dataErr := w.data(c, maxChunk); {
		case err != nil || dataErr != nil:
			return nil
		case !counts:
		case !sound || f.Color == colorIndexed && c.is("PLTE") && c.size != int64(3*f.colors):
			return nil
		default:
			out = append(out, data[c.at-8:w.behind]...)
		}
	}
	return append(out, "\x00\x00\x00\x00IEND\xae\x42\x60\x82"...)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
