package gallery

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

// A Tree visits every file of a source, by its key, until visit returns an error; fs.SkipAll ends
// it well. It returns how many folders could not be read.
type Tree func(ctx context.Context, visit func(key string) error) (unread int, err error)

// IsPicture reports whether a file is a picture that is shown, by its name.
func IsPicture(name string) bool {
	return !IsHidden(name) && slices.Contains(extensions, strings.ToLower(path.Ext(name)))
}

// list is a part of the pictures in a source.
type list struct {
	Pictures []string // keys, always in the same order
	More     bool     // there are pictures after these
	Skipped  int      // folders that can't be read, names that no URL can spell
}

// listPictures walks a source for at most n pictures after the first skip. Names that begin with a
// dot are left out. It stops as soon as it knows enough, so the first page of a large source costs
// little.
func listPictures(ctx context.Context, walk Tree, linkable func(string) bool, skip, n int) (list, error) {
	var l list
	unread, err := walk(ctx, func(name string) error {
		switch {
		case !IsPicture(name):
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

// IsHidden reports whether a file's name, or that of a folder above it, begins with a dot.
func IsHidden(name string) bool { return strings.HasPrefix(name, ".") || strings.Contains(name, "/.") }
