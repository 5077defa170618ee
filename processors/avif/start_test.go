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

// In a process of its own, as everything else here has started the codec.
func TestTheFirstPictureAfterStartCostsWhatOthersDo(t *testing.T) {
	if os.Getenv("AVIF_FIRST") == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestTheFirstPictureAfterStartCostsWhatOthersDo$", "-test.v")
		cmd.Env = append(os.Environ(), "AVIF_FIRST=1")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		_, after, ok := strings.Cut(string(out), "first/second ")
		require.True(t, ok, "%s", out)
		ratio, err := strconv.ParseFloat(strings.Fields(after)[0], 64)
		require.NoError(t, err)
		require.Less(t, ratio, 8.0, "the first picture is compiled for")
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

// cost is the processor time of f, which the collector's of what was there before is not part of.
func cost(t *testing.T, f func() error) time.Duration {
	before := imagetest.CPU()
	require.NoError(t, f())
	return imagetest.CPU() - before
}
