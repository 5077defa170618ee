package main

import (
	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors/webp"
)

// encoders are those beside the library's own: .jpg, .png and .gif need none of this.
var encoders = thumbnail.Encoders{".webp": webp.Encoder{}}
