// Command encode compares the encoders with those in Debian: file size at equal quality, by SSIMULACRA 2
// and by butteraugli; quality at the same quality setting; and CPU time.
//
//	make bench                                                      everything, after a comparison with libvips
//	bench/encode/run.sh                                             everything: installs what it needs, writes bench/ENCODE.md
//	go run ./bench/encode -rows webp                                only this section, written into bench/ENCODE.md
//	go run ./bench/encode -rows webp-lossy -sizes 400x300 -photos 6 a part of a section, printed
//	go run ./bench/encode -rows webp-lossy -photos holdout          with photos that the encoders were not tuned on
//	go run ./bench/encode -rows gif-animated -films DIR -widths 0.25,0.9    the GIF files of a directory, printed
//	go run ./bench/encode -rows jpeg -jpegli cjpegli                also compares with cjpegli, which is not in Debian
//
// The sections are jpeg, webp-lossy, webp-alpha, webp-lossless, webp-animated, png, gif, gif-animated and avif; -rows
// selects those whose names contain its value. To add an encoder, add a side (side.go); to add a
// comparison, add an entry to a section (section_*.go). Scores are cached in bench/out/encode, so a second
// run computes only new ones.
package main

import (
	"flag"
	"fmt"
	"image"
	"log"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	var b bench
	sizes := flag.String("sizes", "", "sizes of photos, with commas between them; empty: all")
	rows := flag.String("rows", "", "only the sections with this `text` in their name")
	flag.StringVar(&b.dir, "dir", "bench/out/encode", "`directory` of what is made")
	flag.StringVar(&b.corpus, "shared", "../shared", "`directory` of cases and corpus, which may be absent")
	chosen := flag.String("photos", "", "`which` photos: a number, holdout (those that the encoders were not tuned on), or holdout:NUMBER; empty: all that they were tuned on")
	flag.BoolVar(&b.each, "each", false, "also print the bytes at equal quality of each photo")
	flag.StringVar(&b.chroma, "chroma", "4:2:0", "chroma of JPEG: 4:2:0, 4:2:2, 4:4:4, or gray")
	flag.IntVar(&b.rounds, "rounds", 5, "how often CPU time is measured")
	flag.StringVar(&b.jpegli, "jpegli", "", "`program` cjpegli of jpegli, to be compared as well")
	flag.StringVar(&b.mozjpeg, "mozjpeg", "", "`program` cjpeg of mozjpeg, to be compared as well")
	flag.StringVar(&b.films, "films", "", "`directory` of GIF files for gif-animated, instead of its own; their rows are printed")
	widths := flag.String("widths", "0.5,0.7", "widths of the thumbnails of gif-animated, as fractions of the originals', with commas between them")
	report := flag.String("report", "bench/ENCODE.md", "`file` whose sections are replaced; without this flag, not if there are fewer sizes or photos")
	flag.Parse()
	flag.Visit(func(f *flag.Flag) { b.reports = b.reports || f.Name == "report" })
	if err := b.choosePhotos(*chosen); err != nil {
		log.Fatal(err)
	}
	if err := b.setWidths(*widths); err != nil {
		log.Fatal(err)
	}
	if b.films != "" {
		*report = ""
	}
	if err := b.run(*rows, *sizes, *report); err != nil {
		log.Fatal(err)
	}
}

// bench is a run of the program.
type bench struct {
	dir, corpus     string
	rounds          int
	jpegli, mozjpeg string
	films           string
	widths          []float64

	set    photoSet
	fewer  bool // than all photos of the set
	each   bool
	chroma string

	reports bool // even if there are fewer sizes or photos
	sizes   []image.Point
	scores  *scores
}

// allSizes are the sizes of photos.
var allSizes = []image.Point{{X: 200, Y: 200}, {X: 400, Y: 300}, {X: 800, Y: 600}, {X: 1600, Y: 1200}}

// section is a part of ENCODE.md.
type section struct {
	name, title string
	write       func(b *bench, p printer) error
}

var sections = []section{
	{"jpeg", "JPEG", writeJPEG},
	{"webp-lossy", "WebP, lossy", writeWebP},
	{"webp-alpha", "WebP, lossy with alpha", writeWebPAlpha},
	{"webp-lossless", "WebP, lossless", writeWebPLossless},
	{"webp-animated", "WebP, animated", writeWebPAnimated},
	{"png", "PNG", writePNG},
	{"gif", "GIF", writeGIF},
	{"gif-animated", "GIF, animated", writeGIFAnimated},
	{"avif", "AVIF", writeAVIF},
}

// printer adds a line to a section.
type printer func(format string, args ...any)

func (b *bench) run(rows, sizes, report string) error {
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return err
	}
	var err error
	if b.scores, err = openScores(filepath.Join(b.dir, "scores.json")); err != nil {
		return err
	}
	b.sizes = allSizes
	if sizes != "" {
		b.sizes = nil
		for _, s := range strings.Split(sizes, ",") {
			var size image.Point
			if _, err := fmt.Sscanf(s, "%dx%d", &size.X, &size.Y); err != nil {
				return fmt.Errorf("-sizes %s: %w", sizes, err)
			}
			b.sizes = append(b.sizes, size)
		}
	}
	if !b.reports && (sizes != "" || b.fewer || b.each || b.chroma != "4:2:0") {
		report = ""
	}
	for _, s := range sections {
		if !strings.Contains(s.name, rows) {
			continue
		}
		var text strings.Builder
		err := s.write(b, func(f string, args ...any) { fmt.Fprintf(&text, f+"\n", args...) })
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		title := s.title + b.set.suffix
		fmt.Printf("## %s\n\n%s\n", title, text.String())
		if report != "" {
			if err := replaceSection(report, title, text.String()); err != nil {
				return err
			}
		}
	}
	return nil
}
