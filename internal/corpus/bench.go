package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
)

// A file is a row of the manifest.
type file struct {
	name, format, features, expect string
	width, height                  int  // stored size in pixels; 0 if there is no picture
	turned                         bool // the orientation exchanges width and height
	of                             picture
	data                           []byte
}

// A picture is the source of files.
type picture struct {
	name          string // NAME.png in the folder of the bench
	width, height int
	origin        string
	license       string
}

// A bench is the folder in which files are made, with the source pictures.
type bench struct {
	dir                                             string
	mountain, dogs, bowl, drawing, deep, dot, noise picture
	files                                           []file
}

var drawn = picture{origin: "drawn by internal/corpus", license: "as this repository"}

// newBench writes the source pictures. They are small, so that several hundred files take only seconds.
func newBench() (*bench, error) {
	dir, err := os.MkdirTemp("", "corpus")
	if err != nil {
		return nil, err
	}
	b := &bench{dir: dir}
	for _, p := range []struct {
		to            *picture
		name, path    string
		width, height int
		license       string
	}{
		{&b.mountain, "mountain", "internal/gallery/photos/mountain.jpg", 301, 203, "CC BY 4.0, Aitzol Berasategi"},
		{&b.dogs, "dogs", "internal/gallery/photos/animals/dogs.jpg", 160, 240, "CC BY 4.0, Aitzol Berasategi"},
		{&b.bowl, "bowl", "internal/gallery/photos/bowl.png", 240, 183, "CC BY 4.0, Trevor Freespace"},
	} {
		*p.to = picture{p.name, p.width, p.height, p.path + " (Debian: lomiri-wallpapers-16.04)", p.license}
		path, err := filepath.Abs(p.path)
		if err != nil {
			return nil, err
		}
		if _, err := b.output("x.png", "convert '%s' -resize %dx%d! -strip -define png:exclude-chunks=date,time,gAMA,cHRM x.png && cp x.png %s.png", path, p.width, p.height, p.name); err != nil {
			return nil, err
		}
	}
	for to, img := range map[*picture]image.Image{&b.drawing: drawing(180, 140), &b.deep: deep(200, 150), &b.dot: drawing(1, 1), &b.noise: static(129, 65)} {
		name := map[*picture]string{&b.drawing: "drawing", &b.deep: "deep", &b.dot: "dot", &b.noise: "noise"}[to]
		*to = drawn
		to.name, to.width, to.height = name, img.Bounds().Dx(), img.Bounds().Dy()
		var file bytes.Buffer
		if err := png.Encode(&file, img); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, name+".png"), file.Bytes(), 0o666); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// output runs a shell command in the folder and returns the file that the command made.
func (b *bench) output(file, command string, args ...any) ([]byte, error) {
	command = fmt.Sprintf(command, args...)
	path := filepath.Join(b.dir, file)
	_ = os.Remove(path)
	cmd := exec.Command("sh", "-ec", command)
	cmd.Dir = b.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", command, err, out)
	}
	return os.ReadFile(path)
}

// make adds a file that a shell command makes from a picture. IN in the command stands for the source file without its extension, OUT for
// the result.
func (b *bench) make(f file, command string) error {
	command = string(bytes.ReplaceAll(bytes.ReplaceAll([]byte(command), []byte("IN"), []byte(f.of.name)), []byte("OUT"), []byte("out")))
	data, err := b.output("out", "%s", command)
	if err != nil {
		return err
	}
	f.data = data
	b.add(f)
	return nil
}

// add adds a file. If f has no size, it gets the size of its source picture.
func (b *bench) add(f file) {
	if f.width == 0 && f.expect != "reject" {
		f.width, f.height = f.of.width, f.of.height
	}
	b.files = append(b.files, f)
}

// image decodes a source picture.
func (b *bench) image(p picture) (image.Image, error) {
	data, err := os.ReadFile(filepath.Join(b.dir, p.name+".png"))
	if err != nil {
		return nil, err
	}
	return png.Decode(bytes.NewReader(data))
}

// drawing returns flat art: regions of seven colors, with straight and slanted edges.
func drawing(w, h int) *image.Paletted {
	img := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.White, color.Black, color.RGBA{200, 30, 30, 255}, color.RGBA{30, 160, 60, 255},
		color.RGBA{30, 60, 200, 255}, color.RGBA{240, 200, 40, 255}, color.RGBA{120, 120, 120, 255}})
	for y := range h {
		for x := range w {
			switch {
			case (x-w/4)*(x-w/4)+(y-h/3)*(y-h/3) < h*h/16:
				img.SetColorIndex(x, y, 2)
			case x > w/2 && y > h/2:
				img.SetColorIndex(x, y, uint8(3+(x/9+y/7)%4))
			case x+y < 20 || (x-y) == 9:
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	return img
}

// deep returns a smooth picture with 16 bits per sample.
func deep(w, h int) *image.RGBA64 {
	img := image.NewRGBA64(image.Rect(0, 0, w, h))
	level := func(v float64) uint16 { return uint16(32768 + 26000*v) }
	for y := range h {
		for x := range w {
			u, v := 5*float64(x)/float64(w), 4*float64(y)/float64(h)
			img.SetRGBA64(x, y, color.RGBA64{level(math.Sin(u + v)), level(math.Cos(v * 1.3)), level(math.Sin(u*v/3 - 1)), 0xffff})
		}
	}
	return img
}

// static returns a gray gradient with noise.
func static(w, h int) *image.Gray {
	r := rand.New(rand.NewPCG(1, 2))
	img := image.NewGray(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = uint8(i%w) + uint8(r.IntN(64))
	}
	return img
}

// jpegOf encodes a picture by the standard library.
func jpegOf(img image.Image, quality int) []byte {
	var out bytes.Buffer
	opaque := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(opaque, opaque.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(opaque, opaque.Rect, img, img.Bounds().Min, draw.Over)
	_ = jpeg.Encode(&out, opaque, &jpeg.Options{Quality: quality}) // writes to a bytes.Buffer don't fail
	return out.Bytes()
}
