package gallery

import (
	"context"
	"fmt"
	"path"
	"strconv"
	"strings"
)

// The methods and sizes in which the gallery shows each picture.
var (
	methods = []string{"crop", "scale", "smart", "fit", "entropy"}
	sizes   = []string{"200x200", "320x120", "120x"}
)

// view is the data of the gallery's template.
type view struct {
	seeing
	Source  string
	Photos  []photo
	Skipped int // pictures that are not shown

	Number         int // number of the page, from 1
	Previous, Next int // numbers of the previous and next page; 0 if there is none
}

// photo is one picture of the source with its thumbnails, in a row for each size.
type photo struct {
	Name string
	Rows []row
}

type row struct {
	Size    string
	Figures []figure
}

// figure is one thumbnail: the arguments of the template function.
type figure struct{ Photo, Size, Method, Ext string }

// newView returns the view of one page.
func (g *Gallery) newView(ctx context.Context, number int, found list) view {
	v := view{seeing: seeing{g, ctx}, Source: g.cfg.Name, Skipped: found.Skipped, Number: number, Previous: number - 1}
	if found.More && number < maxPage {
		v.Next = number + 1
	}
	for _, name := range found.Pictures {
		v.Photos = append(v.Photos, photo{name, rowsOf(name)})
	}
	return v
}

// rowsOf returns the thumbnails of one picture.
func rowsOf(picture string) []row {
	rows := make([]row, len(sizes))
	for i, size := range sizes {
		rows[i].Size = size
		for _, method := range methods {
			rows[i].Figures = append(rows[i].Figures, figure{picture, size, method, ExtensionOf(picture)})
		}
	}
	return rows
}

// ExtensionOf returns a suitable format for a picture: PNG if it may be transparent.
func ExtensionOf(picture string) string {
	switch strings.ToLower(path.Ext(picture)) {
	case ".png", ".gif", ".webp":
		return ".png"
	}
	return ".jpg"
}

// Line returns the template line that prints the URL of the thumbnail.
func (f figure) Line() string {
	return fmt.Sprintf(`{{thumbnail %s "%s" "%s" "%s"}}`, strconv.Quote(f.Photo), f.Size, f.Method, f.Ext)
}
