package engine

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/specimen"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// made makes a file of 12 pixels' width from the bytes of an original.
func made(ctx context.Context, e *Engine, data []byte, p processors.Processor, encoder Encoder) ([]byte, error) {
	h, err := e.Header(ctx, codec.NewBytesReader(ctx, data))
	if err != nil {
		return nil, err
	}
	plan, err := e.Plan(h, Request{Processor: p, Encoder: encoder, Width: 12, Height: 9, FileBytes: int64(len(data))})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = e.Make(codec.WithAccount(ctx, codec.NewAccount(plan.Bytes)), data, plan, &b, nil)
	return b.Bytes(), err
}

// Goroutines share decoders, encoders and profiles: the race detector checks them here.
func TestConcurrentThumbnailsEqualThoseMadeOneByOne(t *testing.T) {
	e, err := New(nil, false)
	require.NoError(t, err)
	files := append(small(t), specimen.WithProfile(specimen.JPEG(imagetest.Gradient(24, 20), 90), specimen.DisplayP3.Profile()))
	encoders := []Encoder{processors.JPEG{}, processors.PNG{}, processors.GIF{}, processors.WebP{Effort: -1}}
	ways := []processors.Processor{processors.Crop{}, processors.Smart{}, processors.Fit{}}
	one := func(file, encoder int) ([]byte, error) {
		return made(t.Context(), e, files[file], ways[(file+encoder)%len(ways)], encoders[encoder])
	}
	want := make([][][]byte, len(files))
	for i := range files {
		for j := range encoders {
			file, err := one(i, j)
			require.NoError(t, err, "file %d by %T", i, encoders[j])
			want[i] = append(want[i], file)
		}
	}
	var wg sync.WaitGroup
	for n := range 2 * len(encoders) {
		wg.Go(func() {
			for i := range files {
				j := (i + n) % len(encoders)
				got, err := one(i, j)
				assert.NoError(t, err)
				assert.True(t, bytes.Equal(want[i][j], got), fmt.Sprintf("file %d by %T", i, encoders[j]))
			}
		})
	}
	wg.Wait()
}
