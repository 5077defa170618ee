package jpeg

import (
	"context"
	"math/bits"
	"math/rand"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAReleasedDecoderIsReadyForTheNextFile(t *testing.T) {
	for _, c := range []*coded{small(false), small(true)} {
		d := Get()
		_, err := d.Decode(context.Background(), c.file(), Options{Scale: 3})
		assert.NoError(t, err)
		d.Release()
	}
}

func TestDecodingEndsWithItsContext(t *testing.T) {
	for _, progressive := range []bool{false, true} {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := new(Decoder).Decode(ctx, small(progressive).file(), Options{})
		assert.ErrorIs(t, err, context.Canceled)
	}
}

func TestAReusedDecoderGivesTheSamePictures(t *testing.T) {
	var d Decoder
	for round := range 40 {
		rng := rand.New(rand.NewSource(int64(round % 10)))
		c := randomCoded(rng, 1+rng.Intn(60), 1+rng.Intn(60), samplings[rng.Intn(len(samplings))]...)
		c.progressive = round%3 == 0
		data := c.file()
		if round%4 == 1 { // a file with an error between the others
			_, err := d.Decode(context.Background(), data[:len(data)*3/4], Options{})
			require.Error(t, err)
		}
		n := 1 + round%8
		got, err := d.Decode(context.Background(), data, Options{Scale: n})
		require.NoError(t, err)
		want, err := decode(data, n)
		require.NoError(t, err)
		require.Zero(t, maxDifference(t, "reused", got, want))
	}
}

func TestMemoryReturnsWhatDecodeTakes(t *testing.T) {
	rng := rand.New(rand.NewSource(8))
	for i, sampling := range samplings {
		c := randomCoded(rng, 83, 61, sampling...)
		c.progressive = i%2 == 0
		if i%3 == 0 {
			c.adobe = 0 // RGB or CMYK
		}
		data := c.file()
		h, err := ReadHeader(data)
		require.NoError(t, err)
		for n := 1; n <= 8; n++ {
			for _, full := range []bool{false, true} {
				o := Options{Scale: n, FullChroma: full}
				var d Decoder
				_, err := d.Decode(context.Background(), data, o)
				require.NoError(t, err)
				taken := cap(d.out.memory) + cap(d.out.pixels) + 2*cap(d.prog.values) + 8*cap(d.prog.words)
				if n > 1 || !c.progressive {
					assert.EqualValues(t, h.Memory(o), taken, "%v at %d/8", sampling, n)
				} else {
					assert.GreaterOrEqual(t, h.Memory(o), int64(taken), "%v at %d/8", sampling, n)
				}
			}
		}
	}
}

func TestAPictureThatIsTooLargeForAnIntIsUnsupported(t *testing.T) {
	if bits.UintSize == 64 {
		t.Skip("where an int has 64 bits every picture can be addressed")
	}
	c := small(false)
	c.comps = c.comps[:1]
	data := c.file()
	for offset := 5; offset <= 8; offset++ {
		data = patch(data, mSOF1, offset, 0xFF)
	}
	data = append(data, make([]byte, 1<<24)...) // the minimum length of a file with such a picture
	_, err := decode(data, 8)
	assert.ErrorIs(t, err, codec.ErrFormat)
}
