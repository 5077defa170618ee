package main

import (
	"math"
	"os"
	"strconv"
	"strings"
)

// A patch has the inks, 0 to 1, and CIELAB's f of X, Y and Z relative to the paper.
type patch struct {
	inks   [4]float64
	f      [3]float64
	weight float64
}

// readTable reads a table in the format of Argyll CMS: SAMPLE_ID, C, M, Y, K, X, Y, Z and more.
func readTable(name string) (patches []patch) {
	data, err := os.ReadFile(name)
	check(err)
	_, rest, _ := strings.Cut(string(data), "BEGIN_DATA\r\n")
	rest, _, _ = strings.Cut(rest, "END_DATA")
	var paper [3]float64
	for line := range strings.Lines(rest) {
		words := strings.Fields(line)
		if len(words) < 8 {
			continue
		}
		var v [7]float64
		for i := range v {
			v[i], err = strconv.ParseFloat(words[i+1], 64)
			check(err)
		}
		p := patch{inks: [4]float64{v[0] / 100, v[1] / 100, v[2] / 100, v[3] / 100}, f: [3]float64(v[4:])}
		if p.inks == ([4]float64{}) && paper == ([3]float64{}) {
			paper = p.f
		}
		patches = append(patches, p)
	}
	for i := range patches {
		p := &patches[i]
		p.weight = 1 / float64(len(patches))
		for c := range p.f {
			p.f[c] = root(p.f[c] / paper[c])
		}
	}
	return patches
}

// root is the function f in the definition of CIELAB (ISO/CIE 11664-4); unroot is its inverse.
func root(t float64) float64 {
	if t > 216.0/24389 {
		return math.Cbrt(t)
	}
	return (24389.0/27*t + 16) / 116
}

func unroot(f float64) float64 {
	if f > 6.0/29 {
		return f * f * f
	}
	return 3 * 6 * 6 / 29.0 / 29 * (f - 4.0/29)
}
