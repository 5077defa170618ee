package engine

import (
	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/bmp"
	"github.com/rest-thumbnails/thumbnail/internal/codec/gif"
	"github.com/rest-thumbnails/thumbnail/internal/codec/ico"
	"github.com/rest-thumbnails/thumbnail/internal/codec/jpeg"
	"github.com/rest-thumbnails/thumbnail/internal/codec/png"
	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
	"github.com/rest-thumbnails/thumbnail/internal/codec/webp"
)

// table has the built-in formats, in the order in which they are tried. To add a format, write its package and
// add a line here; docs/ARCHITECTURE.md has an example.
var table = []*codec.Format{
	jpeg.Format,
	png.Format,
	gif.Format,
	webp.Format,
	tiff.Format,
	bmp.Format,
	ico.Format,
}
