package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/engine"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// A way is a combination of processor, encoder and size.
type way struct {
	name      string
	processor processors.Processor
	encoder   engine.Encoder
	width     int
	height    int
}

// ways cover every filter, every encoder, and enlargement.
var ways = []way{
	{"scale png", processors.Scale{}, processors.PNG{}, 90, 0},
	{"smart jpeg", processors.Smart{}, processors.JPEG{}, 64, 48},
	{"entropy webp", processors.Entropy{}, processors.WebP{}, 50, 50},
	{"fit lossless", processors.Fit{}, processors.WebP{Lossless: processors.LosslessAlways}, 40, 40},
	{"pad gif", processors.Pad{}, processors.GIF{}, 70, 70},
	{"whole png", processors.Fit{}, processors.PNG{}, 4096, 4096},
}

// hashes makes a thumbnail in each of the ways. For each thumbnail it returns the hash and the name of the way.
func hashes(data []byte, pixels int) (lines [][2]string) {
	ctx := context.Background()
	e, err := engine.New(nil, true)
	if err != nil {
		return [][2]string{{err.Error(), "engine"}}
	}
	h, err := e.Header(ctx, codec.NewBytesReader(ctx, data))
	if err != nil {
		return [][2]string{{kind(err), "header"}}
	}
	if h.Stored.X > pixels/max(1, h.Stored.Y) {
		return nil
	}
	for _, w := range ways {
		lines = append(lines, [2]string{w.hash(ctx, e, h, data), w.name})
	}
	return lines
}

func (w way) hash(ctx context.Context, e *engine.Engine, h *codec.Header, data []byte) string {
	p, err := e.Plan(h, engine.Request{Processor: w.processor, Encoder: w.encoder, Width: w.width, Height: w.height})
	if err != nil {
		return kind(err)
	}
	var out bytes.Buffer
	if err := e.Make(codec.WithAccount(ctx, codec.NewAccount(p.Bytes)), data, p, &out, nil); err != nil {
		return kind(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(out.Bytes()))[:32]
}

// kind returns the sentinel that an error matches. The error's text may contain sizes that differ between
// 32 and 64 bits.
func kind(err error) string {
	for _, known := range []error{codec.ErrFormat, codec.ErrCorrupt, codec.ErrTooLarge} {
		if errors.Is(err, known) {
			return fmt.Sprintf("%T", known) + ":" + known.Error()
		}
	}
	return "error:" + err.Error()
}
