package thumbnail

import (
	"slices"
	"strings"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// Uses reports whether s may be a file of a preset of l. Such a file has the method of the preset, one of its extensions, and
// the aspect ratio of its size. It is no larger than that size or the preset's largest file.
func (l Links) Uses(s Spec) bool {
	for _, p := range l.Presets {
		p = p.withDefaults()
		if !sameMethod(s.Method, p.Method) || s.Ext != p.Ext && !slices.Contains(p.Formats, s.Ext) {
			continue
		}
		if sameShape(s.Size, p.Size) && l.reaches(p, s) {
			return true
		}
	}
	return false
}

// reaches reports whether s is no larger than p.Size or the largest file of p, apart from rounding.
func (l Links) reaches(p Preset, s Spec) bool {
	most := 2.0 // Densities 1 and 2, or twice Size.Width
	if len(p.Densities) > 0 {
		most = max(slices.Max(p.Densities), 1)
	} else if len(p.Widths) > 0 && p.Size.Width > 0 {
		if l.widthIsKnown(s.Method, p.Size) {
			most = 1
		}
		most = max(float64(slices.Max(p.Widths))/float64(p.Size.Width), most)
	}
	return float64(s.Size.Width) <= float64(p.Size.Width)*most+1 && float64(s.Size.Height) <= float64(p.Size.Height)*most+1
}

// widthIsKnown reports whether the width of a file is known without its original. Otherwise a picture may have
// Densities instead of Widths: see layout.boxes.
func (l Links) widthIsKnown(method string, box Size) bool {
	planner, _ := ability.Find[processors.Planner](l.processor(method))
	return planner != nil && surelyPlanned(planner, box.Width, box.Height).X != 0
}

// sameMethod reports whether a method is base, possibly with arguments.
func sameMethod(method, base string) bool {
	args, ok := strings.CutPrefix(method, base)
	return ok && (args == "" || args[0] == '_')
}

// sameShape reports whether a size is a box times a factor, apart from rounding.
func sameShape(s, box Size) bool {
	if (s.Width == 0) != (box.Width == 0) || (s.Height == 0) != (box.Height == 0) {
		return false
	}
	return s.Width == 0 || s.Height == 0 || box.withWidth(s.Width) == s || box.scaled(float64(s.Height)/float64(box.Height)) == s
}
