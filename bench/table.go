package main

import (
	"fmt"
	"strings"
)

// A row is a kind of work, and the target for its CPU time divided by that of libvips.
type row struct {
	work   string
	job    job
	target float64
	inputs []string
}

// name returns the work as the name of a benchmark.
func (r row) name() string {
	return fmt.Sprintf("%s→%dx%d-%s-%s", r.inputs[0], r.job.w, r.job.h, r.job.crop, r.output())
}

// output returns the output of the job: webp if the work ends with it, else jpeg.
func (r row) output() string {
	if strings.HasSuffix(r.work, "WebP") {
		return "webp"
	}
	return "jpeg"
}

var (
	baseline      = []string{"elephants-12mp.jpg", "dragonfly-12mp.jpg", "kleiber-12mp.jpg", "dog-12mp.jpg"}
	progressive12 = []string{"elephants-12mp-progressive.jpg", "dragonfly-12mp-progressive.jpg", "kleiber-12mp-progressive.jpg"}
	progressive18 = []string{"elephants-18mp.jpg", "kleiber-18mp.jpg", "seeding-18mp.jpg"}
)

var table = []row{
	{"12 MP baseline 4:2:0 JPEG → 200×200 crop", job{200, 200, "center"}, 0.45, baseline},
	{"the same, smart against attention", job{200, 200, "attention"}, 0.50, baseline},
	{"2.3 MP baseline JPEG → 200×200 crop", job{200, 200, "center"}, 0.45,
		[]string{"raindrops-2mp.jpg", "blinds-2mp.jpg", "life-2mp.jpg", "picos-2mp.jpg"}},
	{"12 MP progressive JPEG → 200×200 crop", job{200, 200, "center"}, 0.06, progressive12},
	{"18 MP progressive JPEG → 200×200 crop", job{200, 200, "center"}, 0.06, progressive18},
	{"12 MP baseline 4:2:0 JPEG → 800×600", job{800, 600, "center"}, 0.60, baseline},
	{"12 MP baseline 4:2:0 JPEG → 1600×1200", job{1600, 1200, "center"}, 0.75, baseline},
	{"12 MP baseline 4:2:0 JPEG → 800×600 WebP", job{800, 600, "center"}, 0.55, baseline},
	{"14.7 MP RGBA PNG → 200×200 crop", job{200, 200, "center"}, 0.60,
		[]string{"patak-14.7mp.png", "seeding-14.7mp.png", "kleiber-14.7mp.png", "elephants-14.7mp.png"}},
	{"2.5 MP RGB PNG → 200×200 crop", job{200, 200, "center"}, 0.60,
		[]string{"mate-cold-2.5mp.png", "life-2.5mp.png", "picos-2.5mp.png", "dragonfly-2.5mp.png"}},
	{"16.8 MP lossy WebP → 200×200 crop", job{200, 200, "center"}, 1.00,
		[]string{"wood-16.8mp.webp", "seeding-16.8mp.webp", "kleiber-16.8mp.webp", "elephants-16.8mp.webp"}},
	{"12 MP TIFF, uncompressed → 200×200 crop", job{200, 200, "center"}, 0.60, []string{"elephants-plain.tif", "kleiber-plain.tif", "dragonfly-plain.tif"}},
	{"12 MP TIFF, deflate → 200×200 crop", job{200, 200, "center"}, 0.60, []string{"elephants-deflate.tif", "kleiber-deflate.tif", "dragonfly-deflate.tif"}},
	{"12 MP TIFF, LZW → 200×200 crop", job{200, 200, "center"}, 0.60, []string{"elephants-lzw.tif", "kleiber-lzw.tif", "dragonfly-lzw.tif"}},
	{"12 MP TIFF, JPEG → 200×200 crop", job{200, 200, "center"}, 0.60, []string{"elephants-jpeg.tif", "kleiber-jpeg.tif", "dragonfly-jpeg.tif"}},
	{"12 MP TIFF, PackBits → 200×200 crop", job{200, 200, "center"}, 0.60, []string{"elephants-packbits.tif", "kleiber-packbits.tif", "dragonfly-packbits.tif"}},
	{"12 MP TIFF, tiles → 200×200 crop", job{200, 200, "center"}, 0.60, []string{"elephants-tiles.tif", "kleiber-tiles.tif", "dragonfly-tiles-lzw.tif"}},
	{"12 MP BMP → 200×200 crop", job{200, 200, "center"}, 0.60, []string{"elephants.bmp", "kleiber.bmp", "dragonfly.bmp"}},
}

// Measurements with several thumbnails at a time use the work of the first row.
const (
	speedupTarget = 1.85 // two workers on two cores against one, in pictures per second
	crowd         = 8    // thumbnails at a time
	crowdTarget   = 0.50 // peak resident memory, divided by that of libvips
)
