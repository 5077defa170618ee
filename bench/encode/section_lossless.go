package main

import (
	"image"

	"github.com/rest-thumbnails/thumbnail"
	room "github.com/rest-thumbnails/thumbnail/internal/codec/webp"
	"github.com/rest-thumbnails/thumbnail/processors"
)

func writeWebPLossless(b *bench, p printer) error {
	level := func(z string) side {
		return command("cwebp -quiet -lossless -z "+z+" {in} -o -").timedBy("webp", "{raw} 0 0 "+z+" 2")
	}
	l := lossless{
		subject: ours("`processors.WebP{Lossless: processors.LosslessAlways}`", func(int) thumbnail.Encoder { return processors.WebP{Lossless: processors.LosslessAlways} }),
		theirs:  []side{level("6")},
		decode:  decodedBy(room.Format),
	}
	var err error
	if l.pictures, err = b.drawn(); err != nil {
		return err
	}
	p("%s, %s. Flat and transparent art is scaled by vips, screenshots show pages that this program generates.\n",
		today(), packages("webp", "libwebp7", "mate-backgrounds", "gnome-backgrounds", "adwaita-icon-theme", "chromium"))
	return l.write(b, p)
}

// drawn returns the pictures that are not photos.
func (b *bench) drawn() (all []*picture, err error) {
	opaque, err := b.scaledTo("flat art", flat, 640)
	if err != nil {
		return nil, err
	}
	icons, err := b.scaledTo("transparent art", transparent, 256)
	if err != nil {
		return nil, err
	}
	shots, err := b.screenshots()
	if err != nil {
		return nil, err
	}
	return append(append(opaque, icons...), shots...), nil
}

func writePNG(b *bench, p printer) error {
	l := lossless{
		subject: ours("`processors.PNG{}`", func(int) thumbnail.Encoder { return processors.PNG{} }),
		theirs: []side{
			command("vips copy {in} {out}.png[strip]").timedBy("vips", "{in} .png[strip] 3"),
			command("optipng -quiet -o2 -clobber {in} -out {out}.png").untimed(),
		},
		decode: decodedAsPNG,
	}
	pictures, err := b.drawn()
	if err != nil {
		return err
	}
	photos, err := b.photosOf([]image.Point{{X: 400, Y: 300}})
	if err != nil {
		return err
	}
	if photos, err = b.asPNG(photos); err != nil {
		return err
	}
	l.pictures = append(pictures, photos...)
	p("%s, %s. Flat and transparent art is scaled by vips, screenshots show pages that this program generates. CPU time of vips is that in memory; optipng takes seconds.\n",
		today(), packages("libvips42", "optipng", "mate-backgrounds", "gnome-backgrounds", "adwaita-icon-theme", "chromium"))
	return l.write(b, p)
}
