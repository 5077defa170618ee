package engine

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/bench/films"
	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// moreThanGifsicle are films of which thumbnails take more, for a reason.
var moreThanGifsicle = map[string]float64{
	"scrolling text":     1.35, // black and white, where gifsicle leaves out most of the letters
	"window, sharp text": 1.2,  // likewise
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
			continue // which takes long; bench/encode has them
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
		}
		assert.LessOrEqual(t, float64(ours.Len()), float64(most*float64(theirs.Size())), film.Name)
	}
}
