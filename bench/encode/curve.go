package main

import (
	"bytes"
	"image"
	"math"
	"os"
	"os/exec"
	"sync"
)

// point is a file encoded at one quality, and its scores.
type point struct {
	quality int
	bytes   float64
	score
}

// A decoder returns the pixels of a file. It runs the reference decoder of the format.
type decoder func(b *bench, file []byte) (*image.RGBA, error)

// printing returns a decoder that runs a program, which reads a file and prints a PPM.
func printing(args ...string) decoder {
	return func(_ *bench, file []byte) (*image.RGBA, error) {
		f, err := os.CreateTemp("", "encoded-*")
		if err != nil {
			return nil, err
		}
		defer os.Remove(f.Name())
		if _, err = f.Write(file); err != nil {
			return nil, err
		}
		if err = f.Close(); err != nil {
			return nil, err
		}
		words := append([]string(nil), args...)
		for i, w := range words {
			if w == "{in}" {
				words[i] = f.Name()
			}
		}
		out, err := exec.Command(words[0], words[1:]...).Output()
		if err != nil {
			return nil, err
		}
		return readPPM(bytes.NewReader(out))
	}
}

// curve returns the points of a picture, one for each quality.
func (b *bench) curve(s side, p *picture, qualities []int, decode decoder) ([]point, error) {
	curve, errs := make([]point, len(qualities)), make([]error, len(qualities))
	var wg sync.WaitGroup
	two := make(chan struct{}, 2)
	for i, quality := range qualities {
		two <- struct{}{}
		wg.Go(func() {
			curve[i], errs[i] = b.point(s, p, quality, decode)
			<-two
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return curve, nil
}

func (b *bench) point(s side, p *picture, quality int, decode decoder) (point, error) {
	file, err := s.encode(b, p, quality)
	if err != nil {
		return point{}, err
	}
	img, err := decode(b, file)
	if err != nil {
		return point{}, err
	}
	score, err := b.scores.of(p, img)
	return point{quality, float64(len(file)), score}, err
}

// The scores by which files are compared.
func bySSIMULACRA2(p point) float64 { return p.S2 }
func byButteraugli(p point) float64 { return p.Butteraugli }

// bytesAt returns the size in bytes that a file with a given score would have. It interpolates the logarithm of the size
// linearly between two points of a curve.
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

// at returns the point of a quality.
func at(curve []point, quality int) point {
	for _, p := range curve {
		if p.quality == quality {
			return p
		}
	}
	panic("no such quality")
}
