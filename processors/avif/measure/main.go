// Command measure encodes a PPM as AVIF repeatedly, and prints the minimum CPU time of one encoding in
// microseconds. bench/encode in the main module runs it, because that module does not import this one.
package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"image"
	"io"
	"log"
	"os"

	"github.com/rest-thumbnails/thumbnail/processors/avif"
)

func main() {
	var e avif.Encoder
	flag.IntVar(&e.Quality, "quality", 0, "of the encoder")
	flag.IntVar(&e.Effort, "effort", 0, "of the encoder")
	rounds := flag.Int("rounds", 1, "how often it is measured; 0: not at all")
	flag.Parse()
	if flag.NArg() != 2 {
		log.Fatal("usage: measure [FLAG...] PPM AVIF")
	}
	if err := run(e, *rounds, flag.Arg(0), flag.Arg(1)); err != nil {
		log.Fatal(err)
	}
}

func run(e avif.Encoder, rounds int, from, to string) error {
	img, err := readPPM(from)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := e.EncodeContext(context.Background(), &file, img); err != nil {
		return err
	}
	least := 0.0
	for n := range rounds {
		start := cpuTime()
		if err := e.EncodeContext(context.Background(), io.Discard, img); err != nil {
			return err
		}
		if took := cpuTime() - start; n == 0 || took < least {
			least = took
		}
	}
	if rounds > 0 {
		fmt.Printf("%.1f\n", least)
	}
	return os.WriteFile(to, file.Bytes(), 0o644)
}

// readPPM reads a P6 file of 8 bits.
func readPPM(path string) (image.Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	var kind string
	var w, h, most int
	if _, err := fmt.Fscan(in, &kind, &w, &h, &most); err != nil {
		return nil, err
	}
	if _, err := in.ReadByte(); err != nil {
		return nil, err
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		if _, err := io.ReadFull(in, img.Pix[4*i:][:3]); err != nil {
			return nil, err
		}
		img.Pix[4*i+3] = 255
	}
	return img, nil
}
