package processors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec/gif"
)

// A Keeper is an Encoder that allows [Picture.Encode] to write the original's own bytes instead.
// Keeps reports whether it does so for files in a format, as [Header] names it. encoder is the
// Keeper itself, or the type that embeds it, whose Encode may do more.
type Keeper interface {
	Keeps(encoder any, format string) bool
}

// Keeps implements [Keeper].
func (JPEG) Keeps(encoder any, format string) bool {
	_, itself := encoder.(JPEG)
	return itself && format == "jpeg"
}

// Keeps implements [Keeper].
func (PNG) Keeps(encoder any, format string) bool {
	_, itself := encoder.(PNG)
	return itself && format == "png"
}

// Keeps implements [Keeper].
func (GIF) Keeps(encoder any, format string) bool {
	_, itself := encoder.(GIF)
	return itself && format == "gif"
}

// Encode appends img, which Apply or Animate returned, to w with encoder.
//
// If img is the original itself, in its own size, upright and not converted, encoder is a [Keeper]
// of its format, and the file without its metadata is shorter than what encoder writes, Encode
// appends those bytes of the file instead. They have no EXIF, XMP, profile, comment or preview, and
// nothing after the end of the image.
//
// If img is an [Animation] of which frames turn out to have several sizes, only the first is
// encoded.
func (p *Picture) Encode(w *bytes.Buffer, encoder interface {
	Encode(w io.Writer, img image.Image) error
}, img image.Image) error {
	start := w.Len()
	err := encoder.Encode(w, img)
	if moving, ok := img.(*Animation); ok && errors.Is(err, errSizes) {
		w.Truncate(start)
		err = encoder.Encode(w, moving.Image)
	}
	if err != nil {
		return err
	}
	keeper, ok := encoder.(Keeper)
	if !ok || !p.isOriginal(img) || !keeper.Keeps(encoder, p.header.Format) {
		return nil
	}
	if file := p.stripped(); file != nil && len(file) < w.Len()-start {
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
		return img == p.img && p.frames() == 1
	case "jpeg", "png", "webp": // whose pictures are pointers as well, which can be compared
		return img == p.img && !p.converted && img.Bounds().Size() == p.header.stored
	}
	return false
}

// stripped returns the file without metadata, or nil if it is one that better be encoded.
func (p *Picture) stripped() []byte {
	switch {
	case p.header.Format == "jpeg" && p.header.jpeg.Components != 4: // not every viewer shows CMYK
		return stripJPEG(p.data)
	case p.header.Format == "png":
		return stripPNG(p.data)
	case p.header.Format == "gif":
		return stripGIF(p.data)
	case p.header.Format == "webp":
		return stripWebP(p.data)
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
