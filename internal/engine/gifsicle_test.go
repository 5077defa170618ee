package engine

import (
	"bytes"
	"fmt"
	"image"
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

// sharpFilms has films of sharp art of few colors, with the maximum ratio of our bytes to those of gifsicle. gifsicle
// interrupts scaled strokes. Our thumbnails must have better scores. Of the letters of "scrolling text", gifsicle leaves
// almost nothing.
var sharpFilms = map[string]float64{
	"black and white":    1.1,
	"scrolling text":     1.3,
	"tiles":              1.15,
	"window, sharp text": 1.1,
}

func TestAnimationsOfFewColorsAreHardlyLargerThanThoseOfGifsicle(t *testing.T) {
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
			continue // slow: measured by bench/encode
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
		if more := sharpFilms[film.Name]; more > 0 {
			most = more
			made, err := os.ReadFile(out)
			require.NoError(t, err)
			want := wantedFrames(t, film.File, plan)
			assert.GreaterOrEqual(t, scoreOf(t, want, ours.Bytes()), scoreOf(t, want, made)+10, film.Name)
		}
		assert.LessOrEqual(t, float64(ours.Len()), float64(most*float64(theirs.Size())), film.Name)
	}
}

// wantedFrames returns the frames of a thumbnail before they are reduced to a palette.
func wantedFrames(t *testing.T, file []byte, plan *Plan) []*image.NRGBA {
	p, err := formatsOfTests.Decode(t.Context(), file, plan.Header, image.Point{})
	require.NoError(t, err)
	img, err := p.animate(t.Context(), plan.Processor, plan.Width, plan.Height, plan.animation)
	require.NoError(t, err)
	return filmOf(t, img).Frames
}

// scoreOf returns the mean SSIMULACRA 2 score of some frames of a GIF.
func scoreOf(t *testing.T, want []*image.NRGBA, file []byte) float64 {
	h, err := formatsOfTests.Header(t.Context(), codec.NewBytesReader(t.Context(), file))
	require.NoError(t, err)
	p, err := formatsOfTests.Decode(t.Context(), file, h, image.Point{})
	require.NoError(t, err)
	img, err := p.animate(t.Context(), processors.Scale{}, h.Size().X, h.Size().Y, animationLimit{Pixels: 1 << 30, Bytes: 1 << 30})
	require.NoError(t, err)
	made := filmOf(t, img).Frames
	require.Equal(t, len(want), len(made))
	sum, n := 0.0, 0.0
	for i := 0; i < len(want); i += len(want)/4 | 1 {
		score, err := ssimulacra2.NewReference(want[i]).Score(made[i])
		require.NoError(t, err)
		sum, n = sum+score, n+1
	}
	return sum / n
}
