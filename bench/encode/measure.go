package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/rest-thumbnails/thumbnail/bench/ssimulacra2"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// qualities are what curves are made of.
var qualities = []int{40, 50, 60, 70, 75, 80, 85, 90, 93, 96}

// result is what was measured of a photo at a size.
type result struct {
	photo photo
	size  image.Point
	path  string

	turbo, ours, progressive []point // by qualities; of a progressive file the pixels are the same
	cpu                      cpuTimes
}

// point is a picture of some quality.
type point struct {
	bytes       float64
	s2          float64 // SSIMULACRA 2
	butteraugli float64 // 3-norm
}

func (r *result) measureCurves() error {
	img, err := loadPPM(r.path)
	if err != nil {
		return err
	}
	reference := ssimulacra2.NewReference(img)
	for _, quality := range qualities {
		theirs, err := exec.Command("cjpeg", "-quality", fmt.Sprint(quality), "-optimize", r.path).Output()
		if err != nil {
			return err
		}
		p, err := measure(reference, r.path, theirs)
		if err != nil {
			return err
		}
		r.turbo = append(r.turbo, p)
		e := processors.JPEG{Quality: quality, Baseline: true}
		var baseline, progressive bytes.Buffer
		if err := e.EncodeContext(context.Background(), &baseline, img); err != nil {
			return err
		}
		if p, err = measure(reference, r.path, baseline.Bytes()); err != nil {
			return err
		}
		r.ours = append(r.ours, p)
		e = processors.JPEG{Quality: quality, Progressive: true}
		if err := e.EncodeContext(context.Background(), &progressive, img); err != nil {
			return err
		}
		p.bytes = float64(progressive.Len())
		r.progressive = append(r.progressive, p)
	}
	return nil
}

// measure decodes a file as libjpeg-turbo does, and compares it with the original at path.
func measure(reference *ssimulacra2.Reference, path string, file []byte) (p point, err error) {
	p.bytes = float64(len(file))
	cmd := exec.Command("djpeg")
	cmd.Stdin = bytes.NewReader(file)
	decoded, err := cmd.Output()
	if err != nil {
		return p, err
	}
	img, err := readPPM(bytes.NewReader(decoded))
	if err != nil {
		return p, err
	}
	if p.s2, err = reference.Score(img); err != nil {
		return p, err
	}
	f, err := os.CreateTemp("", "*.ppm")
	if err != nil {
		return p, err
	}
	defer os.Remove(f.Name())
	if _, err = f.Write(decoded); err != nil {
		return p, err
	}
	if err = f.Close(); err != nil {
		return p, err
	}
	out, err := exec.Command("butteraugli_main", path, f.Name()).Output()
	if err != nil {
		return p, err
	}
	_, norm, ok := strings.Cut(string(out), "3-norm:")
	if !ok {
		return p, fmt.Errorf("butteraugli_main printed %q", out)
	}
	p.butteraugli, err = strconv.ParseFloat(strings.TrimSpace(norm), 64)
	return p, err
}

func s2(p point) float64          { return p.s2 }
func butteraugli(p point) float64 { return p.butteraugli }

// bytesAt returns how many bytes a picture of that score takes: between two points of a curve, the
// logarithm of the bytes is taken to be linear.
func bytesAt(curve []point, score func(point) float64, want float64) float64 {
	i := 1
	rises := score(curve[len(curve)-1]) > score(curve[0])
	for i < len(curve)-1 && (score(curve[i]) < want) == rises {
		i++
	}
	a, b := curve[i-1], curve[i]
	part := (want - score(a)) / (score(b) - score(a))
	return math.Exp(math.Log(a.bytes) + part*(math.Log(b.bytes)-math.Log(a.bytes)))
}
