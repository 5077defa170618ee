package gallery

import (
	"bytes"
	"context"
	"image"
	_ "image/jpeg" // the format of most thumbnails
	_ "image/png"
	"io"
	"net/url"
	"strings"

	_ "golang.org/x/image/webp"

	"github.com/rest-thumbnails/thumbnail"
)

// facts are the properties of a picture that a page shows.
type facts struct {
	Width, Height int // pixels
	Bytes         int64
	Milliseconds  float64 // time to make the thumbnail; 0 if not known
}

// Facts reads the header of the thumbnail at a URL of this site. It returns nil if the thumbnail is not stored,
// because rendering a page makes no thumbnails. It also returns nil for thumbnails in a bucket, because a page
// has too many thumbnails for one request each. In both cases the browser fills in the facts
// (assets/gallery.js).
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

// Original returns facts from the header of an original. It returns nil if the header can't be read, or if reading
// the header would take a network request.
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

// Otherwise returns the text of a page for a thumbnail without facts.
func (s seeing) Otherwise() string {
	if s.cfg.Remote {
		return "stored or not made yet"
	}
	return "not made yet"
}

// seeing caches facts during one request.
type seeing struct {
	*Gallery
	ctx context.Context
}

// head returns the first bytes of a file, and a reader of the whole file.
func head(r io.Reader) ([]byte, io.Reader, error) {
	first := make([]byte, 512)
	n, err := io.ReadFull(r, first)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return first[:n], io.MultiReader(bytes.NewReader(first[:n]), r), err
}
