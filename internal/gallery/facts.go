package gallery

import (
	"context"
	"image"
	_ "image/jpeg" // what the thumbnails of the gallery are
	_ "image/png"
	"net/url"
	"strings"
)

// facts are what is known of a thumbnail that has been made.
type facts struct {
	Width, Height int // pixels
	Bytes         int64
}

// lookUp finds facts in the storage for the time of one request.
type lookUp struct {
	ctx   context.Context
	pages *Gallery
}

// facts reads the header of the thumbnail at a URL of this site. It is nil if there is no such
// thumbnail yet: rendering a page makes none. In a bucket it does not look, since a page has more
// thumbnails than should be requests. The browser then fills in what it sees (assets/gallery.js).
func (l lookUp) facts(link string) *facts {
	if l.pages.cfg.Remote {
		return nil
	}
	key, err := url.PathUnescape(strings.TrimPrefix(link, l.pages.cfg.Base))
	if err != nil {
		return nil
	}
	file, err := l.pages.cfg.Storage.Open(l.ctx, key)
	if err != nil {
		return nil
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil
	}
	config, _, err := image.DecodeConfig(file)
	if err != nil {
		return nil
	}
	return &facts{config.Width, config.Height, info.Size()}
}
