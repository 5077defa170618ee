package gif

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

func header(t testing.TB, data []byte) *codec.Header {
	t.Helper()
	h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
	require.NoError(t, err)
	return &h
}

// all returns copies of all frames.
func all(t testing.TB, data []byte, o codec.Options) (frames []*image.RGBA, delays []time.Duration, err error) {
	t.Helper()
	f, err := Format.Frames(t.Context(), data, header(t, data), o)
	require.NoError(t, err)
	for {
		frame, err := f.Next(t.Context())
		if err == io.EOF {
			return frames, delays, nil
		}
		if err != nil {
			return frames, delays, err
		}
		m := *frame.Image.(*image.RGBA)
		m.Pix = bytes.Clone(m.Pix)
		frames, delays = append(frames, &m), append(delays, frame.Delay)
	}
}

func TestHeadersOfStreamsAndOfBytesAgree(t *testing.T) {
	data := file(t)
	for _, r := range []*codec.Reader{
		codec.NewBytesReader(t.Context(), data),
		codec.NewReader(t.Context(), bytes.NewReader(data), true),
		codec.NewReader(t.Context(), io.MultiReader(bytes.NewReader(data)), true),
	} {
		h, err := Format.Header(t.Context(), r)
		require.NoError(t, err)
		assert.Equal(t, 2, h.FrameCount)
		assert.Equal(t, image.Pt(20, 12), h.Stored)
		assert.EqualValues(t, 2*20*12, h.FramePixels)
	}
	h, err := Format.Header(t.Context(), codec.NewReader(t.Context(), bytes.NewReader(data), false))
	require.NoError(t, err)
	assert.Zero(t, h.FrameCount, "not counted")
	assert.Equal(t, image.Pt(20, 12), h.Stored)
}

func TestFramesCanBeReadTwiceAndHaveDelaysAndLoopCount(t *testing.T) {
	data := file(t)
	first, delays, err := all(t, data, codec.Options{})
	require.NoError(t, err)
	again, _, err := all(t, data, codec.Options{})
	require.NoError(t, err)
	assert.Equal(t, first, again)
	assert.Equal(t, []time.Duration{100 * time.Millisecond, 0}, delays)
	f, err := Format.Frames(t.Context(), data, header(t, data), codec.Options{})
	require.NoError(t, err)
	assert.Equal(t, 5, f.LoopCount())
}

// photo returns a file with one frame whose rows differ.
func photo(w, h int, interlaced bool) []byte {
	var pixels []byte
	for i := range w * h {
		pixels = append(pixels, byte((uint64(i)*uint64(i)/7+uint64(i/w))%5))
	}
	table := make([]byte, 3*8)
	for i := range table {
		table[i] = byte(30 * i)
	}
	out := appendHead(nil, image.Pt(w, h), hasTable|2, table, -1)
	flags := byte(0)
	if interlaced {
		flags = isInterlaced
		var rows []byte
		for _, p := range []pass{{0, 8}, {4, 8}, {2, 4}, {1, 2}} {
			for y := p.from; y < h; y += p.step {
				rows = append(rows, pixels[y*w:][:w]...)
			}
		}
		pixels = rows
	}
	out = appendDescriptor(out, image.Rect(0, 0, w, h), flags)
	return append(append(out, compressed(pixels, 3)...), trailer)
}

func TestTheLastLoopCountOfAFileCounts(t *testing.T) {
	loops := func(n byte) string { return "\x21\xff\x0bNETSCAPE2.0\x03\x01" + string([]byte{n, 0, 0}) }
	const frame = ",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"
	data := []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff" + loops(2) + loops(4) + frame + loops(7) + frame + ";")
	f, err := Format.Frames(t.Context(), data, header(t, data), codec.Options{})
	require.NoError(t, err)
	assert.Equal(t, 7, f.LoopCount())
}

func TestATolerantDecodeKeepsTheRowsOfATruncatedFrame(t *testing.T) {
	for _, interlaced := range []bool{false, true} {
		data := photo(40, 60, interlaced)
		h := header(t, data)
		whole, err := Format.Decode(t.Context(), data, h, codec.Options{})
		require.NoError(t, err)
		require.False(t, whole.Partial)
		last := 0
		for n := 40; n < len(data); n++ {
			_, err := Format.Decode(t.Context(), data[:n], h, codec.Options{})
			pic, tolerated := Format.Decode(t.Context(), data[:n], h, codec.Options{Tolerant: true})
			if err == nil {
				require.Greater(t, n, len(data)-6, "only the end is missing")
				require.NoError(t, tolerated)
				require.False(t, pic.Partial)
				continue
			}
			require.ErrorIs(t, err, codec.ErrCorrupt)
			if tolerated != nil {
				require.ErrorIs(t, tolerated, codec.ErrCorrupt)
				require.Zero(t, last, "less came before")
				continue
			}
			require.True(t, pic.Partial)
			same := 0
			for y := range 60 {
				equal := 0
				for x := range 40 {
					if pic.Image.At(x, y) == whole.Image.At(x, y) {
						equal++
					} else if _, _, _, a := pic.Image.At(x, y).RGBA(); !interlaced {
						require.Zero(t, a, "what did not come is transparent")
					}
				}
				if equal == 40 {
					same++
				}
			}
			require.GreaterOrEqual(t, same, last)
			require.GreaterOrEqual(t, same, 5)
			last = same
		}
		assert.GreaterOrEqual(t, last, 58)
	}
}

func TestAnAnimationThatIsTruncatedInItsLastFrameKeepsTheOthers(t *testing.T) {
	data := file(t)
	want, _, err := all(t, data, codec.Options{})
	require.NoError(t, err)
	second := bytes.LastIndexByte(data[:len(data)-6], graphicControl)
	for n := second; n < len(data)-3; n++ {
		got, _, err := all(t, data[:n], codec.Options{})
		require.NoError(t, err, "%d of %d bytes", n, len(data))
		require.NotEmpty(t, got)
		require.Equal(t, want[0], got[0])
		if len(got) == 2 {
			require.Equal(t, want[1], got[1])
		}
		if n != second+7 { // there the file ends between blocks
			require.Nil(t, strip(data[:n]), "not every viewer shows it")
		}
	}
}

func TestIndicesBeyondTheTableAreTransparentButTheFileIsNotKept(t *testing.T) {
	data := one([]byte{0, 1, 2, 1, 1, 0, 1, 0}, 2)
	h := header(t, data)
	for _, tolerant := range []bool{false, true} {
		pic, err := Format.Decode(t.Context(), data, h, codec.Options{Tolerant: tolerant})
		require.NoError(t, err)
		require.False(t, pic.Partial)
		require.True(t, pic.Surplus, "other viewers refuse the file")
		_, _, _, a := pic.Image.At(2, 0).RGBA()
		assert.Zero(t, a)
		_, _, _, a = pic.Image.At(1, 1).RGBA()
		assert.EqualValues(t, 0xffff, a)
	}
}

func TestDecodingStaysWithinTheEstimate(t *testing.T) {
	for name, data := range map[string][]byte{"one": photo(300, 200, true), "two": file(t)} {
		h := header(t, data)
		n := Format.Memory(h, codec.Options{})
		account := codec.NewAccount(n)
		_, err := Format.Decode(codec.WithAccount(t.Context(), account), data, h, codec.Options{})
		require.NoError(t, err, name)
		assert.Positive(t, account.Used())
		_, err = Format.Decode(codec.WithAccount(t.Context(), codec.NewAccount(n/2)), data, h, codec.Options{})
		assert.ErrorIs(t, err, codec.ErrTooLarge, name)
	}
}

func TestTheICCProfileIsRead(t *testing.T) {
	profile := bytes.Repeat([]byte("profile "), 100)
	with := func(at int, data []byte) []byte {
		out := append(bytes.Clone(data[:at]), "\x21\xff\x0bICCRGBG1012"...)
		for p := profile; len(p) > 0; {
			n := min(len(p), 255)
			out = append(append(out, byte(n)), p[:n]...)
			p = p[n:]
		}
		return append(append(out, 0), data[at:]...)
	}
	data := photo(9, 9, false)
	head := 13 + 24
	for at, want := range map[int][]byte{head: profile, len(data) - 1: nil} {
		file := with(at, data)
		c, err := Format.Color(t.Context(), file, header(t, file))
		require.NoError(t, err)
		assert.Equal(t, codec.Color{Profile: want}, c)
	}
	cut := with(head, data)[:head+300]
	c, err := Format.Color(t.Context(), cut, header(t, data))
	require.NoError(t, err)
	assert.Zero(t, c)
}

// Files that consist of very short sub-blocks, extensions or empty frames must be read quickly.
func TestManySmallBlocksAreReadQuickly(t *testing.T) {
	base := photo(9, 9, false)
	body := base[:len(base)-1]
	frame := appendDescriptor(nil, image.Rect(0, 0, 0, 0), 0)
	frame = append(frame, 2, 0)
	for name, flood := range map[string][]byte{
		"empty frames": frame, "extensions": {extension, 1, 0}, "comments": {extension, 0xfe, 1, 'a', 1, 'b', 0},
	} {
		data := append(bytes.Clone(body), bytes.Repeat(flood, 400_000)...)
		h := header(t, data)
		assert.LessOrEqual(t, h.FrameCount, maxFrames, name)
		_, err := Format.Decode(t.Context(), data, h, codec.Options{})
		require.NoError(t, err, name)
	}
}

func TestDrawnFramesEqualThoseOfTheStandardLibrary(t *testing.T) {
	data := file(t)
	got, _, err := all(t, data, codec.Options{})
	require.NoError(t, err)
	std, err := gif.DecodeAll(bytes.NewReader(data))
	require.NoError(t, err)
	require.Len(t, got, len(std.Image))
	for y := range 12 {
		for x := range 20 {
			want := color.RGBAModel.Convert(std.Image[0].At(x, y))
			if !(image.Pt(x, y).In(std.Image[0].Rect)) {
				want = color.RGBA{}
			}
			require.Equal(t, want, got[0].At(x, y))
		}
	}
}
