package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// A side is an encoder that is compared.
type side struct {
	label string // a command line, or a Go expression

	// encode makes a file.
	encode func(b *bench, p *picture, quality int) ([]byte, error)

	// cpu returns the CPU time of one encode, in microseconds; nil if it is not measured.
	cpu func(b *bench, p *picture, quality int) (float64, error)
}

// ours returns the side of an encoder of package processors. For each quality, it gets the encoder from the function
// named of.
func ours(label string, of func(quality int) thumbnail.Encoder) side {
	return side{
		label: label,
		encode: func(_ *bench, p *picture, quality int) ([]byte, error) {
			img, err := p.image()
			if err != nil {
				return nil, err
			}
			var file bytes.Buffer
			err = encodeTo(&file, of(quality), img)
			return file.Bytes(), err
		},
		cpu: func(_ *bench, p *picture, quality int) (float64, error) {
			img, err := p.image()
			if err != nil {
				return 0, err
			}
			return inProcess(p.size, func() error { return encodeTo(io.Discard, of(quality), img) })
		},
	}
}

// encodeTo encodes a picture as the handler does.
func encodeTo(w io.Writer, e thumbnail.Encoder, img image.Image) error {
	if c, ok := e.(processors.ContextEncoder); ok {
		return c.EncodeContext(context.Background(), w, img)
	}
	return e.Encode(w, img)
}

// inProcess returns the CPU time of f, in microseconds: the mean of calls that take at least a few
// milliseconds together.
func inProcess(size image.Point, f func() error) (float64, error) {
	n := max(1, 500_000/(size.X*size.Y))
	start := cpuTime()
	for range n {
		if err := f(); err != nil {
			return 0, err
		}
	}
	return (cpuTime() - start) / float64(n), nil
}

// command returns a side that runs a program. In its arguments, {in} is the picture, {q} the quality, and {out}
// the file that it writes; without {out}, the file is its standard output. The CPU time is that of the
// process.
func command(args string) side {
	s := side{label: "`" + args + "`"}
	s.encode = func(b *bench, p *picture, quality int) ([]byte, error) {
		file, _, err := execute(b, args, p.path, quality)
		return file, err
	}
	s.cpu = func(b *bench, p *picture, quality int) (float64, error) {
		_, took, err := execute(b, args, p.path, quality)
		return took, err
	}
	return s
}

// timedBy measures the CPU time with a program of the folder native, which prints it. It does not include the
// time to start the program and to read the picture. {raw} is the picture as a PAM file.
func (s side) timedBy(name, args string) side {
	s.cpu = func(b *bench, p *picture, quality int) (float64, error) {
		worker, err := b.worker(name)
		if err != nil {
			return 0, err
		}
		in := p.path
		if strings.Contains(args, "{raw}") {
			if in, err = p.raw(); err != nil {
				return 0, err
			}
		}
		out, _, err := execute(b, worker+" "+strings.Replace(args, "{raw}", "{in}", 1), in, quality)
		if err != nil {
			return 0, err
		}
		return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	}
	return s
}

// untimed returns the side without the measurement of CPU time.
func (s side) untimed() side {
	s.cpu = nil
	return s
}

// execute runs a program, and returns the file that it wrote and its CPU time in microseconds. The text
// after {out} in its argument is the extension, which may be followed by options in brackets.
func execute(b *bench, args, in string, quality int) (file []byte, took float64, err error) {
	words := strings.Fields(strings.NewReplacer("{in}", in, "{q}", fmt.Sprint(quality)).Replace(args))
	made := ""
	for i, w := range words {
		before, after, ok := strings.Cut(w, "{out}")
		if !ok {
			continue
		}
		extension, options, _ := strings.Cut(after, "[")
		f, err := os.CreateTemp(b.dir, "made-*"+extension)
		if err != nil {
			return nil, 0, err
		}
		f.Close()
		made = f.Name()
		defer os.Remove(made)
		words[i] = before + made
		if options != "" {
			words[i] += "[" + options
		}
	}
	cmd := exec.Command(words[0], words[1:]...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	file, err = cmd.Output()
	if err != nil {
		return nil, 0, fmt.Errorf("%v: %w: %s", words, err, stderr.Bytes())
	}
	took = float64((cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Microseconds())
	if made != "" {
		file, err = os.ReadFile(made)
	}
	return file, took, err
}
