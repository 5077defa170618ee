package main

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// extensions are those that pictures usually have. The library goes by content; a list that opened
// every file would be slow.
var extensions = []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff"}

// maxPage bounds how far into the source a page number makes listPictures walk.
const maxPage = 1000

// list is a part of the pictures in a source.
type list struct {
	Pictures []string // keys, always in the same order
	More     bool     // there are pictures after these
	Skipped  int      // folders that can't be read, names that no URL can spell
}

// listPictures walks a source for at most n pictures after the first skip. Names that begin with a
// dot are left out. It stops as soon as it knows enough, so the first page of a large source costs
// little.
func listPictures(ctx context.Context, walk tree, linkable func(string) bool, skip, n int) (list, error) {
	var l list
	unread, err := walk(ctx, func(name string) error {
		switch {
		case hidden(name) || !slices.Contains(extensions, strings.ToLower(path.Ext(name))):
		case !linkable(name):
			l.Skipped++
		case skip > 0:
			skip--
		case len(l.Pictures) == n:
			l.More = true
			return fs.SkipAll
		default:
			l.Pictures = append(l.Pictures, name)
		}
		return nil
	})
	l.Skipped += unread
	return l, err
}

// hidden reports whether a file's name, or that of a folder above it, begins with a dot.
func hidden(name string) bool { return strings.HasPrefix(name, ".") || strings.Contains(name, "/.") }
