package png

import (
	"bytes"
	"image"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/deflate"
)

// Encoders are reused with their memory. The account for a small picture must not be charged for the buffers of a large one.
func TestASmallPictureIsNotChargedForThePreviousLargeOne(t *testing.T) {
	noise := func(w, h int) *image.NRGBA {
		img := image.NewNRGBA(image.Rect(0, 0, w, h))
		random := rand.New(rand.NewPCG(1, 2))
		for i := range img.Pix {
			img.Pix[i] = byte(random.Uint32())
		}
		return img
	}
	for range 20 { // the pool may drop the encoder
		var b bytes.Buffer
		require.NoError(t, Encode(t.Context(), &b, noise(300, 300)))
		account := codec.NewAccount(18*50*50 + 64*50 + 128<<10 + deflate.Memory(4*50*50+50))
		require.NoError(t, Encode(codec.WithAccount(t.Context(), account), &b, noise(50, 50)))
	}
}
