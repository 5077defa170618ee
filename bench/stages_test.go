package main

import (
	"context"
	"image"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/engine"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// These benchmarks measure the stages of a generation, each with the first input of each row of the table.
// To compare a change:
//
//	make bench                                                      # once: it makes the inputs
//	go test -run='^$' -bench=. -count=10 ./bench > before           # change something
//	go test -run='^$' -bench=. -count=10 ./bench > after
//	benchstat before after

// A work is the input of a stage.
type work struct {
	data   []byte
	header *codec.Header
	job    job
	least  image.Point
}

// stage runs a benchmark for each row: prepare gets the input of the row and returns do, which is measured.
func stage(b *testing.B, prepare func(b *testing.B, w work) (do func() error)) {
	for _, row := range table {
		path := filepath.Join("out", row.inputs[0])
		data, err := os.ReadFile(path)
		if err != nil {
			b.Skip("no inputs here: bench/run.sh makes them")
		}
		header, err := headerOf(data)
		if err != nil {
			b.Fatal(path, err)
		}
		p := row.job.processor()
		w := work{data, header, row.job, engine.MinDecode(p, header.Size(), row.job.w, row.job.h)}
		b.Run(row.name(), func(b *testing.B) {
			do := prepare(b, w)
			b.ReportAllocs()
			for b.Loop() {
				if err := do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func (w work) decode(b *testing.B) *engine.Picture {
	picture, err := formats.Decode(context.Background(), w.data, w.header, w.least)
	if err != nil {
		b.Fatal(err)
	}
	picture.Reuse()
	b.Cleanup(func() { picture.Release(context.Background()) })
	return picture
}

func BenchmarkHeader(b *testing.B) {
	stage(b, func(_ *testing.B, w work) func() error {
		return func() error {
			_, err := headerOf(w.data)
			return err
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	stage(b, func(_ *testing.B, w work) func() error {
		return func() error {
			picture, err := formats.Decode(context.Background(), w.data, w.header, w.least)
			if err == nil {
				picture.Release(context.Background())
			}
			return err
		}
	})
}

// BenchmarkProcess measures resizing, and the choice of a smart crop.
func BenchmarkProcess(b *testing.B) {
	stage(b, func(b *testing.B, w work) func() error {
		picture, p := w.decode(b), w.job.processor()
		return func() error {
			_, err := picture.Apply(context.Background(), p, w.job.w, w.job.h)
			return err
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	stage(b, func(b *testing.B, w work) func() error {
		thumb, err := w.decode(b).Apply(context.Background(), w.job.processor(), w.job.w, w.job.h)
		if err != nil {
			b.Fatal(err)
		}
		return func() error { return processors.JPEG{Quality: 85}.Encode(io.Discard, thumb) }
	})
}

// BenchmarkGeneration measures all stages together, as in a worker.
func BenchmarkGeneration(b *testing.B) {
	stage(b, func(_ *testing.B, w work) func() error {
		l := newLibrary()
		l.source, l.job, l.encoder = w.data, w.job, encoders["jpeg"]
		return l.once
	})
}
