//go:build avif

package main

import "github.com/rest-thumbnails/thumbnail/processors/avif"

func init() {
	encoders[".avif"] = avif.Encoder{}
	formats = append(formats, avif.Format)
}
