package main

import (
	"log"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// fitGains repeatedly changes one gain by half a percent, as long as the change reduces the difference.
func fitGains(terms []term, patches []patch, shown [][3]float64) [4]float64 {
	var steps [4]int
	gains := func() (g [4]float64) {
		for i := range g {
			g[i] = float64(steps[i]) / 200
		}
		return g
	}
	best := difference(terms, gains(), patches, shown)
	for better := true; better; {
		better = false
		for i := range steps {
			for _, d := range []int{-1, 1} {
				steps[i] += d
				if m := difference(terms, gains(), patches, shown); m < best-1e-4 {
					best, better = m, true
				} else {
					steps[i] -= d
				}
			}
		}
	}
	return gains()
}

// difference returns the mean ΔE2000 between the polynomial and the colors of libvips.
func difference(terms []term, gains [4]float64, patches []patch, shown [][3]float64) (mean float64) {
	for i, p := range patches {
		got := onAScreen(terms, grown(p.inks, gains))
		want := imagetest.Lab(shown[i][0], shown[i][1], shown[i][2])
		mean += imagetest.DeltaE2000(want, got) / float64(len(patches))
	}
	return mean
}

// grown returns the tone values on paper, with dot gain.
func grown(inks, gains [4]float64) [4]float64 {
	for i, x := range inks {
		inks[i] = x + 4*gains[i]*x*(1-x)
	}
	return inks
}

// onScreen returns the patches with the colors of libvips, without those on the boundary of the gamut of sRGB.
func onScreen(patches []patch, shown [][3]float64, gains [4]float64) (out []patch) {
	for i, p := range patches {
		if s := shown[i]; min(s[0], s[1], s[2]) > 0 && max(s[0], s[1], s[2]) < 1 {
			lab := imagetest.Lab(s[0], s[1], s[2])
			f := (lab[0] + 16) / 116
			out = append(out, patch{grown(p.inks, gains), [3]float64{f + lab[1]/500, f, f - lab[2]/200}, p.weight})
		}
	}
	return out
}

// onAScreen returns the CIELAB color of tone values on paper, clipped to the gamut of sRGB.
func onAScreen(terms []term, inks [4]float64) [3]float64 {
	f := [3]float64{1, 1, 1}
	for _, t := range terms {
		v := t.of(inks)
		for c := range f {
			f[c] += v * t.factors[c]
		}
	}
	x, y, z := 0.9642*unroot(f[0]), unroot(f[1]), 0.8249*unroot(f[2])
	encode := func(v float64) float64 {
		if v = min(max(v, 0), 1); v <= 0.0031308 {
			return 12.92 * v
		}
		return 1.055*math.Pow(v, 1/2.4) - 0.055
	}
	return imagetest.Lab(encode(3.1338561*x-1.6168667*y-0.4906146*z), encode(-0.9787684*x+1.9161415*y+0.0334540*z),
		encode(0.0719453*x-0.2289914*y+1.4052427*z))
}

// libvips returns the colors that libvips computes for patches, 0 to 1 per channel.
func libvips(patches []patch) (out [][3]float64) {
	var raw []byte
	for _, p := range patches {
		for _, v := range p.inks {
			raw = append(raw, byte(math.Round(255*v)))
		}
	}
	dir, err := os.MkdirTemp("", "press")
	check(err)
	defer os.RemoveAll(dir)
	file := func(name string) string { return filepath.Join(dir, name) }
	check(os.WriteFile(file("raw"), raw, 0o600))
	for _, args := range [][]string{
		{"rawload", file("raw"), file("raw.v"), strconv.Itoa(len(patches)), "1", "4"},
		{"copy", file("raw.v"), file("inks.v"), "--interpretation", "cmyk"},
		{"colourspace", file("inks.v"), file("shown.v"), "srgb"},
		{"rawsave", file("shown.v"), file("rgb")},
	} {
		message, err := exec.Command("vips", args...).CombinedOutput()
		if err != nil {
			log.Fatalf("vips %v: %v: %s", args, err, message)
		}
	}
	rgb, err := os.ReadFile(file("rgb"))
	check(err)
	for ; len(rgb) >= 3; rgb = rgb[3:] {
		out = append(out, [3]float64{float64(rgb[0]) / 255, float64(rgb[1]) / 255, float64(rgb[2]) / 255})
	}
	if len(out) != len(patches) {
		log.Fatalf("vips has made %d colors of %d", len(out), len(patches))
	}
	return out
}
