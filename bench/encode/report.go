package main

import (
	"fmt"
	"image"
	"os/exec"
	"strings"
	"time"
)

// compared are the qualities of libjpeg-turbo that a table has.
var compared = []int{60, 75, 85, 90, 93}

// page is ENCODE.md.
func page(all []*result) string {
	var b strings.Builder
	p := func(f string, args ...any) { fmt.Fprintf(&b, f+"\n", args...) }
	p("# The JPEG encoder beside libjpeg-turbo\n")
	p("%s. `bench/encode/run.sh` measures it again. %s.\n", time.Now().Format("2 January 2006"), versions())
	p("%d photos, each scaled and cropped to four sizes: %s. Chroma is 4:2:0 on both sides; libjpeg-turbo runs as `cjpeg -quality N -optimize`. All figures are means over the photos of ratios of one run; files are decoded by `djpeg`.\n", len(photos), names())
	p("## Bytes at equal quality\n")
	p("Our bytes over libjpeg-turbo's, where both have the same score: that of libjpeg-turbo at the quality on the left. S2 is SSIMULACRA 2.1, butteraugli its 3-norm.\n")
	p("| size | quality | S2, baseline | S2, progressive | butteraugli, baseline | butteraugli, progressive |\n|---|--:|--:|--:|--:|--:|")
	for _, size := range sizes {
		for _, q := range compared {
			r := ratiosAt(ofSize(all, size), q)
			p("| %d×%d | %d | %.3f | %.3f | %.3f | %.3f |", size.X, size.Y, q, r[0], r[1], r[2], r[3])
		}
	}
	for _, q := range compared {
		r := ratiosAt(all, q)
		p("| all | %d | %.3f | %.3f | %.3f | %.3f |", q, r[0], r[1], r[2], r[3])
	}
	p("\n## The same Quality\n")
	p("What a Quality gives on either side. More is better of S2, less of butteraugli.\n")
	p("| size | quality | S2, ours | turbo | butteraugli, ours | turbo | bytes, baseline | progressive |\n|---|--:|--:|--:|--:|--:|--:|--:|")
	for _, size := range sizes {
		for _, q := range compared {
			p("| %d×%d | %d | %s |", size.X, size.Y, q, sameQuality(ofSize(all, size), q))
		}
	}
	p("\n## CPU at quality 85\n")
	p("Our time over libjpeg-turbo's for the same picture, both in their own process and in memory, the shortest of several in turn. A thumbnail of a JPEG comes as planes of 4:2:0, one of a PNG as RGB.\n")
	p("| size | planes | RGB | progressive from planes | turbo from RGB, ms | ours from RGB, ms |\n|---|--:|--:|--:|--:|--:|")
	for _, size := range sizes {
		p("| %d×%d | %s |", size.X, size.Y, cpuRow(ofSize(all, size)))
	}
	return b.String()
}

func versions() string {
	out, err := exec.Command("dpkg-query", "-W", "-f=${Package} ${Version}, ", "libjpeg-turbo-progs", "libjxl-devtools", "lomiri-wallpapers-16.04", "lomiri-wallpapers-20.04", "mate-backgrounds").Output()
	if err != nil {
		return "Debian"
	}
	return "Debian packages: " + strings.TrimSuffix(string(out), ", ")
}

func names() string {
	var all []string
	for _, p := range photos {
		all = append(all, p.name+" (`"+p.file+"`)")
	}
	return strings.Join(all, ", ")
}

func ofSize(all []*result, size image.Point) (some []*result) {
	for _, r := range all {
		if r.size == size {
			some = append(some, r)
		}
	}
	return some
}

func index(quality int) int {
	for i, q := range qualities {
		if q == quality {
			return i
		}
	}
	panic("no such quality")
}

// ratiosAt returns means of bytes at equal S2, baseline and progressive, and at equal butteraugli.
func ratiosAt(some []*result, quality int) (mean [4]float64) {
	for _, r := range some {
		t := r.turbo[index(quality)]
		n := t.bytes * float64(len(some))
		mean[0] += bytesAt(r.ours, s2, t.s2) / n
		mean[1] += bytesAt(r.progressive, s2, t.s2) / n
		mean[2] += bytesAt(r.ours, butteraugli, t.butteraugli) / n
		mean[3] += bytesAt(r.progressive, butteraugli, t.butteraugli) / n
	}
	return mean
}

func sameQuality(some []*result, quality int) string {
	var ours, turbo point
	bytes, progressive := 0.0, 0.0
	for _, r := range some {
		n := float64(len(some))
		o, t := r.ours[index(quality)], r.turbo[index(quality)]
		ours.s2, turbo.s2 = ours.s2+o.s2/n, turbo.s2+t.s2/n
		ours.butteraugli, turbo.butteraugli = ours.butteraugli+o.butteraugli/n, turbo.butteraugli+t.butteraugli/n
		bytes += o.bytes / t.bytes / n
		progressive += r.progressive[index(quality)].bytes / t.bytes / n
	}
	return fmt.Sprintf("%.2f | %.2f | %.3f | %.3f | %.3f | %.3f", ours.s2, turbo.s2, ours.butteraugli, turbo.butteraugli, bytes, progressive)
}

func cpuRow(some []*result) string {
	var m [5]float64
	for _, r := range some {
		n, c := float64(len(some)), r.cpu
		m[0] += c.oursPlanes / c.turboPlanes / n
		m[1] += c.oursRGB / c.turboRGB / n
		m[2] += c.oursProgressive / c.turboPlanes / n
		m[3] += c.turboRGB / 1000 / n
		m[4] += c.oursRGB / 1000 / n
	}
	return fmt.Sprintf("%.2f | %.2f | %.2f | %.2f | %.2f", m[0], m[1], m[2], m[3], m[4])
}
