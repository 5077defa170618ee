// Command smartreport measures what processors.Smart keeps of photographs of Debian packages, and writes the table of
// docs/smart.md. Run it at the top of the repository:
//
//	go run ./internal/saliency/smartreport > docs/smart.md
//
// If its argument is a directory, it also writes a picture for each photograph there: the photograph, the
// crops of smartcrop, and the crops of Smart.
package main

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"log"
	"os"
	"path/filepath"
	"strings"

	_ "image/jpeg" // the photographs

	"github.com/rest-thumbnails/thumbnail/internal/resample"
	"github.com/rest-thumbnails/thumbnail/internal/saliency"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// patterns have the paths of the photographs, and their source in the table. If a path is a folder with
// several renditions of a picture, the largest file is used.
var patterns = []struct{ pattern, source string }{
	{"internal/gallery/photos/*.jpg", "the gallery"},
	{"internal/gallery/photos/*.png", "the gallery"},
	{"internal/gallery/photos/animals/*.jpg", "the gallery"},
	{"/usr/share/backgrounds/*.jpg", "lomiri-wallpapers-16.04, -20.04"},
	{"/usr/share/backgrounds/mate/nature/*.jpg", "mate-backgrounds"},
	{"/usr/share/backgrounds/mate/abstract/Elephants.jpg", "mate-backgrounds"},
	{"/usr/share/wallpapers/*/contents/images", "plasma-workspace-wallpapers"},
}

// sizes are the aspect ratios of the crops.
var sizes = []image.Point{{320, 120}, {200, 200}, {120, 200}}

func main() {
	fmt.Print(head)
	sum, n := [3][3]float64{}, 0
	better, same := 0, 0
	for _, p := range patterns {
		paths, err := filepath.Glob(p.pattern)
		check(err)
		for _, path := range paths {
			if strings.HasSuffix(path, "/images") {
				path = largest(path)
			}
			photo, err := small(path)
			check(err)
			view, _ := saliency.Look(photo.(image.RGBA64Image))
			cells := []string{}
			var boxes [3][2]image.Rectangle
			for i, size := range sizes {
				m, b := measure(view, photo, size)
				boxes[i] = b
				cells = append(cells, fmt.Sprintf("%.2f %.2f %.2f", m[0], m[1], m[2]))
				for j := range m {
					sum[i][j] += m[j]
				}
				switch {
				case m[2] > m[0]+1e-9:
					better++
				default:
					same++
				}
			}
			n++
			fmt.Printf("| %s | %s | %s |\n", name(path), p.source, strings.Join(cells, " | "))
			if len(os.Args) > 1 {
				check(sheet(filepath.Join(os.Args[1], strings.ReplaceAll(name(path), "/", "_")+".png"), photo, boxes))
			}
		}
	}
	var means []string
	for i := range sizes {
		means = append(means, fmt.Sprintf("**%.2f %.2f %.2f**", sum[i][0]/float64(n), sum[i][1]/float64(n), sum[i][2]/float64(n)))
	}
	fmt.Printf("| mean of %d | | %s |\n\nOf %d crops, %d are better than the middle and %d are the middle; none is worse.\n", n, strings.Join(means, " | "), 3*n, better, same)
}

const head = `# Smart

This page shows where [Smart](../processors/smart.go) crops photographs. The score is the one that Smart maximizes: the share of smartcrop's weights, of rare colors
with detail, and of parts that stand out from their surroundings, minus what the sides of the crop cut through (package internal/saliency). Each cell has three scores:
of the crop in the middle, of smartcrop's choice (the method Smart until November 2026), and of Smart. A higher score is better; scores of different cells can't be
compared. Smart never scores lower than the middle, neither by this score nor by that of smartcrop.

The photographs are those of the gallery and of the named Debian packages. This command writes the table:
` + "`go run ./internal/saliency/smartreport > docs/smart.md`" + `.

| photograph | package | 320×120: middle, before, now | 200×200 | 120×200 |
|---|---|---|---|---|
`

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// largest returns the largest file of a folder.
func largest(dir string) (path string) {
	entries, err := os.ReadDir(dir)
	check(err)
	most := int64(-1)
	for _, e := range entries {
		if info, err := os.Stat(filepath.Join(dir, e.Name())); err == nil && info.Size() > most {
			path, most = filepath.Join(dir, e.Name()), info.Size()
		}
	}
	return path
}

// name returns the part of a path that identifies a photograph.
func name(path string) string {
	if before, _, ok := strings.Cut(path, "/contents/images/"); ok {
		return filepath.Base(before)
	}
	return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
}

// small returns the copy of a photograph that Smart examines.
func small(path string) (image.Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	size := img.Bounds().Size()
	side := min(size.X, size.Y)
	size = image.Pt((size.X*saliency.Side+side/2)/side, (size.Y*saliency.Side+side/2)/side)
	out, err := resample.Resize(context.Background(), img, resample.Full(img.Bounds()), size, resample.Options{})
	if ycbcr, ok := out.(*image.YCbCr); ok {
		rgba := image.NewRGBA(ycbcr.Rect)
		draw.Draw(rgba, rgba.Rect, ycbcr, image.Point{}, draw.Src)
		out = rgba
	}
	return out, err
}

// measure returns the scores of the middle, of smartcrop and of Smart, and the boxes of the last two.
func measure(view *saliency.Picture, photo image.Image, size image.Point) (m [3]float64, boxes [2]image.Rectangle) {
	full := photo.Bounds().Size()
	scaled, crop := processors.Smart{}.Plan(full, size.X, size.Y)
	box := image.Pt(min(full.X, crop.Dx()*full.X/scaled.X), min(full.Y, crop.Dy()*full.Y/scaled.Y))
	middle := image.Rectangle{Max: box}.Add(full.Sub(box).Div(2))
	before, ok := saliency.Best(photo.(image.RGBA64Image), box)
	if !ok {
		before = middle
	}
	now, ok := view.Choose(box)
	if !ok {
		now = middle
	}
	for i, b := range []image.Rectangle{middle, before, now} {
		m[i] = view.Measure(b).Whole
	}
	if view.Measure(now).Worse(view.Measure(middle)) {
		log.Fatalf("%v is worse than the middle", now)
	}
	return m, [2]image.Rectangle{before, now}
}

// sheet draws a photograph and, for each size, the crops of smartcrop and of Smart.
func sheet(file string, photo image.Image, boxes [3][2]image.Rectangle) error {
	out := image.NewRGBA(image.Rect(0, 0, 1000, 340))
	draw.Draw(out, out.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	put := func(part image.Rectangle, at, size image.Point) error {
		r := resample.Rect{X0: float64(part.Min.X), Y0: float64(part.Min.Y), X1: float64(part.Max.X), Y1: float64(part.Max.Y)}
		img, err := resample.Resize(context.Background(), photo, r, size, resample.Options{})
		if err == nil {
			draw.Draw(out, image.Rectangle{Min: at, Max: at.Add(size)}, img, image.Point{}, draw.Over)
		}
		return err
	}
	scaled, _ := processors.Fit{}.Plan(photo.Bounds().Size(), 320, 330)
	err := put(photo.Bounds(), image.Point{}, scaled)
	for i, at := range []image.Point{{340, 0}, {340, 130}, {545, 130}} {
		for j := range boxes[i] {
			if err == nil {
				err = put(boxes[i][j], at.Add(image.Pt(330*j, 0)), sizes[i])
			}
		}
	}
	if err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	return png.Encode(f, out)
}
