package command

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/gallery"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// An original is the data that a page of a site would have in its database row.
type original struct {
	name string
	info thumbnail.Info
}

func (o original) Name() string              { return o.name }
func (o original) ImageInfo() thumbnail.Info { return o.info }

// isOriginal reports whether a file is an original, judged by its name.
func (c *call) isOriginal(name string) bool {
	if gallery.IsPicture(name) {
		return true
	}
	ext := strings.ToLower(path.Ext(name))
	return slices.ContainsFunc(c.extra.Formats, func(f processors.Format) bool { return ext == "."+f.Name }) && !gallery.IsHidden(name)
}

// nameable reports whether a path can name an original.
func nameable(name string) bool {
	_, _, err := thumbnail.ParsePath(name + "/1x1/crop/0.jpg")
	return err == nil
}

// walk visits the originals whose names are valid in a path, and counts the other ones.
func (c *call) walk(ctx context.Context, src *source, visit func(name string) error) (skipped int, err error) {
	unread, err := src.tree(ctx, func(name string) error {
		switch {
		case !c.isOriginal(name):
			return nil
		case !nameable(name):
			skipped++
			return nil
		}
		return visit(name)
	})
	return skipped + unread, err
}

// count counts the originals, up to a limit.
func (c *call) count(ctx context.Context, src *source, most int) (n int, err error) {
	_, err = c.walk(ctx, src, func(string) error {
		if n++; n == most {
			return fs.SkipAll
		}
		return nil
	})
	return n, err
}
