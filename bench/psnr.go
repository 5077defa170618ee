package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/rest-thumbnails/thumbnail/processors"
)

// tuningWidths are for a picture of 4000 columns; of others, as large a part of the width is asked for.
var tuningWidths = []int{200, 267, 300, 400, 533, 640, 800, 1067, 1280, 1600}

// printPSNR prints how close thumbnails of JPEGs come to the reference, by the size they are decoded at, beside libvips:
// the table that the rule of processors.MinDecode is made from.
func printPSNR(out io.Writer, vips *worker, photos []string) error {
	for _, photo := range photos {
		if err := printPhoto(out, vips, photo); err != nil {
			return fmt.Errorf("%s: %w", photo, err)
		}
	}
	return nil
}

func printPhoto(out io.Writer, vips *worker, photo string) error {
	data, err := os.ReadFile(photo)
	if err != nil {
		return err
	}
	full, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return err
	}
	header, err := processors.DecodeHeader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	size := full.Bounds().Size()
	if header.Orientation > 1 {
		return fmt.Errorf("orientation %d: the reference is of upright pictures", header.Orientation)
	}
	var jobs []job
	var wants []want
	for _, w := range tuningWidths {
		j := job{(w*size.X + 2000) / 4000, 0, "none"}
		jobs = append(jobs, j)
		wants = append(wants, conventions(size, j)...)
	}
	references := reference(full, wants)
	if err := vips.load(photo); err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s, %d×%d, %.1f MB: PSNR in dB, * what MinDecode chooses\n", filepath.Base(photo), size.X, size.Y, float64(len(data))/1e6)
	fmt.Fprintf(out, "%6s %7s %8s  %s\n", "width", "left", "libvips", "     1/8     2/8     3/8     4/8     5/8     6/8     7/8     8/8")
	per := len(references) / len(jobs)
	for i, j := range jobs {
		if err := vips.set(j, "picture"); err != nil {
			return err
		}
		theirs, err := vips.picture()
		if err != nil {
			return err
		}
		line, err := ours(data, header, j, references[i*per:][:per])
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%6d %6.2fx %8.1f  %s\n", j.w, float64(size.X)/float64(j.w), judge(theirs, references[i*per:][:per]).psnr, line)
	}
	return nil
}

// ours is a row of the table: from every number of eighths that leaves something to shrink.
func ours(data []byte, h processors.Header, j job, references []*raster) (string, error) {
	var line strings.Builder
	chosen := eighths(h.Size, processors.MinDecode(processors.Scale{}, h.Size, j.w, j.h))
	for n := 1; n <= 8; n++ {
		if h.Size.X*n < 8*j.w {
			line.WriteString("       -")
			continue
		}
		least := image.Pt(h.Size.X*n/8, h.Size.Y*n/8)
		picture, err := processors.Decode(context.Background(), data, h, least)
		if err != nil {
			return "", err
		}
		thumb, err := picture.Apply(context.Background(), processors.Scale{}, j.w, j.h)
		if err != nil {
			return "", err
		}
		mark := " "
		if n == chosen {
			mark = "*"
		}
		fmt.Fprintf(&line, "  %5.1f%s", judge(sampleOf(thumb), references).psnr, mark)
		picture.Release()
	}
	return line.String(), nil
}

// eighths is the smallest decode that is no less than least.
func eighths(size, least image.Point) int {
	for n := 1; n < 8 && least != (image.Point{}); n++ {
		if size.X*n >= 8*least.X && size.Y*n >= 8*least.Y {
			return n
		}
	}
	return 8
}

// conventions are the references for a picture that is as wide as asked for, and covers the height: its sides are rounded, and either the
// source is stretched to the rounded size, or shrunk alike in both directions and laid in the middle.
func conventions(size image.Point, j job) []want {
	shrink := math.Inf(1)
	if j.w > 0 {
		shrink = float64(size.X) / float64(j.w)
	}
	if j.h > 0 {
		shrink = math.Min(shrink, float64(size.Y)/float64(j.h))
	}
	w, h := math.Round(float64(size.X)/shrink), math.Round(float64(size.Y)/shrink)
	to := image.Pt(int(w), int(h))
	mx, my := (float64(size.X)-w*shrink)/2, (float64(size.Y)-h*shrink)/2
	return []want{
		{box{0, 0, float64(size.X), float64(size.Y)}, to},
		{box{mx, my, float64(size.X) - mx, float64(size.Y) - my}, to},
	}
}
