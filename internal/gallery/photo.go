package gallery

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/rest-thumbnails/thumbnail"
)

// photoView is the data of the page of one picture.
type photoView struct {
	seeing
	Name, Error string

	Size, Method, Ext string // as in the form; Ext is "" for a comparison of formats
	X, Y              string // the focal point in percent, or ""
	Methods           []string
	Extensions        []string
	Rows              []scaleRow
}

// scaleRow has a picture in each format, for one pixel density.
type scaleRow struct {
	Scale   string // "1x"
	Figures []sized
}

// sized is a thumbnail and the size at which it is displayed.
type sized struct {
	figure
	Width, Height int // CSS pixels; 0 if the browser computes it
	Scale         int
}

// photo renders one picture with the parameters in the query.
func (g *Gallery) photo(w http.ResponseWriter, r *http.Request) {
	v := photoView{seeing: seeing{g, r.Context()}, Name: r.PathValue("name"), Methods: g.cfg.Links.Methods, Extensions: g.cfg.Links.Extensions}
	if !IsPicture(v.Name) || !g.linkable(v.Name) {
		http.NotFound(w, r)
		return
	}
	f, err := g.cfg.Source.Open(r.Context(), v.Name)
	if errors.Is(err, fs.ErrNotExist) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		g.fail(w, "open an original", err)
		return
	}
	_ = f.Close()
	v.read(r.URL.Query())
	v.Rows, err = v.rows()
	if err != nil {
		v.Error = strings.TrimPrefix(err.Error(), thumbnail.ErrInvalid.Error()+": ")
	}
	g.render(w, "photo.html", v)
}

// read reads the form, and sets defaults for missing fields.
func (v *photoView) read(q url.Values) {
	v.Size, v.Method, v.Ext = "320x240", "crop", ""
	if q.Has("size") {
		v.Size = strings.TrimSpace(q.Get("size"))
	}
	if q.Has("method") {
		v.Method = q.Get("method")
	}
	v.Ext = q.Get("ext")
	v.X, v.Y = strings.TrimSpace(q.Get("x")), strings.TrimSpace(q.Get("y"))
}

// rows returns the thumbnails for the parameters of the form.
func (v *photoView) rows() (rows []scaleRow, err error) {
	size, err := thumbnail.ParseSize(v.Size)
	if err != nil {
		return nil, err
	}
	method := v.Method
	if method == "focus" && (v.X != "" || v.Y != "") {
		method += "_" + v.X + "_" + v.Y
	}
	for scale := 1; scale <= 2; scale++ {
		row := scaleRow{Scale: fmt.Sprintf("%dx", scale)}
		larger := thumbnail.Size{Width: size.Width * scale, Height: size.Height * scale}
		for _, ext := range v.formats() {
			if _, err := v.cfg.Links.URL(thumbnail.Spec{Source: v.Name, Size: larger, Method: method, Ext: ext}); err != nil {
				return nil, err
			}
			f := sized{figure: figure{v.Name, larger.String(), method, ext}, Scale: scale}
			if size.Width > 0 && size.Height > 0 && method != "fit" && method != "scale" {
				f.Width, f.Height = size.Width, size.Height
			}
			row.Figures = append(row.Figures, f)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// formats returns the compared formats: first JPEG, then the formats with smaller files that the program can encode.
func (v *photoView) formats() []string {
	if v.Ext != "" {
		return []string{v.Ext}
	}
	compared := []string{ExtensionOf(v.Name)}
	for _, ext := range []string{".jpg", ".webp", ".avif"} {
		if slices.Contains(v.Extensions, ext) && !slices.Contains(compared, ext) {
			compared = append(compared, ext)
		}
	}
	return compared
}

// Marked reports whether there is a focal point to display.
func (v photoView) Marked() bool {
	inside := func(s string) bool {
		n, err := strconv.Atoi(s)
		return err == nil && 0 <= n && n <= 100
	}
	return v.Method == "focus" && inside(v.X) && inside(v.Y)
}

// HasAVIF reports whether this build of the program can encode AVIF.
func (v photoView) HasAVIF() bool { return slices.Contains(v.Extensions, ".avif") }
