//go:build webp

package main

import "github.com/rest-thumbnails/thumbnail/processors/webp"

func init() { encoders[".webp"] = webp.Encoder{} }
