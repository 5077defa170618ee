package main

import (
	"fmt"
	"strings"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/specimen"
)

// A way has the name and the command of one way to store a picture.
type way struct{ name, command string }

// all makes a file for each combination of a picture and a way.
func (b *bench) all(class, format, ext, expect string, pictures []picture, ways []way) error {
	for _, p := range pictures {
		for _, w := range ways {
			f := file{name: fmt.Sprintf("%s/%s-%s%s", class, p.name, w.name, ext), format: format, features: w.name, expect: expect, of: p}
			if err := b.make(f, w.command); err != nil {
				return err
			}
		}
	}
	return nil
}

// jpegs makes JPEGs: chroma subsampling, scans, restart intervals, gray, CMYK, profiles, orientations.
func jpegs(b *bench) error {
	var ways, archive []way
	for _, sample := range []string{"1x1", "2x1", "1x2", "2x2", "4x1"} {
		for _, scans := range []way{{"baseline", ""}, {"progressive", "-progressive"}, {"restart", "-restart 1"}, {"optimized", "-optimize -quality 95"}} {
			ways = append(ways, way{sample + "-" + scans.name, "convert IN.png IN.ppm && cjpeg -sample " + sample + " " + scans.command + " -outfile OUT IN.ppm"})
		}
	}
	ways = append(ways, way{"gray", "convert IN.png IN.ppm && cjpeg -grayscale -outfile OUT IN.ppm"},
		way{"gray-progressive", "convert IN.png IN.ppm && cjpeg -grayscale -progressive -outfile OUT IN.ppm"},
		way{"rgb", "convert IN.png IN.ppm && cjpeg -rgb -outfile OUT IN.ppm"})
	archive = append(archive, way{"arithmetic", "convert IN.png IN.ppm && cjpeg -arithmetic -outfile OUT IN.ppm"},
		way{"arithmetic-progressive", "convert IN.png IN.ppm && cjpeg -arithmetic -progressive -outfile OUT IN.ppm"})
	if err := b.all("jpeg", "JPEG", ".jpg", "ok", []picture{b.mountain, b.dogs}, ways); err != nil {
		return err
	}
	if err := b.all("jpeg", "JPEG", ".jpg", "optional", []picture{b.mountain, b.dogs}, archive); err != nil {
		return err
	}
	img, err := b.image(b.mountain)
	if err != nil {
		return err
	}
	b.add(file{name: "cmyk/mountain-inks.jpg", format: "JPEG", features: "four inks", expect: "ok", of: b.mountain, data: specimen.CMYKJPEG(img, 90)})
	for orientation := 1; orientation <= 8; orientation++ {
		b.add(file{name: fmt.Sprintf("exif/mountain-%d.jpg", orientation), format: "JPEG", features: "orientation", expect: "ok", of: b.mountain,
			turned: orientation > 4, data: specimen.WithOrientation(jpegOf(img, 90), orientation)})
	}
	for _, space := range []specimen.Space{specimen.SRGB, specimen.DisplayP3, specimen.AdobeRGB, specimen.ProPhoto, specimen.Rec2020} {
		name := strings.ReplaceAll(strings.ToLower(strings.Fields(space.Name)[0]), ".", "")
		b.add(file{name: "icc/mountain-" + name + ".jpg", format: "JPEG", features: "profile " + space.Name, expect: "ok", of: b.mountain,
			data: specimen.WithProfile(jpegOf(space.Of(img), 92), space.Profile())})
	}
	return nil
}

// pngs makes PNGs: color types and depths, interlacing, filters, transparency, gamma.
func pngs(b *bench) error {
	types := []way{
		{"gray8", "-colorspace Gray -alpha off -depth 8 -define png:color-type=0 -define png:bit-depth=8"},
		{"gray16", "-colorspace Gray -alpha off -depth 16 -define png:color-type=0 -define png:bit-depth=16"},
		{"rgb8", "-alpha off -define png:color-type=2 -define png:bit-depth=8"},
		{"rgb16", "-alpha off -define png:color-type=2 -define png:bit-depth=16"},
		{"palette8", "-alpha off +dither -colors 200 -define png:color-type=3 -define png:bit-depth=8"},
		{"palette4", "-alpha off +dither -colors 15 -define png:color-type=3 -define png:bit-depth=4"},
		{"palette2", "-alpha off +dither -colors 4 -define png:color-type=3 -define png:bit-depth=2"},
		{"dithered", "-alpha off -colors 15 -define png:color-type=3 -define png:bit-depth=4"},
		{"palette1", "-alpha off +dither -colors 2 -define png:color-type=3 -define png:bit-depth=1"},
		{"graya8", "-colorspace Gray -define png:color-type=4 -define png:bit-depth=8"},
		{"graya16", "-colorspace Gray -define png:color-type=4 -define png:bit-depth=16"},
		{"rgba8", "-define png:color-type=6 -define png:bit-depth=8"},
		{"rgba16", "-define png:color-type=6 -define png:bit-depth=16"},
	}
	const noColor = " -define png:exclude-chunks=gAMA,cHRM,date,time,bKGD "
	var ways []way
	for _, t := range types {
		ways = append(ways, way{t.name, "convert IN.png " + t.command + noColor + "png:OUT"},
			way{t.name + "-interlaced", "convert IN.png " + t.command + noColor + "-interlace PNG png:OUT"})
	}
	if err := b.all("png", "PNG", ".png", "ok", []picture{b.drawing, b.bowl, b.deep}, ways); err != nil {
		return err
	}
	ways = nil
	for filter := range 5 {
		ways = append(ways, way{fmt.Sprintf("filter%d", filter), fmt.Sprintf("convert IN.png%s-define png:compression-filter=%d -define png:compression-level=%d png:OUT", noColor, filter, 2*filter+1)})
	}
	ways = append(ways, way{"gamma", "convert IN.png -define png:exclude-chunks=date,time,bKGD -set gamma 0.45455 png:OUT"})
	return b.all("png", "PNG", ".png", "ok", []picture{b.mountain, b.noise, b.dot}, ways)
}

// gifs makes GIFs: stills with different palettes, and animations with every disposal method.
func gifs(b *bench) error {
	var ways []way
	for _, colors := range []int{2, 5, 16, 100, 256} {
		ways = append(ways, way{fmt.Sprintf("colors%d", colors), fmt.Sprintf("convert IN.png +dither -colors %d gif:OUT", colors)},
			way{fmt.Sprintf("colors%d-interlaced", colors), fmt.Sprintf("convert IN.png +dither -colors %d -interlace GIF gif:OUT", colors)})
	}
	ways = append(ways, way{"uncompressed", "convert IN.png -compress None gif:OUT"}, way{"dithered", "convert IN.png -colors 16 gif:OUT"})
	if err := b.all("gif", "GIF", ".gif", "ok", []picture{b.mountain, b.drawing, b.bowl, b.dot}, ways); err != nil {
		return err
	}
	ways = nil
	for _, disposal := range []string{"None", "Background", "Previous"} {
		ways = append(ways, way{"animated-" + strings.ToLower(disposal), "convert -delay 7 -dispose " + disposal + " IN.png '(' IN.png -crop 60%x50%+3+2 ')' '(' IN.png -negate -crop 30%x70%+9+4 ')' -loop 3 gif:OUT"})
	}
	return b.all("gif", "GIF", ".gif", "ok", []picture{b.mountain, b.drawing, b.bowl, b.deep}, ways)
}

// webps makes WebPs: lossy and lossless, alpha, filters, partitions, animations.
func webps(b *bench) error {
	ways := []way{
		{"lossy", "cwebp -quiet -q 80 IN.png -o OUT"}, {"lossy-low", "cwebp -quiet -q 5 IN.png -o OUT"}, {"simple-filter", "cwebp -quiet -q 60 -nostrong IN.png -o OUT"},
		{"no-filter", "cwebp -quiet -q 90 -f 0 IN.png -o OUT"}, {"one-segment", "cwebp -quiet -segments 1 IN.png -o OUT"}, {"sharp", "cwebp -quiet -sharp_yuv -m 6 IN.png -o OUT"},
		{"partitions", "cwebp -quiet -partition_limit 60 -low_memory IN.png -o OUT"}, {"lossy-alpha", "cwebp -quiet -alpha_q 30 -alpha_filter best IN.png -o OUT"},
		{"lossless-0", "cwebp -quiet -lossless -z 0 IN.png -o OUT"}, {"lossless-6", "cwebp -quiet -lossless -z 6 IN.png -o OUT"}, {"lossless-9", "cwebp -quiet -lossless -z 9 IN.png -o OUT"},
		{"lossless-exact", "cwebp -quiet -lossless -exact IN.png -o OUT"}, {"near-lossless", "cwebp -quiet -near_lossless 30 IN.png -o OUT"},
	}
	if err := b.all("webp", "WebP", ".webp", "ok", []picture{b.mountain, b.bowl, b.drawing, b.noise, b.dot}, ways); err != nil {
		return err
	}
	animated := []way{{"animated-mixed", "convert -delay 7 -dispose Previous IN.png '(' IN.png -crop 60%x50%+3+2 ')' gif:x.gif && gif2webp -quiet -mixed x.gif -o OUT"},
		{"animated-lossy", "convert -delay 7 IN.png '(' IN.png -negate ')' gif:x.gif && gif2webp -quiet -lossy x.gif -o OUT"}}
	return b.all("webp", "WebP", ".webp", "lenient", []picture{b.mountain, b.drawing}, animated)
}

// others makes TIFF, BMP and ICO files, some of which the reference can't read.
func others(b *bench) error {
	var tiffs []way
	for _, compression := range []string{"none", "lzw", "zip", "packbits"} {
		tiffs = append(tiffs, way{compression, "convert IN.png -alpha off -compress None x.tif && tiffcp -c " + compression + " x.tif OUT"},
			way{compression + "-tiles", "convert IN.png -alpha off -compress None x.tif && tiffcp -t -w 48 -l 32 -c " + compression + " x.tif OUT"},
			way{compression + "-planes", "convert IN.png -alpha off -type TrueColor -depth 8 -compress None x.tif && tiffcp -p separate -c " + compression + " x.tif OUT"},
			way{compression + "-big", "convert IN.png -alpha off -compress None x.tif && tiffcp -8 -B -c " + compression + " x.tif OUT"})
	}
	for _, fax := range []string{"g3:1d", "g3:2d", "g4"} {
		tiffs = append(tiffs, way{strings.ReplaceAll(fax, ":", "-"), "convert IN.png -alpha off -monochrome -type bilevel -depth 1 -compress None x.tif && tiffcp -c " + fax + " x.tif OUT"})
	}
	if err := b.all("tiff", "TIFF", ".tif", "optional", []picture{b.mountain, b.drawing}, tiffs); err != nil {
		return err
	}
	bmps := []way{{"rgb", "convert IN.png -alpha off bmp3:OUT"}, {"palette", "convert IN.png -alpha off -colors 200 bmp3:OUT"}, {"palette4", "convert IN.png -alpha off -colors 14 bmp3:OUT"},
		{"bits", "convert IN.png -alpha off -monochrome bmp3:OUT"}, {"os2", "convert IN.png -alpha off bmp2:OUT"}, {"runs", "convert IN.png -alpha off -colors 200 -compress RLE bmp3:OUT"}}
	if err := b.all("bmp", "BMP", ".bmp", "optional", []picture{b.mountain, b.drawing, b.dot}, bmps); err != nil {
		return err
	}
	icons := []way{{"icon", "convert IN.png ico:OUT"}, {"icon-palette", "convert IN.png -colors 14 ico:OUT"}}
	return b.all("ico", "ICO", ".ico", "optional", []picture{b.bowl, b.drawing}, icons)
}
