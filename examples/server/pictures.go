package main

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// extensions are those that pictures usually have. The library goes by content; a list that opened every file would be slow.
var extensions = []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff"}

// maxPage bounds how far into the source a page number makes listPictures walk.
const maxPage = 1000

// list is a part of the pictures in a source.
type list struct {
	Pictures []string // keys in lexical order
	More     bool     // there are pictures after these
	Skipped  int      // folders that can't be read, names that no URL can spell
}

// listPictures walks files for at most n pictures after the first skip. Names that begin with a dot are left out. It stops as
// soon as it knows enough, so the first page of a large source costs little.
func listPictures(ctx context.Context, files fs.FS, linkable func(string) bool, skip, n int) (list, error) {
	var l list
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && name == ".":
			return err
		case err != nil:
			l.Skipped++
			return fs.SkipDir
		case name != "." && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir() || !slices.Contains(extensions, strings.ToLower(path.Ext(name))):
			return nil
		case !linkable(name):
			l.Skipped++
			return nil
		case skip > 0:
			skip--
			return nil
		case len(l.Pictures) == n:
			l.More = true
			return fs.SkipAll
		}
		l.Pictures = append(l.Pictures, name)
		return nil
	})
	return l, err
}
