package engine

import (
	"image"
	"time"

	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/require"
)

// A film is an animation with all frames in memory.
type film struct {
	Frames    []*image.NRGBA
	Delays    []time.Duration
	LoopCount int
}

// filmOf makes all frames of an animation.
func filmOf(t require.TestingT, img image.Image) *film {
	a, ok := img.(*processors.Animation)
	require.True(t, ok, "%T", img)
	out := &film{LoopCount: a.LoopCount}
	for frame, err := range a.Frames {
		require.NoError(t, err)
		out.Frames, out.Delays = append(out.Frames, frame.Image), append(out.Delays, frame.Delay)
	}
	return out
}

// animation returns the film as encoders receive it.
func (f *film) animation() *processors.Animation {
	return &processors.Animation{Image: f.Frames[0], LoopCount: f.LoopCount, Frames: func(yield func(processors.Frame, error) bool) {
		for i, img := range f.Frames {
			if !yield(processors.Frame{Image: img, Delay: f.Delays[i]}, nil) {
				return
			}
		}
	}}
}

// merged joins equal consecutive frames, so that films can be compared by what is visible at each time.
func (f *film) merged() *film {
	out := &film{LoopCount: f.LoopCount}
	for i, img := range f.Frames {
		if last := len(out.Frames) - 1; last >= 0 && samePixels(out.Frames[last], img) {
			if sum := out.Delays[last] + f.Delays[i]; out.Delays[last] > 10*time.Millisecond && f.Delays[i] > 10*time.Millisecond && sum <= maxDelay {
				out.Delays[last] = sum
				continue
			}
		}
		out.Frames, out.Delays = append(out.Frames, img), append(out.Delays, f.Delays[i])
	}
	return out
}

func assertSame(t require.TestingT, want, got *film, name string) {
	want, got = want.merged(), got.merged()
	require.Equal(t, want.Delays, got.Delays, name)
	require.Equal(t, want.LoopCount, got.LoopCount, name)
	for i := range want.Frames {
		require.Equal(t, want.Frames[i].Rect, got.Frames[i].Rect, name)
		require.True(t, samePixels(want.Frames[i], got.Frames[i]), "%s: frame %d", name, i)
	}
}
