package avif_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"io"
	"runtime"
	"sync"
	"testing"
	"time"

	gen2brain "github.com/gen2brain/avif"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/avif"
)

func TestMemoryIsCounted(t *testing.T) {
	if gen2brain.Dynamic() == nil {
		t.Skip("the system's library has its memory from elsewhere")
	}
	require.NoError(t, avif.Start())
	for _, size := range []image.Point{{200, 150}, {1200, 900}, {3000, 2000}} {
		img := imagetest.Cornered(size.X, size.Y)
		need := int64(0)
		var file bytes.Buffer
		account := codec.NewAccount(1 << 40)
		encoding := imagetest.Peak(func() {
			ctx := codec.WithAccount(t.Context(), account)
			require.NoError(t, avif.Encoder{MaxPixels: -1}.EncodeContext(ctx, &file, img))
		})
		pixels := float64(size.X * size.Y)
		t.Logf("%v: encoding takes %.1f MB, %.1f bytes per pixel of the %.1f counted", size, float64(encoding)/1e6, float64(encoding)/pixels, float64(account.Peak())/pixels)
		assert.LessOrEqual(t, encoding, account.Peak()*11/10+4<<20)

		h, err := avif.Format.Header(t.Context(), bytes.NewReader(file.Bytes()))
		require.NoError(t, err)
		need = h.Bytes
		decoding := imagetest.Peak(func() {
			ctx := codec.WithAccount(t.Context(), codec.NewAccount(need))
			_, err := avif.Format.Decode(ctx, file.Bytes())
			require.NoError(t, err)
		})
		t.Logf("%v: decoding takes %.1f MB, %.1f bytes per pixel of the %.1f counted", size, float64(decoding)/1e6, float64(decoding)/pixels, float64(need)/pixels)
		assert.LessOrEqual(t, decoding, need*11/10+4<<20)
	}
}

func TestMemoryBeyondTheAccountIsRefused(t *testing.T) {
	img := imagetest.Cornered(400, 300)
	ctx := codec.WithAccount(t.Context(), codec.NewAccount(1<<20))
	assert.ErrorIs(t, avif.Encoder{}.EncodeContext(ctx, io.Discard, img), processors.ErrTooLarge)
	_, err := avif.Format.Decode(ctx, encode(t, avif.Encoder{}, img))
	assert.ErrorIs(t, err, processors.ErrTooLarge)
}

// The header declares one pixel, but the data has nine million.
func TestAFileOfMorePixelsThanDeclaredTakesNoMemory(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, avif.Encoder{MaxPixels: -1}.Encode(&b, image.NewGray(image.Rect(0, 0, 3000, 3000))))
	file := b.Bytes()
	i := bytes.Index(file, []byte("ispe"))
	require.Positive(t, i)
	binary.BigEndian.PutUint32(file[i+8:], 1)
	binary.BigEndian.PutUint32(file[i+12:], 1)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := avif.Format.Decode(t.Context(), file)
	runtime.ReadMemStats(&after)
	assert.ErrorIs(t, err, processors.ErrCorrupt)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}

func TestWaitingForAnInstanceEndsWithTheContext(t *testing.T) {
	img := imagetest.Cornered(1200, 900)
	file := encode(t, avif.Encoder{}, imagetest.Cornered(20, 10))
	busy, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 4 * runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for busy.Err() == nil {
				_ = avif.Encoder{}.EncodeContext(busy, io.Discard, img)
			}
		})
	}
	time.Sleep(50 * time.Millisecond) // until all decodings have begun or are waiting
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		<-ctx.Done()
		assert.ErrorIs(t, avif.Encoder{}.EncodeContext(ctx, io.Discard, img), context.DeadlineExceeded)
		_, err := avif.Format.Decode(ctx, file)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		cancel()
	}
	stop()
	wg.Wait()
}
