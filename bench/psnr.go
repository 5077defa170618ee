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

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/engine"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// tuningWidths are the thumbnail widths for a picture of 4000 columns. For other pictures they are scaled
// in proportion.
var tuningWidths = []int{200, 267, 300, 400, 533, 640, 800, 1067, 1280, 1600}

// printPSNR prints the PSNR of thumbnails of JPEGs by the scale at which they are decoded, and that of
// libvips. The rule of processors.MinDecode is based on this table.
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
	header, err := headerOf(data)
	if err != nil {
		return err
	}
	size := full.Bounds().Size()
	if header.Orientation > 1 {
		return fmt.Errorf("orientation %d: the reference is of upright pictures", header.Orientation)
	}
	jobs := make([]job, len(tuningWidths))
	of := make([]int, len(tuningWidths)+1) // references of job i begin at of[i]
	var wants []want
	for i, w := range tuningWidths {
		jobs[i] = job{(w*size.X + 2000) / 4000, 0, "none"}
		wants = append(wants, conventions(size, jobs[i])...)
		of[i+1] = len(wants)
	}
	references := reference(full, wants)
	pictures, err := decodeEveryWay(data, header)
	if err != nil {
		return err
	}
	defer pictures.release()
	if err := vips.load(photo); err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s, %d×%d, %.1f MB: PSNR in dB, * what MinDecode chooses\n", filepath.Base(photo), size.X, size.Y, float64(len(data))/1e6)
	fmt.Fprintf(out, "%6s %7s %8s  %s\n", "width", "left", "libvips", "     1/8     2/8     3/8     4/8     5/8     6/8     7/8     8/8")
	for i, j := range jobs {
		if err := vips.set(j, "picture"); err != nil {
			return err
		}
		theirs, err := vips.picture()
		if err != nil {
			return err
		}
		line, err := pictures.row(data, header, j, references[of[i]:of[i+1]])
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%6d %6.2fx %8.1f  %s\n", j.w, float64(size.X)/float64(j.w), judge(theirs, references[of[i]:of[i+1]]).psnr, line)
	}
	return nil
}

// A decoding has the photo decoded at n/8, for every n from 1 to 8; nil if no size gives that scale.
type decoding [9]*engine.Picture

// decodeEveryWay decodes for increasing minimum sizes, and keeps one picture of each scale.
func decodeEveryWay(data []byte, h *codec.Header) (pictures decoding, err error) {
	const steps = 64
	for i := 1; i <= steps; i++ {
		picture, n, err := decode(data, h, image.Pt(h.Size().X*i/steps, h.Size().Y*i/steps))
		if err != nil {
			return pictures, err
		}
		if pictures[n] != nil {
			pictures[n].Release(context.Background())
		}
		pictures[n] = picture // the decoder may choose full chroma resolution for the last size of a scale
	}
	return pictures, nil
}

// decode returns the picture and its scale in eighths.
func decode(data []byte, h *codec.Header, least image.Point) (*engine.Picture, int, error) {
	picture, err := formats.Decode(context.Background(), data, h, least)
	if err != nil {
		return nil, 0, err
	}
	picture.Reuse()
	img, err := picture.Image(context.Background())
	if err != nil {
		return nil, 0, err
	}
	return picture, int(math.Round(8 * float64(img.Bounds().Dx()) / float64(h.Size().X))), nil
}

func (d decoding) release() {
	for _, picture := range d {
		if picture != nil {
			picture.Release(context.Background())
		}
	}
}

// row returns a row of the table, with the scales at which the photo is at least as wide as the thumbnail.
func (d decoding) row(data []byte, h *codec.Header, j job, references []*raster) (string, error) {
	picture, chosen, err := decode(data, h, engine.MinDecode(processors.Scale{}, h.Size(), j.w, j.h))
	if err != nil {
		return "", err
	}
	defer picture.Release(context.Background())
	d[chosen] = picture
	var line strings.Builder
	for n := 1; n <= 8; n++ {
		if d[n] == nil || h.Size().X*n < 8*j.w {
			line.WriteString("       -")
			continue
		}
		thumb, err := d[n].Apply(context.Background(), processors.Scale{}, j.w, j.h)
		if err != nil {
			return "", err
		}
		mark := " "
		if n == chosen {
			mark = "*"
		}
		fmt.Fprintf(&line, "  %5.1f%s", judge(sampleOf(thumb), references).psnr, mark)
	}
	return line.String(), nil
}

// conventions returns the references for a picture that covers the requested box. Implementations differ in
// two ways: halves are rounded up or down, and the source is either stretched to the rounded size, or
// scaled by the same factor in both directions and centered.
func conventions(size image.Point, j job) (wants []want) {
	shrink := math.Inf(1)
	if j.w > 0 {
		shrink = float64(size.X) / float64(j.w)
	}
	if j.h > 0 {
		shrink = math.Min(shrink, float64(size.Y)/float64(j.h))
	}
	for _, w := range roundings(float64(size.X) / shrink) {
		for _, h := range roundings(float64(size.Y) / shrink) {
			mx, my := (float64(size.X)-float64(w)*shrink)/2, (float64(size.Y)-float64(h)*shrink)/2
			wants = append(wants,
				want{box{0, 0, float64(size.X), float64(size.Y)}, image.Pt(w, h)},
				want{box{mx, my, float64(size.X) - mx, float64(size.Y) - my}, image.Pt(w, h)})
		}
	}
	return wants
}

func roundings(x float64) []int {
	const half = 1e-9 // tolerance for a half
	down, up := int(math.Round(x-half)), int(math.Round(x+half))
	if down == up {
		return []int{up}
	}
	return []int{down, up}
}
