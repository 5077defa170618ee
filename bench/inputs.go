package main

import (
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// An input is a picture for the measurements. It is not in this repository.
type input struct {
	name      string // of the generated file
	pkg       string // Debian package that the original is from; "" means the corpus next to the repository
	original  string // path
	transform string // shell command that makes $out of $in; "" copies the original

	path   string // of the picture
	size   image.Point
	format string
	bytes  int
}

const (
	lomiri16 = "/usr/share/backgrounds/"
	mate     = "/usr/share/backgrounds/mate/"
	gnome    = "/usr/share/backgrounds/gnome/"
	plasma   = "/usr/share/wallpapers/"
)

const (
	elephants = mate + "abstract/Elephants_5640x3172.jpg"
	kleiber   = lomiri16 + "Kleiber_by_Lukas_Baubkus.jpg"
	dragonfly = lomiri16 + "Dragonfly_by_Bolly.jpg"
	seeding   = lomiri16 + "seeding_by_Clements_Engelhardt.jpg"
	life      = lomiri16 + "life_by_Aitzol_Berasategi.jpg"
	picos     = lomiri16 + "picosdeeuropa_by_Aitzol_Berasategi.jpg"
	dog       = "photos/dog_exif_extended_xmp_icc.jpg"
)

// jpeg420 returns the vips options of a baseline JPEG with chroma at half the resolution.
func jpeg420(quality int) string { return fmt.Sprintf("$out[Q=%d,strip,subsample_mode=on]", quality) }

const progressive = "jpegtran -copy none -progressive -outfile $out " // lossless

// inputs are made in this order, because some are made from earlier ones in $dir. Large
// photos are cropped, not scaled, because a crop keeps the sharpness of the lens and the sensor.
var inputs = []*input{
	{name: "elephants-12mp.jpg", pkg: "mate-backgrounds", original: elephants, transform: "vips crop $in " + jpeg420(90) + " 820 86 4000 3000"},
	{name: "kleiber-12mp.jpg", pkg: "lomiri-wallpapers-20.04", original: kleiber, transform: "vips crop $in " + jpeg420(90) + " 1014 195 4000 3000"},
	{name: "dragonfly-12mp.jpg", pkg: "lomiri-wallpapers-16.04", original: dragonfly, transform: "vips crop $in " + jpeg420(90) + " 112 84 4000 3000"},
	{name: "dog-12mp.jpg", original: dog, transform: "vips crop $in " + jpeg420(90) + " 16 12 4000 3000"},

	{name: "raindrops-2mp.jpg", pkg: "mate-backgrounds", original: mate + "nature/RainDrops.jpg"},
	{name: "blinds-2mp.jpg", pkg: "mate-backgrounds", original: mate + "nature/Blinds.jpg"},
	{name: "life-2mp.jpg", pkg: "lomiri-wallpapers-16.04", original: life, transform: "vips thumbnail $in " + jpeg420(95) + " 1920 --height 1200 --crop centre"},
	{name: "picos-2mp.jpg", pkg: "lomiri-wallpapers-16.04", original: picos, transform: "vips thumbnail $in " + jpeg420(95) + " 1920 --height 1200 --crop centre"},

	{name: "elephants-12mp-progressive.jpg", pkg: "mate-backgrounds", original: elephants, transform: progressive + "$dir/elephants-12mp.jpg"},
	{name: "kleiber-12mp-progressive.jpg", pkg: "lomiri-wallpapers-20.04", original: kleiber, transform: progressive + "$dir/kleiber-12mp.jpg"},
	{name: "dragonfly-12mp-progressive.jpg", pkg: "lomiri-wallpapers-16.04", original: dragonfly, transform: progressive + "$dir/dragonfly-12mp.jpg"},

	{name: "elephants-18mp.jpg", pkg: "mate-backgrounds", original: elephants},
	{name: "kleiber-18mp.jpg", pkg: "lomiri-wallpapers-20.04", original: kleiber,
		transform: "vips crop $in $dir/baseline.jpg[Q=95,strip,subsample_mode=on] 194 109 5640 3172 && " + progressive + "$dir/baseline.jpg"},
	{name: "seeding-18mp.jpg", pkg: "lomiri-wallpapers-16.04", original: seeding,
		transform: "vips thumbnail $in $dir/baseline.jpg[Q=95,strip,subsample_mode=on] 5640 --height 3172 --crop centre && " + progressive + "$dir/baseline.jpg"},

	{name: "patak-14.7mp.png", pkg: "plasma-workspace-wallpapers", original: plasma + "Patak/contents/images/5120x2880.png"},
	{name: "kleiber-14.7mp.png", pkg: "lomiri-wallpapers-20.04", original: kleiber,
		transform: "vips crop $in $dir/opaque.v 454 255 5120 2880 && vips bandjoin_const $dir/opaque.v $out[strip] 255"},
	{name: "seeding-14.7mp.png", pkg: "lomiri-wallpapers-16.04", original: seeding,
		transform: "vips crop $in $dir/opaque.v 96 54 5120 2880 && vips bandjoin_const $dir/opaque.v $out[strip] 255"},
	{name: "elephants-14.7mp.png", pkg: "mate-backgrounds", original: elephants,
		transform: "vips crop $in $dir/opaque.v 260 146 5120 2880 && vips extract_band $dir/opaque.v $dir/alpha.v 1 && " +
			`vips bandjoin "$dir/opaque.v $dir/alpha.v" $out[strip]`},

	{name: "mate-cold-2.5mp.png", pkg: "mate-backgrounds", original: mate + "desktop/Ubuntu-Mate-Cold-no-logo.png"},
	{name: "life-2.5mp.png", pkg: "lomiri-wallpapers-16.04", original: life, transform: "vips thumbnail $in $out[strip] 1920 --height 1280 --crop centre"},
	{name: "picos-2.5mp.png", pkg: "lomiri-wallpapers-16.04", original: picos, transform: "vips thumbnail $in $out[strip] 1920 --height 1280 --crop centre"},
	{name: "dragonfly-2.5mp.png", pkg: "lomiri-wallpapers-16.04", original: dragonfly, transform: "vips thumbnail $in $out[strip] 1920 --height 1280 --crop centre"},

	tiff("elephants-plain.tif", "elephants-12mp.jpg", "[strip]"),
	tiff("kleiber-plain.tif", "kleiber-12mp.jpg", "[strip]"),
	tiff("dragonfly-plain.tif", "dragonfly-12mp.jpg", "[strip]"),
	tiff("elephants-deflate.tif", "elephants-12mp.jpg", "[strip,compression=deflate,predictor=horizontal]"),
	tiff("kleiber-deflate.tif", "kleiber-12mp.jpg", "[strip,compression=deflate,predictor=horizontal]"),
	tiff("dragonfly-deflate.tif", "dragonfly-12mp.jpg", "[strip,compression=deflate,predictor=none]"),
	tiff("elephants-lzw.tif", "elephants-12mp.jpg", "[strip,compression=lzw,predictor=horizontal]"),
	tiff("kleiber-lzw.tif", "kleiber-12mp.jpg", "[strip,compression=lzw,predictor=horizontal]"),
	tiff("dragonfly-lzw.tif", "dragonfly-12mp.jpg", "[strip,compression=lzw,predictor=none]"),
	tiff("elephants-jpeg.tif", "elephants-12mp.jpg", "[strip,compression=jpeg,Q=90]"),
	tiff("kleiber-jpeg.tif", "kleiber-12mp.jpg", "[strip,compression=jpeg,Q=90]"),
	tiff("dragonfly-jpeg.tif", "dragonfly-12mp.jpg", "[strip,compression=jpeg,Q=90]"),
	tiff("elephants-packbits.tif", "elephants-12mp.jpg", "[strip,compression=packbits]"),
	tiff("kleiber-packbits.tif", "kleiber-12mp.jpg", "[strip,compression=packbits]"),
	tiff("dragonfly-packbits.tif", "dragonfly-12mp.jpg", "[strip,compression=packbits]"),
	tiff("elephants-tiles.tif", "elephants-12mp.jpg", "[strip,tile,tile-width=256,tile-height=256]"),
	tiff("kleiber-tiles.tif", "kleiber-12mp.jpg", "[strip,tile,tile-width=256,tile-height=256]"),
	tiff("dragonfly-tiles-lzw.tif", "dragonfly-12mp.jpg", "[strip,tile,tile-width=256,tile-height=256,compression=lzw,predictor=horizontal]"),
	{name: "kleiber.bmp", pkg: "lomiri-wallpapers-20.04", original: kleiber, transform: "vips magicksave $dir/kleiber-12mp.jpg $out --format BMP3"},
	{name: "elephants.bmp", pkg: "mate-backgrounds", original: elephants, transform: "vips magicksave $dir/elephants-12mp.jpg $out --format BMP3"},
	{name: "dragonfly.bmp", pkg: "lomiri-wallpapers-16.04", original: dragonfly, transform: "vips magicksave $dir/dragonfly-12mp.jpg $out --format BMP3"},

	{name: "wood-16.8mp.webp", pkg: "gnome-backgrounds", original: gnome + "wood-d.webp"},
	{name: "seeding-16.8mp.webp", pkg: "lomiri-wallpapers-16.04", original: seeding,
		transform: "vips thumbnail $in $dir/big.png 5462 --height 3072 --crop centre && cwebp -quiet -size 400000 -pass 6 $dir/big.png -o $out"},
	{name: "kleiber-16.8mp.webp", pkg: "lomiri-wallpapers-20.04", original: kleiber,
		transform: "vips crop $in $dir/big.png 283 159 5462 3072 && cwebp -quiet -size 400000 -pass 6 $dir/big.png -o $out"},
	{name: "elephants-16.8mp.webp", pkg: "mate-backgrounds", original: elephants,
		transform: "vips crop $in $dir/big.png 89 50 5462 3072 && cwebp -quiet $dir/big.png -o $out"},
}

// tiff returns a photo of 12 megapixels as a TIFF, with options of vips.
func tiff(name, photo, options string) *input {
	in := &input{name: name, pkg: "lomiri-wallpapers-20.04", original: kleiber, transform: "vips copy $dir/" + photo + " $out" + options}
	switch photo {
	case "dragonfly-12mp.jpg":
		in.pkg, in.original = "lomiri-wallpapers-16.04", dragonfly
	case "elephants-12mp.jpg":
		in.pkg, in.original = "mate-backgrounds", elephants
	}
	return in
}

// makeInputs makes the inputs that are not yet in dir. Without a corpus, inputs of the corpus are omitted.
func makeInputs(dir, corpus string) (map[string]*input, error) {
	made := map[string]*input{}
	for _, in := range inputs {
		original := in.original
		if in.pkg == "" {
			original = filepath.Join(corpus, in.original)
			if _, err := os.Stat(original); err != nil {
				continue
			}
		}
		in.path = filepath.Join(dir, in.name)
		if _, err := os.Stat(in.path); err != nil {
			fmt.Println("making", in.name)
			if err := in.make(dir, original); err != nil {
				return nil, err
			}
		}
		if err := in.describe(); err != nil {
			return nil, fmt.Errorf("%s: %w", in.name, err)
		}
		made[in.name] = in
	}
	return made, nil
}

func (in *input) make(dir, original string) error {
	command := in.transform
	if command == "" {
		command = "cp $in $out"
	}
	unfinished := filepath.Join(dir, "new-"+in.name)
	cmd := exec.Command("sh", "-c", "set -e\n"+command)
	cmd.Env = append(os.Environ(), "in="+original, "out="+unfinished, "dir="+dir)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %s: %w", in.name, command, err)
	}
	for _, scratch := range []string{"baseline.jpg", "opaque.v", "alpha.v", "big.png"} {
		os.Remove(filepath.Join(dir, scratch))
	}
	return os.Rename(unfinished, in.path)
}

// describe fills in the properties of the file.
func (in *input) describe() error {
	data, err := os.ReadFile(in.path)
	if err != nil {
		return err
	}
	in.bytes = len(data)
	out, err := exec.Command("vipsheader", "-f", "width", in.path).Output()
	if err == nil {
		_, err = fmt.Sscan(string(out), &in.size.X)
	}
	if err != nil {
		return err
	}
	if out, err = exec.Command("vipsheader", "-f", "height", in.path).Output(); err == nil {
		_, err = fmt.Sscan(string(out), &in.size.Y)
	}
	in.format = strings.TrimPrefix(filepath.Ext(in.name), ".")
	return err
}

func (in *input) String() string {
	return fmt.Sprintf("%s (%d×%d, %.1f MB)", in.name, in.size.X, in.size.Y, float64(in.bytes)/1e6)
}

// provenance returns the origin of the input, for the report.
func (in *input) provenance() string {
	from := "the corpus"
	if in.pkg != "" {
		from = in.pkg
		if version, err := exec.Command("dpkg-query", "-W", "-f=${Version}", in.pkg).Output(); err == nil {
			from += " " + string(version)
		}
	}
	transform := "as it is"
	if in.transform != "" {
		transform = "`" + in.transform + "`"
	}
	return fmt.Sprintf("| %s | %d×%d | %d | %s | `%s` | %s |", in.name, in.size.X, in.size.Y, in.bytes, from, in.original, transform)
}
