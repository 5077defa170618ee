package avif_test

import (
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors/avif"
)

// The test runs in a separate process, because other tests have already started the codec in this one.
func TestTheFirstPictureAfterStartTakesAsLongAsOthers(t *testing.T) {
	if os.Getenv("AVIF_FIRST") == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestTheFirstPictureAfterStartTakesAsLongAsOthers$", "-test.v")
		cmd.Env = append(os.Environ(), "AVIF_FIRST=1")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		_, after, ok := strings.Cut(string(out), "first/second ")
		require.True(t, ok, "%s", out)
		ratio, err := strconv.ParseFloat(strings.Fields(after)[0], 64)
		require.NoError(t, err)
		require.Less(t, ratio, 8.0, "the codec is compiled for the first picture")
		return
	}
	require.NoError(t, avif.Format.Start())
	img := imagetest.Cornered(400, 300)
	runtime.GC()
	first := cost(t, func() error { return avif.Encoder{}.Encode(io.Discard, img) })
	second := first
	for range 3 {
		second = min(second, cost(t, func() error { return avif.Encoder{}.Encode(io.Discard, img) }))
	}
	t.Logf("first/second %.2f (%v, %v)", float64(first)/float64(second), first, second)
}

// cost returns the CPU time of f.
func cost(t *testing.T, f func() error) time.Duration {
	before := imagetest.CPU()
	require.NoError(t, f())
	return imagetest.CPU() - before
}
