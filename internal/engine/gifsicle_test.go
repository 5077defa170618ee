package engine

import (
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/bench/films"
	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/ssimulacra2"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// moreThanGifsicle are films of sharp art whose thumbnails are larger than gifsicle's, which keeps only the
// few colors of the original, so that scaled strokes break. Ours have to look better.
var moreThanGifsicle = map[string]float64{
	"black and white":    1.7,
	"fade":               1.35,
	"loading bar":        1.35,
	"scrolling text":     2.3,
	"tiles":              1.25,
	"window, sharp text": 1.2,
}

func TestAnimationsOfFewColorsTakeHardlyMoreThanGifsicles(t *testing.T) {
	imagetest.Long(t)
	program := imagetest.Program(t, "gifsicle", "gifsicle")
	all, err := films.Drawn()
	require.NoError(t, err)
	for _, film := range all {
		h, err := formatsOfTests.Header(t.Context(), codec.NewBytesReader(t.Context(), film.File))
		require.NoError(t, err)
		plan, err := formatsOfTests.Plan(h, Request{Processor: processors.Scale{}, Encoder: processors.GIF{}, Width: h.Size().X / 2})
		require.NoError(t, err)
		if int64(h.FrameCount)*area(plan.Size) > 600_000 {
			continue // they take long; bench/encode has them
		}
		var ours bytes.Buffer
		account := codec.NewAccount(plan.Bytes)
		require.NoError(t, formatsOfTests.Make(codec.WithAccount(t.Context(), account), film.File, plan, &ours, nil), film.Name)
		assert.Less(t, ours.Len(), len(film.File), film.Name)

		in, out := filepath.Join(t.TempDir(), "in.gif"), filepath.Join(t.TempDir(), "out.gif")
		require.NoError(t, os.WriteFile(in, film.File, 0o600))
		size := fmt.Sprintf("%dx%d", plan.Size.X, plan.Size.Y)
		require.NoError(t, exec.Command(program, "--no-warnings", "--resize", size, "-O3", in, "-o", out).Run())
		theirs, err := os.Stat(out)
		require.NoError(t, err)
		most := 1.1
		if more := moreThanGifsicle[film.Name]; more > 0 {
			most = more
			made, err := os.ReadFile(out)
			require.NoError(t, err)
			want := wantedFrame(t, film.File, plan.Size)
			assert.GreaterOrEqual(t, scoreOf(t, want, ours.Bytes()), scoreOf(t, want, made), film.Name)
		}
		assert.LessOrEqual(t, float64(ours.Len()), float64(most*float64(theirs.Size())), film.Name)
	}
}

// wantedFrame returns the first frame of a thumbnail before it is reduced to a palette.
func wantedFrame(t *testing.T, file []byte, size image.Point) image.Image {
	h, err := formatsOfTests.Header(t.Context(), codec.NewBytesReader(t.Context(), file))
	require.NoError(t, err)
	plan, err := formatsOfTests.Plan(h, Request{Processor: processors.Scale{}, Encoder: processors.PNG{}, Width: size.X})
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, formatsOfTests.Make(t.Context(), file, plan, &b, nil))
	img, err := png.Decode(&b)
	require.NoError(t, err)
	return img
}

// scoreOf returns the SSIMULACRA 2 score of the first frame of a GIF.
func scoreOf(t *testing.T, want image.Image, file []byte) float64 {
	img, err := gif.Decode(bytes.NewReader(file))
	require.NoError(t, err)
	score, err := ssimulacra2.NewReference(want).Score(img)
	require.NoError(t, err)
	return score
}
