package thumbnail

import (
	"cmp"
	"image"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// A candidate is one of the files that a browser chooses from.
type candidate struct {
	size       Size        // as requested
	file       image.Point // pixels of the file; 0 if not known
	descriptor string      // "640w" or "2x"
}

// ladder are the usual widths of files, in pixels. Most screens need a width close to one of them.
var ladder = []int{320, 480, 640, 960, 1280, 1920, 2560}

// near is the width ratio below which two files are too similar to offer both.
const near = 1.25

// A layout is a preset for one original: the first candidate is shown at 1x.
type layout struct {
	preset Preset
	method string // the preset's, with the original's focal point
	info   Info
	plan   func(width, height int) image.Point // of the file; 0 if not known
	most   float64                             // the largest scale that enlarges nothing
}

// layoutOf computes what is known in advance about the files of a preset for an original.
func (l Links) layoutOf(p Preset, info Info) layout {
	lay := layout{preset: p, method: p.Method, info: info, most: math.Inf(1)}
	if focused, ok := l.focusMethod(p.Method, info.Focus); ok {
		lay.method = focused
	}
	planner, _ := ability.Find[processors.Planner](l.processor(lay.method))
	switch {
	case planner == nil:
		lay.plan = func(int, int) image.Point { return image.Point{} }
	case info.known():
		original := image.Pt(info.Width, info.Height)
		lay.plan = func(w, h int) image.Point { return plannedSize(planner, original, w, h) }
		lay.most = largestScale(planner, original, p.Size)
	default:
		lay.plan = func(w, h int) image.Point { return surelyPlanned(planner, w, h) }
		if info.Width > 0 {
			lay.most = float64(info.Width) / float64(p.Size.Width) // infinite for a box without a width
		}
	}
	return lay
}

func plannedSize(p processors.Planner, original image.Point, width, height int) image.Point {
	_, crop := p.Plan(original, width, height)
	return crop.Size()
}

// extremes are originals of all kinds. A side on which they agree does not depend on the original.
var extremes = []image.Point{{1, 1}, {1, 16000}, {16000, 1}, {3000, 2000}, {16000, 16000}}

// surelyPlanned returns the sides of a file that are the same for every original.
func surelyPlanned(p processors.Planner, width, height int) image.Point {
	same := plannedSize(p, extremes[0], width, height)
	for _, original := range extremes[1:] {
		size := plannedSize(p, original, width, height)
		if size.X != same.X {
			same.X = 0
		}
		if size.Y != same.Y {
			same.Y = 0
		}
	}
	return same
}

// largestScale returns the largest factor for a box at which no file is larger than its original.
func largestScale(p processors.Planner, original image.Point, box Size) float64 {
	x, y := float64(original.X)/float64(box.Width), float64(original.Y)/float64(box.Height) // infinite for a side of 0
	least, most := min(x, y), max(x, y)
	if math.IsInf(most, 1) {
		return least
	}
	large, small := box.scaled(most), box.scaled(least)
	scaled, crop := p.Plan(original, large.Width, large.Height)
	grows := crop.Size() != plannedSize(p, original, small.Width, small.Height)
	if grows && scaled.X <= original.X && scaled.Y <= original.Y {
		return most // the picture is fitted into the box
	}
	return least
}

// scaled returns the box times k, each side rounded once.
func (s Size) scaled(k float64) Size {
	side := func(n int) int {
		if n == 0 {
			return 0
		}
		return int(min(max(math.Round(float64(n)*k), 1), maxSide))
	}
	return Size{side(s.Width), side(s.Height)}
}

// withWidth returns the box with another width, and the height in proportion.
func (s Size) withWidth(width int) Size {
	height := 0
	if s.Height > 0 {
		height = int(max(math.Round(float64(width)*float64(s.Height)/float64(s.Width)), 1))
	}
	return Size{width, height}
}

// base is the box at 1x, which is smaller than the preset's if the original is.
func (lay layout) base() Size {
	if lay.most < 1 {
		return lay.largest()
	}
	return lay.preset.Size
}

// largest is the largest box that enlarges nothing.
func (lay layout) largest() Size {
	if lay.preset.Size.Width > 0 {
		return lay.preset.Size.withWidth(max(int(math.Floor(float64(lay.preset.Size.Width)*lay.most+1e-9)), 1))
	}
	return lay.preset.Size.scaled(lay.most)
}

// boxes returns the sizes of the candidates, the smallest first, and whether they are chosen by width.
func (lay layout) boxes() (boxes []Size, byWidth bool) {
	p := lay.preset
	if len(p.Densities) > 0 || p.Size.Width == 0 || lay.plan(p.Size.Width, p.Size.Height).X == 0 {
		densities := p.Densities
		if len(densities) == 0 {
			densities = []float64{1, 2}
		}
		for _, d := range densities {
			if d <= lay.most {
				boxes = append(boxes, p.Size.scaled(d))
			}
		}
		if len(boxes) < len(densities) {
			boxes = append(boxes, lay.largest())
		}
	} else {
		byWidth = true
		widths := p.Widths
		if len(widths) == 0 {
			widths = lay.steps()
		}
		for _, w := range widths {
			if float64(w) <= float64(p.Size.Width)*lay.most {
				boxes = append(boxes, p.Size.withWidth(w))
			}
		}
		if len(boxes) < len(widths) {
			boxes = append(boxes, lay.largest())
		}
	}
	slices.SortFunc(boxes, func(a, b Size) int { return cmp.Or(cmp.Compare(a.Width, b.Width), cmp.Compare(a.Height, b.Height)) })
	return slices.Compact(boxes), byWidth
}

// steps returns the widths of the files of a preset without Widths, in no order.
func (lay layout) steps() []int {
	width, last := lay.preset.Size.Width, 2*lay.preset.Size.Width
	if lay.most < 2 {
		last = lay.largest().Width
		width = min(width, last)
	}
	all := []int{width, last}
	for _, step := range ladder {
		tooNear := func(w int) bool { return float64(max(w, step)) < near*float64(min(w, step)) }
		if step < last && !tooNear(width) && !tooNear(last) {
			all = append(all, step)
		}
	}
	return all
}

// candidates returns the files of a picture in the format of ext, the smallest first. It returns none if
// all of them exceed a limit.
func (l Links) candidates(lay layout, ext string) []candidate {
	boxes, byWidth := lay.boxes()
	width, height := l.limits()
	pixels := l.pixelLimit(ext)
	var all []candidate
	for _, box := range boxes {
		file := lay.plan(box.Width, box.Height)
		if box.Width > width || box.Height > height || pixels > 0 && likelyArea(file, box) > pixels {
			continue
		}
		c := candidate{size: box, file: file, descriptor: lay.density(box)}
		if byWidth {
			c.descriptor = strconv.Itoa(file.X) + "w"
		}
		if n := len(all); n > 0 && all[n-1].descriptor == c.descriptor {
			continue // the same file again
		}
		all = append(all, c)
	}
	return all
}

// density formats the number of pixels of the file per CSS pixel.
func (lay layout) density(box Size) string {
	base := lay.base()
	d := float64(box.Width) / float64(base.Width)
	if base.Width == 0 {
		d = float64(box.Height) / float64(base.Height)
	}
	s := strconv.FormatFloat(d, 'f', 3, 64)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".") + "x"
}

// likelyArea returns the number of pixels of a file. If one side is not known, it assumes portrait format.
func likelyArea(file image.Point, box Size) int64 {
	w, h := int64(cmp.Or(file.X, box.Width)), int64(cmp.Or(file.Y, box.Height))
	switch {
	case w == 0:
		w = h + h/2
	case h == 0:
		h = w + w/2
	}
	return w * h
}
