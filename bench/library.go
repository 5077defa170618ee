package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/engine"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// This file implements the worker that libvips/worker.c describes, with this library. The worker does what
// the handler does between reading the original and storing the thumbnail.

// A library is the state of the worker.
type library struct {
	source  []byte
	job     job
	encoder thumbnail.Encoder // nil: the picture is not encoded
	buffers sync.Pool
}

// encoders are those of the outputs of a job.
var encoders = map[string]thumbnail.Encoder{"jpeg": processors.JPEG{Quality: 85}, "webp": processors.WebP{Quality: 80}}

func newLibrary() *library {
	return &library{buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }}}
}

// serve executes commands until stdin ends.
func serve() error {
	l := newLibrary()
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		answer, err := l.obey(in.Text())
		if err != nil {
			return fmt.Errorf("%s: %w", in.Text(), err)
		}
		fmt.Println(answer)
	}
	return in.Err()
}

func (l *library) obey(line string) (answer string, err error) {
	var path, output string
	var n, workers int
	switch {
	case scan(line, "load %s", &path):
		l.source, err = os.ReadFile(path)
	case scan(line, "job %d %d %s %s", &l.job.w, &l.job.h, &l.job.crop, &output):
		l.encoder = encoders[output]
	case scan(line, "run %d %d", &n, &workers):
		return l.run(n, workers)
	case scan(line, "save %s", &path):
		err = l.save(path)
	case line == "peak":
		return peak()
	case line == "version":
		return runtime.Version(), nil
	default:
		err = fmt.Errorf("no such command")
	}
	return "ok", err
}

func scan(line, format string, into ...any) bool {
	n, err := fmt.Sscanf(line, format, into...)
	return err == nil && n == len(into)
}

// thumbnail makes a thumbnail, and calls use with it before its memory is reused.
func (l *library) thumbnail(use func(image.Image) error) error {
	ctx := context.Background()
	header, err := headerOf(l.source)
	if err != nil {
		return err
	}
	p := l.job.processor()
	picture, err := formats.Decode(ctx, l.source, header, engine.MinDecode(p, header.Size(), l.job.w, l.job.h))
	if err != nil {
		return err
	}
	defer picture.Release(ctx)
	thumb, err := picture.Apply(ctx, p, l.job.w, l.job.h)
	if err != nil {
		return err
	}
	return use(thumb)
}

// formats is an engine with the built-in formats.
var formats = func() *engine.Engine {
	e, err := engine.New(nil, false)
	if err != nil {
		panic(err) // only formats of Config.Formats can be invalid
	}
	return e
}()

func headerOf(data []byte) (*codec.Header, error) {
	ctx := context.Background()
	return formats.Header(ctx, codec.NewBytesReader(ctx, data))
}

func (j job) processor() processors.Processor {
	switch j.crop {
	case "center":
		return processors.Crop{}
	case "attention":
		return processors.Smart{}
	}
	return processors.Scale{}
}

func (l *library) once() error {
	return l.thumbnail(func(thumb image.Image) error {
		if l.encoder == nil {
			return nil
		}
		b := l.buffers.Get().(*bytes.Buffer)
		defer l.buffers.Put(b)
		b.Reset()
		return l.encoder.Encode(b, thumb)
	})
}

// run sets GOMAXPROCS to the number of workers, so that one worker has one thread, including its garbage
// collection.
func (l *library) run(n, workers int) (string, error) {
	runtime.GOMAXPROCS(min(workers, runtime.NumCPU()))
	var left atomic.Int64
	left.Store(int64(n))
	var wg sync.WaitGroup
	var failure error
	var once sync.Once
	cpu0, start := cpuTime(), time.Now()
	for range workers {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := l.once(); err != nil {
					once.Do(func() { failure = err })
				}
			}
		})
	}
	wg.Wait()
	return fmt.Sprint((cpuTime() - cpu0).Microseconds(), " ", time.Since(start).Microseconds()), failure
}

// save writes the pixels as a viewer would show them.
func (l *library) save(path string) error {
	return l.thumbnail(func(thumb image.Image) error {
		s := sampleOf(thumb)
		return os.WriteFile(path, fmt.Appendf(nil, "%d %d 3\n%s", s.size.X, s.size.Y, s.pix), 0o600)
	})
}
