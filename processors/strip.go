package processors

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/processors/internal/gif"
)

// Encode appends img, which Apply or Animate returned, to w with encoder, which is one of this package's or of the program's own.
//
// If img is the original itself, in its own size, upright and with nothing converted, and the file is in the format that [JPEG],
// [PNG] or [GIF] would write, and shorter without its metadata than what they write: then those bytes of the file are written. They
// have no EXIF, XMP, profile, comment or preview, and nothing behind the end. Other encoders always encode.
func (p *Picture) Encode(w *bytes.Buffer, encoder interface {
	Encode(w io.Writer, img image.Image) error
}, img image.Image) error {
	start := w.Len()
	if err := encoder.Encode(w, img); err != nil {
		return err
	}
	if !p.isOriginal(img) {
		return nil
	}
	if file := p.stripped(encoder); file != nil && len(file) < w.Len()-start {
		w.Truncate(start)
		w.Write(file)
	}
	return nil
}

// isOriginal reports whether img is what was decoded.
func (p *Picture) isOriginal(img image.Image) bool {
	if moving, ok := img.(*Animation); ok {
		return moving.original
	}
	switch p.header.Format {
	case "gif":
		return img == p.decoded && p.frames() == 1
	case "jpeg", "png": // whose pictures are pointers as well, which can be compared
		return img == p.decoded && p.img.Bounds().Size() == p.header.stored
	}
	return false
}

// stripped returns the file without metadata, or nil if it is not what the encoder writes. Encoders are told by their very type: one
// that embeds these may do more.
func (p *Picture) stripped(encoder any) []byte {
	h, data := p.header, p.data
	switch encoder.(type) {
	case JPEG:
		if h.Format == "jpeg" && h.jpeg.Components != 4 { // not every viewer shows CMYK
			return stripJPEG(data)
		}
	case PNG:
		if h.Format == "png" {
			return stripPNG(data)
		}
	case GIF:
		if h.Format == "gif" {
			return stripGIF(data)
		}
	}
	return nil
}

// frames returns how many frames a GIF has: 0 if it is damaged.
func (p *Picture) frames() int {
	file, err := gif.Parse(p.data, 2)
	if err != nil {
		return 0
	}
	return len(file.Frames)
}

// stripGIF keeps frames, their timing and the loop count.
func stripGIF(data []byte) []byte {
	file, err := gif.Parse(data, MaxFrames+1)
	if err != nil || len(file.Frames) > MaxFrames {
		return nil
	}
	return file.Stripped()
}

// stripPNG keeps the critical chunks (PNG, third edition, 5.3) and tRNS.
func stripPNG(data []byte) []byte {
	const signature = 8
	out := append(make([]byte, 0, len(data)), data[:signature]...)
	for rest := data[signature:]; len(rest) >= 12; {
		n := int64(binary.BigEndian.Uint32(rest)) + 12
		if n > int64(len(rest)) {
			return nil
		}
		switch kind := string(rest[4:8]); {
		case kind == "IHDR", kind == "PLTE", kind == "IDAT", kind == "tRNS":
			out = append(out, rest[:n]...)
		case kind == "IEND":
			return append(out, rest[:n]...)
		case kind[0]&0x20 == 0:
			return nil // critical, and unknown
		}
		rest = rest[n:]
	}
	return nil
}
