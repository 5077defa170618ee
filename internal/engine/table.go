package engine

import (
	"mime"
	"path"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/bmp"
	"github.com/rest-thumbnails/thumbnail/internal/codec/gif"
	"github.com/rest-thumbnails/thumbnail/internal/codec/ico"
	"github.com/rest-thumbnails/thumbnail/internal/codec/jpeg"
	"github.com/rest-thumbnails/thumbnail/internal/codec/png"
	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
	"github.com/rest-thumbnails/thumbnail/internal/codec/webp"
)

// table has the built-in formats, in the order in which they are asked. A new format is its package
// and a line here: docs/ARCHITECTURE.md has an example.
var table = []*codec.Format{
	jpeg.Format,
	png.Format,
	gif.Format,
	webp.Format,
	tiff.Format,
	bmp.Format,
	ico.Format,
}

// otherMediaTypes are those of formats that are not in the table but may well be written.
var otherMediaTypes = map[string]string{
	".avif": "image/avif",
	".heic": "image/heic",
	".jxl":  "image/jxl",
}

// MediaType returns the media type of a file's extension, such as ".jpg". The usual ones are fixed,
// because what package mime knows depends on the machine.
func MediaType(ext string) string {
	for _, f := range table {
		for _, e := range f.Extensions {
			if e == ext {
				return f.MediaType
			}
		}
	}
	if t, ok := otherMediaTypes[ext]; ok {
		return t
	}
	if t := mime.TypeByExtension(path.Ext(ext)); t != "" {
		return t
	}
	return "application/octet-stream"
}
