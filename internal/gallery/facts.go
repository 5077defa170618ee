package gallery

import (
	"bytes"
	"context"
	"image"
	_ "image/jpeg" // what thumbnails are
	_ "image/png"
	"io"
	"net/url"
	"strings"

	_ "golang.org/x/image/webp"

	"github.com/rest-thumbnails/thumbnail"
)

// facts are what is known of a picture.
type facts struct {
	Width, Height int // pixels
	Bytes         int64
	Milliseconds  float64 // 0 if not known
}

// Facts reads the header of the thumbnail at a URL of this site. It is nil if there is no such
// thumbnail yet: rendering a page makes none. In a bucket it does not look, since a page has more
// thumbnails than should be requests. The browser then fills in what it sees (assets/gallery.js).
func (s seeing) Facts(link *thumbnail.Link) *facts {
	if s.cfg.Remote || link == nil {
		return nil
	}
	key, err := url.PathUnescape(strings.TrimPrefix(link.URL, s.cfg.Links.Base))
	if err != nil {
		return nil
	}
	file, err := s.cfg.Storage.Open(s.ctx, key)
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
	return &facts{config.Width, config.Height, info.Size(), s.cfg.Timings.milliseconds(key)}
}

// Original describes an original, from its header. It is nil where that costs a request, or fails.
func (s seeing) Original(name string) *facts {
	if s.cfg.Remote {
		return nil
	}
	info, err := thumbnail.Describer{Formats: s.cfg.Formats, FromStat: true}.Describe(s.ctx, s.cfg.Source, name)
	if err != nil {
		return nil
	}
	file, err := s.cfg.Source.Open(s.ctx, name)
	if err != nil {
		return nil
	}
	defer file.Close()
	stat, err := file.Stat()
	if err != nil {
		return nil
	}
	return &facts{Width: info.Width, Height: info.Height, Bytes: stat.Size()}
}

// Otherwise is what a page says of a thumbnail that Facts does not describe.
func (s seeing) Otherwise() string {
	if s.cfg.Remote {
		return "to be made, or stored"
	}
	return "to be made"
}

// seeing finds facts for the time of one request.
type seeing struct {
	*Gallery
	ctx context.Context
}

// head returns the first bytes of a file, and all of it again.
func head(r io.Reader) ([]byte, io.Reader, error) {
	first := make([]byte, 512)
	n, err := io.ReadFull(r, first)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return first[:n], io.MultiReader(bytes.NewReader(first[:n]), r), err
}
