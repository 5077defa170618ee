// Command gallery is cmd/thumbnail with AVIF, as a format of originals and of thumbnails:
//
//	go run ./gallery
//
// opens the gallery, which shows AVIF next to JPEG and WebP. All commands and flags are those of
// cmd/thumbnail.
package main

import (
	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/command"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/avif"
)

func main() {
	command.Main(command.Extra{
		Formats:  []processors.Format{avif.Format},
		Encoders: thumbnail.Encoders{".avif": avif.Encoder{}},
	})
}
