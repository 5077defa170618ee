package main

import (
	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// cwebp returns the side of libwebp's encoder, with its default of one thread.
func cwebp(method string) side {
	return command("cwebp -quiet -q {q} -m "+method+" {in} -o -").timedBy("webp", "{in} {q} "+method+" 0 3")
}

func writeWebP(b *bench, p printer) error {
	effort := func(name string, effort int) side {
		return ours("`processors.WebP{"+name+"}`", func(q int) thumbnail.Encoder {
			return processors.WebP{Quality: q, Effort: effort, Lossless: processors.LosslessNever}
		})
	}
	l := lossy{
		pairs: []pair{
			{name: "default vs. -m 4", subject: effort("", 0), theirs: cwebp("4")},
			{name: "effort 2 vs. -m 2", subject: effort("Effort: 2", 2), theirs: cwebp("2")},
			{name: "effort 6 vs. -m 6", subject: effort("Effort: 6", 6), theirs: cwebp("6")},
		},
		qualities: []int{50, 60, 70, 80, 90},
		compared:  []int{60, 70, 80},
		timed:     80,
		decode:    printing("dwebp", "-quiet", "-ppm", "{in}", "-o", "-"),
		sizes:     b.sizes,
	}
	p("%s, %s. %s CPU time of libwebp is that of WebPEncode in memory.\n", today(), packages(b.set.with("webp", "libwebp7", "libjxl-devtools")...), b.photoNames())
	l.writePairs(p)
	return l.write(b, p)
}
