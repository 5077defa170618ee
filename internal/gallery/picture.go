package gallery

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/rest-thumbnails/thumbnail"
)

// demoPresets are the presets of the page /picture if the program was started without presets.
func demoPresets(l thumbnail.Links) thumbnail.Presets {
	var better []string
	for _, ext := range []string{".avif", ".webp"} {
		if slices.Contains(l.Extensions, ext) {
			better = append(better, ext)
		}
	}
	return thumbnail.Presets{
		"hero":   {Size: thumbnail.Size{Width: 1200, Height: 500}, Method: "smart", Formats: better, Sizes: "(min-width: 1240px) 1200px, 94vw"},
		"card":   {Size: thumbnail.Size{Width: 280, Height: 210}, Method: "crop", Formats: better, Densities: []float64{1, 2}},
		"avatar": {Size: thumbnail.Size{Width: 64, Height: 64}, Method: "smart", Densities: []float64{1, 2}},
	}
}

// A described is a picture with the data of a site's database row.
type described struct {
	name string
	info thumbnail.Info
}

func (d described) Name() string              { return d.name }
func (d described) ImageInfo() thumbnail.Info { return d.info }

// pictureView is the data of the page /picture.
type pictureView struct {
	First    *described // the most important picture of the page
	Priority string     // the preset of First
	Sections []pictureSection
}

// pictureSection is the part of the page for one preset.
type pictureSection struct {
	Preset   string
	Says     string // Go source of the preset
	Size     thumbnail.Size
	Pictures []shownPicture
}

// shownPicture has a picture, the template line that shows it, and the output of that line.
type shownPicture struct {
	Name, Line, Printed string
	HTML                template.HTML
}

// picture renders pictures by the template functions.
func (g *Gallery) picture(w http.ResponseWriter, r *http.Request) {
	found, ok := g.list(w, r, 0, 6)
	if !ok {
		return
	}
	v := pictureView{}
	var all []described
	for _, name := range found.Pictures {
		d := described{name: name}
		if !g.cfg.Remote { // a site reads these data once, when a picture is uploaded
			info, err := thumbnail.Describer{Formats: g.cfg.Formats}.Describe(r.Context(), g.cfg.Source, name)
			if err != nil {
				continue
			}
			d.info = info
		}
		all = append(all, d)
	}
	for i, name := range g.presetsByWidth() {
		preset := g.cfg.Links.Presets[name]
		section := pictureSection{Preset: name, Says: says(preset), Size: preset.Size}
		for j, d := range all {
			if j == count(preset) {
				break
			}
			p, err := g.show(d, name, i == 0 && j == 0)
			if err != nil {
				g.fail(w, "show a picture", err)
				return
			}
			section.Pictures = append(section.Pictures, p)
		}
		v.Sections = append(v.Sections, section)
		if i == 0 && len(all) > 0 {
			v.First, v.Priority = &all[0], name
		}
	}
	g.render(w, "picture.html", v)
}

// presetsByWidth returns the names of the presets, the widest first.
func (g *Gallery) presetsByWidth() []string {
	presets := g.cfg.Links.Presets
	return slices.SortedFunc(maps.Keys(presets), func(a, b string) int {
		return cmp.Or(cmp.Compare(presets[b].Size.Width, presets[a].Size.Width), cmp.Compare(a, b))
	})
}

// count returns the number of pictures that the page shows for a preset.
func count(p thumbnail.Preset) int {
	switch {
	case p.Size.Width >= 800:
		return 1
	case p.Size.Width >= 200:
		return 4
	}
	return 6
}

// says formats a preset as a line of Go.
func says(p thumbnail.Preset) string {
	var fields []string
	add := func(name string, value any, is bool) {
		if is {
			fields = append(fields, fmt.Sprintf("%s: %v", name, value))
		}
	}
	add("Size", p.Size, true)
	add("Method", p.Method, p.Method != "")
	add("Ext", p.Ext, p.Ext != "")
	add("Formats", strings.Join(p.Formats, " "), len(p.Formats) > 0)
	add("Widths", p.Widths, len(p.Widths) > 0)
	add("Densities", p.Densities, len(p.Densities) > 0)
	add("Sizes", p.Sizes, p.Sizes != "")
	return strings.Join(fields, " · ")
}

// show renders one picture in a preset.
func (g *Gallery) show(d described, preset string, priority bool) (shownPicture, error) {
	line := `{{picture . ` + strconv.Quote(preset) + ` "alt" .Name}}`
	if priority {
		line = `{{picture . ` + strconv.Quote(preset) + ` "alt" .Name "priority" true}}`
	}
	t, err := template.New("line").Funcs(g.cfg.Links.FuncMap()).Parse(line)
	if err != nil {
		return shownPicture{}, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, d); err != nil {
		return shownPicture{}, err
	}
	printed := strings.NewReplacer("<source", "\n  <source", "<img", "\n  <img", "</picture>", "\n</picture>", ", /", ",\n    /").Replace(b.String())
	return shownPicture{Name: d.name, Line: line, Printed: strings.TrimSpace(printed), HTML: template.HTML(b.String())}, nil
}
