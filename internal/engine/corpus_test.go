package engine

import (
	"bytes"
	"context"
	"errors"
	"image"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The limits of a typical server.
const (
	corpusPixels = 50_000_000
	corpusMemory = 512 << 20
)

var errLimit = errors.New("beyond a limit")

// thumbnailOf makes a thumbnail of 100 pixels' width from the bytes of an original.
func thumbnailOf(ctx context.Context, data []byte) (Header, image.Image, error) {
	h, err := DecodeHeader(bytes.NewReader(data))
	if err != nil {
		return h, nil, err
	}
	if int64(h.Size.X)*int64(h.Size.Y) > corpusPixels || h.DecodeBytes(image.Point{}) > corpusMemory {
		return h, nil, errLimit
	}
	pic, err := Decode(ctx, data, h, MinDecode(processors.Crop{}, h.Size, 100, 0))
	if err != nil {
		return h, nil, err
	}
	img, err := pic.Apply(ctx, processors.Crop{}, 100, 0)
	return h, img, err
}

func TestEveryFileOfTheCorpusHasTheResultInTheManifest(t *testing.T) {
	files := imagetest.CorpusFiles(t)
	for _, f := range files {
		t.Run(f.Name, func(t *testing.T) {
			data := imagetest.Read(t, f.Path)
			if f.Expect == "ok" { // TestThumbnailsAreWhatTheReferenceMakes looks at its pixels
				h, err := DecodeHeader(bytes.NewReader(data))
				require.NoError(t, err)
				assert.Equal(t, f.Display, h.Size)
				return
			}
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second) // a hostile file may end with this timeout
			defer cancel()
			h, img, err := thumbnailOf(ctx, data)
			if err == nil {
				require.NotContains(t, []string{"reject", "limit"}, f.Expect)
				_, crop := processors.Crop{}.Plan(h.Size, 100, 0)
				assert.Equal(t, crop.Size(), img.Bounds().Size())
				return
			}
			known := errors.Is(err, processors.ErrFormat) || errors.Is(err, processors.ErrCorrupt) || errors.Is(err, processors.ErrTooLarge) || errors.Is(err, errLimit) || errors.Is(err, context.DeadlineExceeded)
			assert.True(t, known, "%v", err)
		})
	}
}
