package gallery

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	stddraw "image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io/fs"
	"time"

	"golang.org/x/image/draw"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/specimen"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// An exhibit is a picture that is difficult to process correctly.
type exhibit struct {
	Title, Why string
	Name       string // name of the original
	Ext        string // extension of the thumbnail
	file       []byte

	PlainError        string // error of image.Decode; if it is "", the fields below have the results
	PlainMilliseconds float64
	plain             []byte
}

// makePlain processes the picture as most Go programs do. These have no WebP encoder.
func (e *exhibit) makePlain() {
	ext := e.Ext
	if ext == ".webp" {
		ext = ".png"
	}
	var b bytes.Buffer
	start := time.Now()
	if err := specimen.Plain(&b, e.file, fidelityWidth, ext); err != nil {
		e.PlainError = err.Error()
	}
	e.PlainMilliseconds = float64(time.Since(start)) / float64(time.Millisecond)
	e.plain = b.Bytes()
}

// Pixels returns the stored size of the picture.
func (e exhibit) Pixels() string {
	config, _, err := image.DecodeConfig(bytes.NewReader(e.file))
	if err != nil {
		return "?"
	}
	return fmt.Sprintf("%d × %d", config.Width, config.Height)
}

// Bytes returns the length of the file.
func (e exhibit) Bytes() int { return len(e.file) }

// exhibits makes the exhibits from the built-in photos.
func exhibits(photos fs.FS) ([]exhibit, error) {
	dandelion, err := photo1000(photos, "dandelion.jpg")
	if err != nil {
		return nil, err
	}
	mountain, err := photo1000(photos, "mountain.jpg")
	if err != nil {
		return nil, err
	}
	drum, err := fs.ReadFile(photos, "drum.jpg")
	if err != nil {
		return nil, err
	}
	ordinary, err := fs.ReadFile(photos, "mountain.jpg")
	if err != nil {
		return nil, err
	}
	bowl, err := fs.ReadFile(photos, "bowl.png")
	if err != nil {
		return nil, err
	}
	cut, err := png.Decode(bytes.NewReader(bowl))
	if err != nil {
		return nil, err
	}
	paper := specimen.OnWhite(cut)
	var white bytes.Buffer
	if err := (processors.WebP{}).Encode(&white, paper); err != nil {
		return nil, err
	}
	inSpace := func(img image.Image, space specimen.Space) []byte {
		return specimen.WithProfile(specimen.JPEG(space.Of(img), 90), space.Profile())
	}
	lying, err := jpeg.Decode(bytes.NewReader(drum)) // the picture as stored, rotated
	if err != nil {
		return nil, err
	}
	return []exhibit{
		{Title: "A phone's photo", Name: "IMG_0001.jpg", Ext: ".jpg", file: phone(specimen.OnWhite(lying)),
			Why: "As an iPhone stores it: the pixels are rotated by 90°, a tag says so, and the colors are Display P3."},
		{Title: "An ordinary photo", Name: "mountain.jpg", Ext: ".jpg", file: ordinary,
			Why: "sRGB and upright: both thumbnails are right; they differ in time and bytes."},
		{Title: "Display P3", Name: "p3.jpg", Ext: ".jpg", file: inSpace(paper, specimen.DisplayP3),
			Why: "Phones write this. If the profile is ignored, colors are pale."},
		{Title: "Adobe RGB", Name: "adobe.jpg", Ext: ".jpg", file: inSpace(paper, specimen.AdobeRGB),
			Why: "Cameras write this. If the profile is ignored, red becomes brown."},
		{Title: "ProPhoto RGB", Name: "prophoto.jpg", Ext: ".jpg", file: inSpace(dandelion, specimen.ProPhoto),
			Why: "Raw converters write this. If the profile is ignored, the picture looks faded."},
		{Title: "Rotated by EXIF", Name: "turned.jpg", Ext: ".jpg", file: drum,
			Why: "The pixels are rotated; a tag says which side is up."},
		{Title: "Transparent PNG to JPEG", Name: "bowl.png", Ext: ".jpg", file: bowl,
			Why: "A JPEG has no transparency: the background becomes white, not black."},
		{Title: "16 bits, linear light", Name: "linear.png", Ext: ".jpg", file: specimen.PNG(specimen.Linear.Of(mountain), 1),
			Why: "The PNG declares a gamma of 1. Interpreted as sRGB, it is far too dark."},
		{Title: "CMYK", Name: "inks.jpg", Ext: ".jpg", file: specimen.CMYKJPEG(mountain, 90),
			Why: "Four inks, for printing. The standard library refuses it if Adobe's marker is missing."},
		{Title: "White in a WebP", Name: "white.webp", Ext: ".webp", file: white.Bytes(),
			Why: "x/image/webp does not expand the video range of levels: white is 235 instead of 255, and black is 16."},
		{Title: "Animated GIF", Name: "moving.gif", Ext: ".gif", file: moving(cut),
			Why: "All frames, with their timing and transparent background; or only the first one, on black."},
		{Title: "Two colors", Name: "dots.png", Ext: ".png", file: dots(dandelion),
			Why: "One bit per pixel. Both thumbnails are averages; with a palette, this one has fewer bytes."},
	}, nil
}

// phone makes a file as an iPhone does: the stored picture is rotated, and the orientation is in EXIF.
func phone(lying image.Image) []byte {
	file := specimen.JPEG(shrunk(specimen.DisplayP3.Of(lying), 4032), 90)
	return specimen.WithOrientation(specimen.WithProfile(file, specimen.DisplayP3.Profile()), 6)
}

// photo1000 decodes a JPEG and scales it to a width of 1000 pixels.
func photo1000(photos fs.FS, name string) (image.Image, error) {
	f, err := photos.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	img, err := jpeg.Decode(f)
	if err != nil {
		return nil, err
	}
	return shrunk(img, 1000), nil
}

// shrunk scales img to a width in pixels. That width may be larger than that of img.
func shrunk(img image.Image, width int) *image.RGBA {
	b := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, width, b.Dy()*width/b.Dx()))
	draw.ApproxBiLinear.Scale(out, out.Rect, img, b, draw.Src, nil)
	return out
}

// dots dithers img to black dots on white, 1 bit per pixel.
func dots(img image.Image) []byte {
	out := image.NewPaletted(img.Bounds(), color.Palette{color.Black, color.White})
	stddraw.FloydSteinberg.Draw(out, out.Rect, img, img.Bounds().Min)
	var b bytes.Buffer
	if err := png.Encode(&b, out); err != nil {
		panic(err) // writes to a bytes.Buffer don't fail
	}
	return b.Bytes()
}

// moving makes an animation of img that moves over a transparent background, there and back. Each frame
// replaces the previous one.
func moving(img image.Image) []byte {
	const frames = 12
	colors := append(color.Palette{color.Transparent}, palette.Plan9[:255]...)
	img = shrunk(img, 240)
	var film gif.GIF
	for i := range frames {
		frame := image.NewPaletted(image.Rect(0, 0, 480, 240), colors)
		step := min(i, frames-i) * 40
		stddraw.Draw(frame, img.Bounds().Add(image.Pt(step, 28)), img, image.Point{}, stddraw.Src)
		film.Image, film.Delay, film.Disposal = append(film.Image, frame), append(film.Delay, 10), append(film.Disposal, gif.DisposalBackground)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &film); err != nil {
		panic(err) // writes to a bytes.Buffer don't fail
	}
	return b.Bytes()
}
