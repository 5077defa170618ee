package gallery

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// extensions are the usual extensions of pictures. The library recognizes formats by content, but opening
// every file for a list would be slow.
var extensions = []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff"}

// maxPage limits how far listPictures walks for a page number.
const maxPage = 1000

// A Tree calls visit for the key of every file of a source, until visit returns an error. The error fs.SkipAll
// ends the walk without an error. A Tree returns the number of directories that could not be read.
type Tree func(ctx context.Context, visit func(key string) error) (unread int, err error)

// IsPicture reports whether the gallery shows a file, judged by its name.
func IsPicture(name string) bool {
	return !IsHidden(name) && slices.Contains(extensions, strings.ToLower(path.Ext(name)))
}

// list is a section of the pictures of a source.
type list struct {
	Pictures []string // keys, in a stable order
	More     bool     // there are more pictures after these
	Skipped  int      // directories that can't be read, and names that are invalid in a URL
}

// listPictures returns at most n pictures of a source after skipping some. It omits names that begin with a dot.
// It stops walking as early as possible, so the first page of a large source takes little time.
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

// IsHidden reports whether the name of a file, or of a directory above it, begins with a dot.
func IsHidden(name string) bool { return strings.HasPrefix(name, ".") || strings.Contains(name, "/.") }
