package main

import (
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// drawing is a picture that is not a photograph, in a Debian package.
type drawing struct{ name, file string }

const icons = "/usr/share/icons/Adwaita/512x512/"

// transparent are icons of adwaita-icon-theme.
var transparent = []drawing{
	{"headphones", icons + "devices/audio-headphones.png"},
	{"gaming", icons + "devices/input-gaming.png"},
	{"disk", icons + "devices/drive-harddisk.png"},
	{"printer", icons + "devices/printer.png"},
	{"address-book", icons + "mimetypes/x-office-address-book.png"},
	{"spreadsheet", icons + "mimetypes/x-office-spreadsheet.png"},
	{"image", icons + "mimetypes/image-x-generic.png"},
	{"package", icons + "mimetypes/package-x-generic.png"},
}

// flat are opaque drawings of gnome-backgrounds and mate-backgrounds.
var flat = []drawing{
	{"blobs", backgrounds + "gnome/blobs-l.svg"},
	{"drool", backgrounds + "gnome/drool-d.svg"},
	{"dune", backgrounds + "gnome/dune-l.svg"},
	{"field", backgrounds + "gnome/field-l.svg"},
	{"oceans", backgrounds + "gnome/oceans.svg"},
	{"stripes", backgrounds + "mate/desktop/MATE-Stripes-Dark.png"},
	{"float", backgrounds + "mate/desktop/Float-into-MATE.png"},
}

// scaledTo returns the drawings scaled to a width. An opaque drawing has no alpha channel.
func (b *bench) scaledTo(set string, all []drawing, width int) (made []*picture, err error) {
	for _, d := range all {
		path := filepath.Join(b.dir, fmt.Sprintf("%s-%s-%d.png", strings.ReplaceAll(set, " ", "-"), d.name, width))
		if _, err := os.Stat(path); err != nil {
			out, err := exec.Command("vips", "thumbnail", d.file, path+"[strip]", fmt.Sprint(width)).CombinedOutput()
			if err != nil {
				return nil, fmt.Errorf("%s: %w: %s", d.file, err, out)
			}
		}
		p, err := pictureOf(set, d.name, path)
		if err != nil {
			return nil, err
		}
		made = append(made, p)
	}
	return made, nil
}

// asPNG returns photos as PNG files.
func (b *bench) asPNG(photos []*picture) (made []*picture, err error) {
	for _, p := range photos {
		path := strings.TrimSuffix(p.path, ".ppm") + ".png"
		if _, err := os.Stat(path); err != nil {
			if out, err := exec.Command("vips", "copy", p.path, path).CombinedOutput(); err != nil {
				return nil, fmt.Errorf("%s: %w: %s", p.path, err, out)
			}
		}
		m, err := pictureOf(p.set, p.name, path)
		if err != nil {
			return nil, err
		}
		made = append(made, m)
	}
	return made, nil
}

// pictureOf reads the size of a PNG.
func pictureOf(set, name, path string) (*picture, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	config, err := png.DecodeConfig(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	p := &picture{set: set, name: name, path: path}
	p.size.X, p.size.Y = config.Width, config.Height
	return p, nil
}
