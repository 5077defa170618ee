package png

import (
	"bytes"
	"image"
	"image/color"
	stdpng "image/png"
	"io"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// allFrames returns copies of all frames.
func allFrames(t testing.TB, data []byte, o codec.Options) (frames []*image.NRGBA, delays []time.Duration, err error) {
	t.Helper()
	account := codec.NewAccount(1 << 30)
	f, err := Format.Frames(codec.WithAccount(t.Context(), account), data, header(t, data), o)
	require.NoError(t, err)
	for {
		frame, err := f.Next(t.Context())
		if err != nil {
			assert.Zero(t, account.Used(), "all is given back at the end")
			if err == io.EOF {
				err = nil
			}
			return frames, delays, err
		}
		m := *frame.Image.(*image.NRGBA)
		m.Pix = bytes.Clone(m.Pix)
		if len(frames) > 0 && !frame.Changed {
			assert.Equal(t, frames[len(frames)-1].Pix, m.Pix)
		}
		frames, delays = append(frames, &m), append(delays, frame.Delay)
	}
}

func TestFramesAreComposedAsTheStandardSays(t *testing.T) {
	rng := rand.New(rand.NewPCG(30, 11))
	for range 300 {
		f := randomFilm(rng)
		data := fileOf(f.chunks(rng)...)
		h := header(t, data)
		require.Equal(t, len(f.frames), h.FrameCount)
		got, delays, err := allFrames(t, data, codec.Options{})
		require.NoError(t, err)
		want := f.compose(t)
		require.Len(t, got, len(want))
		for i := range want {
			requireNear(t, want[i], got[i], f, i)
			den := f.frames[i].den
			if den == 0 {
				den = 100
			}
			require.Equal(t, time.Duration(f.frames[i].num)*time.Second/time.Duration(den), delays[i])
		}
		frames, err := Format.Frames(t.Context(), data, h, codec.Options{})
		require.NoError(t, err)
		require.Equal(t, map[uint32]int{0: 0, 1: -1, 2: 1, 3: 2}[f.plays], frames.LoopCount())

		still, err := Format.Decode(t.Context(), data, h, codec.Options{})
		require.NoError(t, err)
		default0, err := stdpng.Decode(bytes.NewReader(data))
		require.NoError(t, err)
		requireSame(t, default0, still.Image, "the default image")
	}
}

// requireNear compares two frames. It allows for rounding errors, which grow with each frame that is blended over others.
func requireNear(t *testing.T, want, got *image.NRGBA, f *film, i int) {
	t.Helper()
	for at := 0; at < len(want.Pix); at += 4 {
		w, g := want.Pix[at:][:4], got.Pix[at:][:4]
		for k := range 4 {
			alpha := 255
			if k < 3 {
				alpha = max(int(w[3]), 1)
			}
			if d := int(w[k]) - int(g[k]); max(d, -d)*alpha > 3*255 {
				t.Fatalf("frame %d of %+v: pixel %d is %v, not %v", i, f.header, at/4, g, w)
			}
		}
	}
}

func TestTextBetweenTheDataOfAFrameIsIgnored(t *testing.T) {
	rng := rand.New(rand.NewPCG(32, 11))
	for range 20 {
		f := randomFilm(rng)
		var parts []part
		for _, p := range f.chunks(rng) {
			if parts = append(parts, p); p.kind == "fdAT" || p.kind == "IDAT" {
				parts = append(parts, part{"tEXt", "a"})
			}
		}
		got, _, err := allFrames(t, fileOf(parts...), codec.Options{})
		require.NoError(t, err)
		want := f.compose(t)
		require.Len(t, got, len(want))
		for i := range want {
			requireNear(t, want[i], got[i], f, i)
		}
	}
}

func TestAnAnimationEndsBeforeAnInvalidChunk(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 11))
	f := randomFilm(rng)
	f.hidden, f.header.Interlaced = false, false
	f.header = pictureHeader{Width: 9, Height: 9, Depth: 8, Color: colorRGBA}
	f.frames = nil
	for range 3 {
		r := image.Rect(0, 0, 9, 9)
		f.frames = append(f.frames, shot{r, 1, 10, 0, 0, f.random(rng, r)})
	}
	sound := f.chunks(rng)
	nth := func(kind string, n int) int {
		for i, p := range sound {
			if p.kind == kind {
				if n--; n < 0 {
					return i
				}
			}
		}
		return -1
	}
	changed := func(i int, data string) []part {
		out := append([]part{}, sound...)
		out[i].data = data
		return out
	}
	third := sound[nth("fcTL", 2)].data
	for name, c := range map[string]struct {
		parts  []part
		frames int
	}{
		"nothing":                       {sound, 3},
		"a number too high":             {changed(nth("fcTL", 2), numbers(90)+third[4:]), 2},
		"a frame outside":               {changed(nth("fcTL", 2), third[:12]+numbers(5)+third[16:]), 2},
		"an empty frame":                {changed(nth("fcTL", 2), third[:4]+numbers(0)+third[8:]), 2},
		"a disposal of 3":               {changed(nth("fcTL", 2), third[:24]+"\x03"+third[25:]), 2},
		"a blending of 2":               {changed(nth("fcTL", 2), third[:25]+"\x02"), 2},
		"a short fcTL":                  {changed(nth("fcTL", 2), third[:25]), 2},
		"two fcTL":                      {append(append(append([]part{}, sound[:nth("fcTL", 2)]...), sound[nth("fcTL", 2)]), sound[nth("fcTL", 2):]...), 2},
		"fewer announced":               {changed(nth("acTL", 0), numbers(2, 0)), 2},
		"more announced":                {changed(nth("acTL", 0), numbers(9, 0)), 3},
		"no animation at all":           {append(append([]part{}, sound[:1]...), sound[2:]...), 1},
		"a first frame of another size": {changed(nth("fcTL", 0), sound[nth("fcTL", 0)].data[:4]+numbers(8)+sound[nth("fcTL", 0)].data[8:]), 1},
	} {
		data := fileOf(c.parts...)
		h := header(t, data)
		assert.Equal(t, c.frames, h.FrameCount, name)
		if c.frames > 1 {
			got, _, err := allFrames(t, data, codec.Options{})
			require.NoError(t, err, name)
			assert.Len(t, got, c.frames, name)
		}
		_, err := Format.Decode(t.Context(), data, h, codec.Options{})
		assert.NoError(t, err, name)
	}

	data := fileOf(sound...)
	last := bytes.LastIndex(data, []byte("fdAT"))
	got, _, err := allFrames(t, data[:last+20], codec.Options{})
	require.NoError(t, err)
	assert.Len(t, got, 2, "cut in the last frame")
	got, _, err = allFrames(t, data[:last+20], codec.Options{Tolerant: true})
	require.NoError(t, err)
	assert.Len(t, got, 3, "of which there is a part")

	middle := bytes.Index(data, []byte("fdAT"))
	damaged := bytes.Clone(data)
	damaged[middle+20] ^= 0x55
	_, _, err = allFrames(t, damaged, codec.Options{})
	assert.ErrorIs(t, err, codec.ErrCorrupt)
	got, _, err = allFrames(t, damaged, codec.Options{Tolerant: true})
	require.NoError(t, err)
	assert.Len(t, got, 3)
}

// caseFile returns a file of the folder "cases" next to the repository. If the folder does not exist, the test is skipped.
func caseFile(t *testing.T, name string) []byte {
	return imagetest.Read(t, filepath.Join(imagetest.Cases(t), name))
}

func TestTheAnimationsOfTheCasesLookAsExpected(t *testing.T) {
	for _, name := range []string{"n30-apng-dispose", "n31-apng-hidden"} {
		data := caseFile(t, "png/"+name+".png")
		want, err := stdpng.Decode(bytes.NewReader(caseFile(t, "expected/"+name+"-frames.png")))
		require.NoError(t, err)
		got, _, err := allFrames(t, data, codec.Options{})
		require.NoError(t, err)
		h := got[0].Rect.Dy()
		require.Equal(t, want.Bounds().Dy(), h*len(got), name)
		for i, frame := range got {
			for y := range h {
				for x := range frame.Rect.Dx() {
					w := color.NRGBAModel.Convert(want.At(x, i*h+y)).(color.NRGBA)
					g := frame.NRGBAAt(x, y)
					if w.A == 0 && g.A == 0 {
						continue
					}
					require.InDelta(t, w.A, g.A, 2, "%s frame %d at %d,%d", name, i, x, y)
					require.InDelta(t, w.G, g.G, 3, "%s frame %d at %d,%d", name, i, x, y)
				}
			}
		}
	}
}
