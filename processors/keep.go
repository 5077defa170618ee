package processors

import (
	"github.com/rest-thumbnails/thumbnail/internal/codec/gif"
	"github.com/rest-thumbnails/thumbnail/internal/codec/jpeg"
	"github.com/rest-thumbnails/thumbnail/internal/codec/png"
)

// A Keeper is an Encoder whose output may be replaced by the original's own bytes. This happens if the thumbnail
// has the pixels of the original, neither scaled nor rotated nor converted, and the original's file without its
// metadata is shorter than the encoded file. Keeps reports whether the Keeper allows this for files in a format:
// "jpeg", "png", "gif" or "webp". encoder is the Keeper itself, or a type that embeds it. A Keeper should return
// false for a type that embeds it, because that type's Encode may change the picture.
type Keeper interface {
	Keeps(encoder any, format string) bool
}

// Keeps implements [Keeper].
func (JPEG) Keeps(encoder any, format string) bool {
	_, itself := encoder.(JPEG)
	return itself && format == jpeg.Format.Name
}

// Keeps implements [Keeper].
func (PNG) Keeps(encoder any, format string) bool {
	_, itself := encoder.(PNG)
	return itself && format == png.Format.Name
}

// Keeps implements [Keeper].
func (GIF) Keeps(encoder any, format string) bool {
	_, itself := encoder.(GIF)
	return itself && format == gif.Format.Name
}
