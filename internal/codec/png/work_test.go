//go:build unix

package png

import (
	"bytes"
	"compress/flate"
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// emptyBlocks returns a stream of about n bytes. Its blocks have Huffman tables but no symbols.
func emptyBlocks(n int) []byte {
	bits := "0" + "01" + lowFirst(0, 5) + lowFirst(0, 5) + lowFirst(14, 4)
	for _, symbol := range codeOrder[:18] {
		bits += lowFirst(map[uint8]int{1: 1, 18: 1}[symbol], 3)
	}
	bits += "1" + lowFirst(138-11, 7) + "1" + lowFirst(118-11, 7) + "0" + "0" // codes of one bit for the end and for a distance
	bits += "0"
	one := packed(strings.Repeat(bits, 8))
	return append([]byte{0x78, 0x9c}, bytes.Repeat(one, n/len(one))...)
}

// Hostile files take at most 20 times the CPU time of an ordinary file with as many bytes and pixels.
func TestNoFileTakesMuchMoreTimeThanAnOrdinaryOne(t *testing.T) {
	imagetest.Long(t)
	const n = 2 << 20
	rng := rand.New(rand.NewPCG(50, 6))
	head8 := part{"IHDR", "\x00\x00\x00\x40\x00\x00\x00\x40\x08\x02\x00\x00\x00"}
	pixels := make([]byte, n)
	for i := range pixels {
		if i%(1+3*512) != 0 {
			pixels[i] = byte(rng.IntN(40)) & byte(rng.IntN(256))
		}
	}
	ordinary := deflated(pixels, flate.DefaultCompression)
	cost := func(file []byte) time.Duration {
		h := header(t, file)
		best := time.Hour
		for range 3 {
			start := imagetest.CPU()
			_, _ = Format.Decode(t.Context(), file, h, codec.Options{})
			best = min(best, imagetest.CPU()-start)
		}
		return best
	}
	plain := part{"IHDR", "\x00\x00\x02\x00\x00\x00\x05\x55\x08\x02\x00\x00\x00"}
	least := cost(fileOf(plain, part{"IDAT", string(ordinary)}, end))
	perByte := float64(least) / float64(len(ordinary))
	var tiny []part
	for range n / 12 {
		tiny = append(tiny, part{"IDAT", ""})
	}
	for name, file := range map[string][]byte{
		"empty blocks with tables": fileOf(head8, part{"IDAT", string(emptyBlocks(n))}, end),
		"empty stored blocks":      fileOf(head8, part{"IDAT", "\x78\x9c" + strings.Repeat("\x00\x00\x00\xff\xff", n/5)}, end),
		"empty fixed blocks":       fileOf(head8, part{"IDAT", "\x78\x9c" + string(packed(strings.Repeat("0"+"10"+"0000000", n*8/10)))}, end),
		"empty chunks":             fileOf(append(append([]part{head8}, tiny...), end)...),
		"surplus":                  fileOf(head8, part{"IDAT", string(deflated(make([]byte, 500<<20), flate.BestSpeed))}, end),
	} {
		if got := cost(file); got > 50*time.Millisecond {
			assert.Less(t, float64(got)/float64(len(file)), 20*perByte, name)
			t.Logf("%s: %v, %.1f times an ordinary file", name, got, float64(got)/float64(len(file))/perByte)
		}
	}
}

func TestCancellationIsNoticedInEveryLoop(t *testing.T) {
	const n = 4 << 20
	head8 := part{"IHDR", "\x00\x00\x40\x00\x00\x00\x40\x00\x08\x06\x00\x00\x00"}
	for name, file := range map[string][]byte{
		"empty blocks with tables": fileOf(head8, part{"IDAT", string(emptyBlocks(n))}, end),
		"empty stored blocks":      fileOf(head8, part{"IDAT", "\x78\x9c" + strings.Repeat("\x00\x00\x00\xff\xff", n/5)}, end),
		"zeros":                    fileOf(head8, part{"IDAT", string(deflated(make([]byte, 200<<20), flate.BestSpeed))}, end),
	} {
		ctx := &endingContext{Context: t.Context(), left: 3}
		_, err := new(decoder).Decode(ctx, file)
		require.Error(t, err, name)
		assert.LessOrEqual(t, -ctx.left, 3, "%s: looked at after it had ended", name)
	}
}

// endingContext ends after left calls of Err.
type endingContext struct {
	context.Context
	left int
}

func (c *endingContext) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}
