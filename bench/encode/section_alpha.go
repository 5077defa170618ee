package main

import (
	"bufio"
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// writeWebPAlpha compares lossy files of pictures with alpha. Their scores are those on white.
func writeWebPAlpha(b *bench, p printer) error {
	effort := func(label string, effort int) side {
		return ours("`processors.WebP{"+label+"Lossless: processors.LosslessNever}`", func(q int) thumbnail.Encoder {
			return processors.WebP{Quality: q, Effort: effort, Lossless: processors.LosslessNever}
		})
	}
	cwebp := func(method string) side {
		return command("cwebp -quiet -q {q} -m "+method+" {in} -o -").timedBy("webp", "{raw} {q} "+method+" 0 3")
	}
	l := lossy{
		pairs: []pair{
			{name: "default vs. -m 4", subject: effort("", 0), theirs: cwebp("4")},
			{name: "effort 2 vs. -m 2", subject: effort("Effort: 2, ", 2), theirs: cwebp("2")},
		},
		qualities: []int{50, 60, 70, 80, 90},
		compared:  []int{60, 70, 80},
		timed:     80,
		decode:    printing("dwebp", "-quiet", "-pam", "{in}", "-o", "-"),
	}
	icons, err := b.scaledTo("transparent art", transparent, 256)
	if err != nil {
		return err
	}
	cut, err := b.cutouts(image.Pt(400, 300))
	if err != nil {
		return err
	}
	for _, all := range [][]*picture{icons, cut} {
		if err := b.putOnWhite(all); err != nil {
			return err
		}
		l.pictures, l.sizes = append(l.pictures, all...), append(l.sizes, all[0].size)
	}
	p("%s, %s. %d icons of 256×256 pixels, and %s The photos have 400×300 pixels, and are cut out by an ellipse with a soft edge. Scores are those on white.\n",
		today(), packages(b.set.with("adwaita-icon-theme", "webp", "libwebp7", "libjxl-devtools")...), len(icons), b.photoNames())
	l.writePairs(p)
	return l.write(b, p)
}

// cutouts returns the photos with alpha: opaque in the middle, transparent in the corners, with a soft edge between them.
func (b *bench) cutouts(size image.Point) (made []*picture, err error) {
	all, err := b.photosOf([]image.Point{size})
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		img, err := p.image()
		if err != nil {
			return nil, err
		}
		out := straight(img)
		for y := range size.Y {
			for x := range size.X {
				dx, dy := float64(2*x)/float64(size.X)-1, float64(2*y)/float64(size.Y)-1
				inside := (1 - float64(dx*dx) - float64(dy*dy)) * 8
				out.Pix[out.PixOffset(x, y)+3] = uint8(min(max(255*inside, 0), 255))
			}
		}
		cut := &picture{set: "cut-outs", name: p.name, size: size, path: filepath.Join(b.dir, fmt.Sprintf("%s-cut-%dx%d.png", p.name, size.X, size.Y))}
		var file bytes.Buffer
		if err := png.Encode(&file, out); err != nil {
			return nil, err
		}
		if err := os.WriteFile(cut.path, file.Bytes(), 0o644); err != nil {
			return nil, err
		}
		made = append(made, cut)
	}
	return made, nil
}

// putOnWhite sets the pictures with which copies are compared.
func (b *bench) putOnWhite(all []*picture) error {
	for _, p := range all {
		img, err := p.image()
		if err != nil {
			return err
		}
		p.seen = &picture{set: p.set, name: p.name, size: p.size, path: p.path + ".ppm"}
		f, err := os.Create(p.seen.path)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := writePPM(f, whitened(straight(img).Pix, p.size)); err != nil {
			return err
		}
	}
	return nil
}

// whitened returns a picture of straight RGBA over white.
func whitened(rgba []byte, size image.Point) *image.RGBA {
	out := image.NewRGBA(image.Rectangle{Max: size})
	for i := 0; i+3 < len(rgba); i += 4 {
		a := int(rgba[i+3])
		for c := range 3 {
			out.Pix[i+c] = uint8((int(rgba[i+c])*a + 255*(255-a) + 127) / 255)
		}
		out.Pix[i+3] = 255
	}
	return out
}

// readPAM reads the rest of a P7 file of RGB or RGBA, and returns it over white.
func readPAM(in *bufio.Reader) (*image.RGBA, error) {
	var w, h, depth int
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if line == "ENDHDR\n" {
			break
		}
		for name, v := range map[string]*int{"WIDTH": &w, "HEIGHT": &h, "DEPTH": &depth} {
			fmt.Sscanf(line, name+" %d", v)
		}
	}
	rgba := make([]byte, 4*w*h)
	for i := 0; i < len(rgba); i += 4 {
		rgba[i+3] = 255
		for c := range depth {
			var err error
			if rgba[i+c], err = in.ReadByte(); err != nil {
				return nil, err
			}
		}
	}
	return whitened(rgba, image.Pt(w, h)), nil
}
