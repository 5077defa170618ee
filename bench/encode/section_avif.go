package main

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// writeAVIF compares the encoder of processors/avif, which is a separate module. So a program in that module
// runs the encoder.
func writeAVIF(b *bench, p printer) error {
	worker, err := filepath.Abs(filepath.Join(b.dir, "avif-worker"))
	if err != nil {
		return err
	}
	build := exec.Command("go", "build", "-o", worker, "./measure")
	build.Dir = "processors/avif"
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	effort := func(name, n string) side {
		s := command(worker + " -quality {q} -effort " + n + " -rounds 0 {in} {out}.avif")
		s.label = "`avif.Encoder{" + name + "}`"
		s.cpu = func(b *bench, p *picture, quality int) (float64, error) {
			out, _, err := execute(b, worker+" -quality {q} -effort "+n+" -rounds 2 {in} "+os.DevNull, p.path, quality)
			if err != nil {
				return 0, err
			}
			return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
		}
		return s
	}
	native := func(speed string) side {
		return command("avifenc -j 1 -y 420 -s " + speed + " --min {aq} --max {aq} {png} {out}.avif").byPNG()
	}
	l := lossy{
		pairs: []pair{
			{name: "default vs. speed 10", subject: effort("", "0"), theirs: native("10")},
			{name: "default vs. speed 6", subject: effort("", "0"), theirs: native("6")},
			{name: "effort 3 vs. speed 6", subject: effort("Effort: 3", "3"), theirs: native("6")},
		},
		qualities: []int{30, 45, 60, 75, 90},
		compared:  []int{45, 60, 75},
		timed:     60,
		decode:    decodeAVIF,
	}
	for _, size := range b.sizes {
		if size.X*size.Y < 1_000_000 { // larger ones take minutes, and are refused by default
			l.sizes = append(l.sizes, size)
		}
	}
	p("%s, %s. %s This library runs libaom in WebAssembly, by wazero. The CPU time of avifenc is that of its process, "+
		"and its quality is the quantizer 63 × (1 − quality / 100).\n", today(), packages(b.set.with("libavif-bin", "libaom3", "libjxl-devtools")...), b.photoNames())
	l.writePairs(p)
	return l.write(b, p)
}

// byPNG replaces {png} in the arguments with the photo as PNG, for programs that can't read PPM, and {aq} with
// the quantizer of a quality.
func (s side) byPNG() side {
	args := strings.Trim(s.label, "`")
	run := func(b *bench, p *picture, quality int) ([]byte, float64, error) {
		made, err := b.asPNG([]*picture{p})
		if err != nil {
			return nil, 0, err
		}
		quantizer := fmt.Sprint(63 * (100 - quality) / 100)
		return execute(b, strings.NewReplacer("{png}", "{in}", "{aq}", quantizer).Replace(args), made[0].path, quality)
	}
	s.encode = func(b *bench, p *picture, quality int) ([]byte, error) {
		file, _, err := run(b, p, quality)
		return file, err
	}
	s.cpu = func(b *bench, p *picture, quality int) (float64, error) {
		_, took, err := run(b, p, quality)
		return took, err
	}
	return s
}

func decodeAVIF(b *bench, file []byte) (*image.RGBA, error) {
	f, err := os.CreateTemp(b.dir, "encoded-*.avif")
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
	decoded, _, err := execute(b, "avifdec {in} {out}.png", f.Name(), 0)
	if err != nil {
		return nil, err
	}
	img, err := png.Decode(bytes.NewReader(decoded))
	if err != nil {
		return nil, err
	}
	rgba := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(rgba, rgba.Rect, img, img.Bounds().Min, draw.Src)
	return rgba, nil
}
