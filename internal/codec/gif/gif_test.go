package gif

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/gif"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// file returns an animation with all features that parse reads.
func file(t testing.TB) []byte {
	palette := color.Palette{color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}, color.RGBA{}}
	g := &gif.GIF{LoopCount: 5, Delay: []int{10, 0}, Disposal: []byte{gif.DisposalBackground, gif.DisposalPrevious}}
	for i := range 2 {
		frame := image.NewPaletted(image.Rect(i, i, 20, 12), palette[:2+i])
		for j := range frame.Pix {
			frame.Pix[j] = byte(j % (2 + i))
		}
		g.Image = append(g.Image, frame)
	}
	g.Config = image.Config{Width: 20, Height: 12, ColorModel: palette}
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, g))
	return b.Bytes()
}

func TestParseReadsWhatImageGIFWrites(t *testing.T) {
	f, err := parse(file(t), 100)
	require.NoError(t, err)
	assert.Equal(t, image.Pt(20, 12), f.Screen)
	assert.Equal(t, 5, f.LoopCount)
	require.Len(t, f.Frames, 2)
	assert.Equal(t, image.Rect(1, 1, 20, 12), f.Frames[1].Rect)
	assert.Equal(t, []int{10, 0}, []int{f.Frames[0].Delay, f.Frames[1].Delay})
	assert.Equal(t, []disposal{disposalBackground, disposalPrevious}, []disposal{f.Frames[0].Disposal, f.Frames[1].Disposal})
	assert.Equal(t, []int{-1, 2}, []int{f.Frames[0].transparent, f.Frames[1].transparent})

	f, err = parse(file(t), 1)
	require.NoError(t, err)
	assert.Len(t, f.Frames, 1)
}

func TestAFileMayEndBetweenBlocksAndNowhereElse(t *testing.T) {
	whole := file(t)
	_, err := parse(whole[:len(whole)-1], 100)
	require.NoError(t, err, "without a trailer")
	f, err := parse(append(whole[:len(whole)-1:len(whole)-1], "<html>"...), 100)
	require.NoError(t, err, "with something else in its place")
	assert.Len(t, f.Frames, 2)
	for n := range 100 {
		f, err := parse(whole[:n], 100)
		if err == nil {
			require.LessOrEqual(t, len(f.Frames), 1)
			continue
		}
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	}
	for n := 2; n < 20; n++ {
		_, err := parse(whole[:len(whole)-n], 100)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, "without %d bytes", n)
	}
}

func TestInterlacedRowsAreReordered(t *testing.T) {
	data := file(t)
	at := bytes.IndexByte(data[40:], imageSeparator) + 40
	plain, err := parse(data, 1)
	require.NoError(t, err)
	data[at+9] |= isInterlaced
	mixed, err := parse(data, 1)
	require.NoError(t, err)
	rows := func(f *structure) (order []int, pix [][]byte) {
		err := new(decoder).rows(t.Context(), &f.Frames[0], image.Rectangle{Max: f.Screen}, 256, func(y int, row []byte) {
			order, pix = append(order, y), append(pix, bytes.Clone(row))
		})
		require.NoError(t, err)
		return order, pix
	}
	straight, want := rows(plain)
	order, got := rows(mixed)
	assert.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, straight)
	assert.Equal(t, []int{0, 8, 4, 2, 6, 10, 1, 3, 5, 7, 9, 11}, order)
	assert.Equal(t, want, got, "in the order of the file")
}

func TestAFrameFarLargerThanTheScreenIsNotDecoded(t *testing.T) {
	f, err := parse(file(t), 1)
	require.NoError(t, err)
	frame := f.Frames[0]
	frame.Rect = image.Rect(0, 0, 65535, 65535)
	_, err = newCanvas(f.Screen).Draw(t.Context(), new(decoder), &frame)
	assert.ErrorIs(t, err, errSize)
}

func TestDecodingEndsWithItsContext(t *testing.T) {
	f, err := parse(file(t), 1)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = new(decoder).still(ctx, &f.Frames[0], f.Screen)
	assert.ErrorIs(t, err, context.Canceled)
}

// encode writes frames with an Encoder.
func encode(w io.Writer, frames []*image.Paletted, delays []int, loop int) error {
	var size image.Point
	if len(frames) > 0 {
		size = frames[0].Rect.Size()
	}
	e, err := NewEncoder(context.Background(), size)
	if err != nil {
		return err
	}
	for i, f := range frames {
		if err := e.Add(f, delays[i]); err != nil {
			return err
		}
	}
	return e.Write(w, loop)
}

func TestTheEncoderRefusesImpossibleSizesAndPalettes(t *testing.T) {
	palette := color.Palette{color.Black, color.White}
	small, large := image.NewPaletted(image.Rect(0, 0, 2, 2), palette), image.NewPaletted(image.Rect(0, 0, 3, 2), palette)
	for name, frames := range map[string][]*image.Paletted{
		"none": {}, "two sizes": {small, large}, "no pixels": {image.NewPaletted(image.Rectangle{}, palette)},
		"no colors": {image.NewPaletted(small.Rect, nil)}, "too wide": {image.NewPaletted(image.Rect(0, 0, 65536, 1), palette)},
		"elsewhere": {image.NewPaletted(image.Rect(1, 1, 2, 2), palette)},
	} {
		assert.Error(t, encode(io.Discard, frames, make([]int, len(frames)), 0), name)
	}
	e, err := NewEncoder(context.Background(), image.Pt(1, 1))
	require.NoError(t, err)
	assert.Error(t, e.Write(io.Discard, 0), "no frame")
	assert.NoError(t, encode(io.Discard, []*image.Paletted{small}, []int{1}, 0))
}

func TestAllDepthsAndColorCountsAreWrittenExactly(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 5, 16, 17, 128, 129, 255, 256} {
		frames, delays := []*image.Paletted{}, []int{}
		palette := color.Palette{}
		for i := range n {
			palette = append(palette, color.NRGBA{byte(i), byte(3 * i), 1, 255})
		}
		for i := range 3 {
			frame := image.NewPaletted(image.Rect(0, 0, 17, 31), palette)
			for j := range frame.Pix {
				frame.Pix[j] = byte((j*j + i*j/7) % n)
			}
			frames, delays = append(frames, frame), append(delays, i)
		}
		var b bytes.Buffer
		require.NoError(t, encode(&b, frames, delays, 0))
		f, err := parse(b.Bytes(), 100)
		require.NoError(t, err)
		canvas := newCanvas(f.Screen)
		for i := range f.Frames {
			_, err := canvas.Draw(t.Context(), new(decoder), &f.Frames[i])
			require.NoError(t, err)
			for y := range 31 {
				for x := range 17 {
					require.Equal(t, frames[i].At(x, y), color.NRGBAModel.Convert(canvas.Image.At(x, y)), "%d colors, frame %d, at %d,%d", n, i, x, y)
				}
			}
		}
	}
}

// Many viewers clear a frame without a transparent color to the background color, and then a colored rectangle is
// visible.
func TestFramesThatAreClearedHaveATransparentColor(t *testing.T) {
	for name, palettes := range map[string][2]color.Palette{
		"one palette":  {{color.NRGBA{1, 2, 3, 255}, color.NRGBA{4, 5, 6, 255}, color.NRGBA{}}},
		"two palettes": {{color.NRGBA{1, 2, 3, 255}, color.NRGBA{4, 5, 6, 255}}, {color.NRGBA{9, 9, 9, 255}, color.NRGBA{}}},
	} {
		if palettes[1] == nil {
			palettes[1] = palettes[0]
		}
		var frames []*image.Paletted
		for i := range 4 {
			palette := palettes[i%2]
			m := image.NewPaletted(image.Rect(0, 0, 16, 8), palette)
			for at := range m.Pix {
				if x := at % 16; i%2 == 1 && (x < 4*i || x >= 4*i+4) {
					m.Pix[at] = byte(len(palette) - 1)
				}
			}
			frames = append(frames, m)
		}
		var b bytes.Buffer
		require.NoError(t, encode(&b, frames, []int{10, 10, 10, 10}, 0))
		f, err := parse(b.Bytes(), 100)
		require.NoError(t, err)
		require.Len(t, f.Frames, 4)
		cleared := 0
		for i := range f.Frames {
			if f.Frames[i].Disposal == disposalBackground {
				cleared++
				assert.GreaterOrEqual(t, f.Frames[i].transparent, 0, name)
			}
		}
		assert.NotZero(t, cleared)
		canvas := newCanvas(f.Screen)
		for i := range f.Frames {
			_, err := canvas.Draw(t.Context(), new(decoder), &f.Frames[i])
			require.NoError(t, err)
			for y := range 8 {
				for x := range 16 {
					require.Equal(t, color.NRGBAModel.Convert(frames[i].At(x, y)), color.NRGBAModel.Convert(canvas.Image.At(x, y)), "%s, frame %d", name, i)
				}
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(file(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 6 {
			return
		}
		file, err := parse(data, 50)
		if err != nil {
			return
		}
		stripped := file.stripped()
		if stripped == nil {
			if !slices.ContainsFunc(file.Frames, func(f imageFrame) bool { return f.flags&hasTable == 0 && len(file.palette) == 0 }) {
				t.Fatal("not stripped, although every frame has a color table")
			}
			return
		}
		again, err := parse(stripped, 51)
		if err != nil {
			t.Fatal(err)
		}
		again.flags, file.flags = again.flags&hasTable, file.flags&hasTable
		for _, f := range []*structure{file, again} {
			for i := range f.Frames {
				f.Frames[i].flags &= hasTable | isInterlaced | tableBits
				if f.Frames[i].Disposal == 0 {
					f.Frames[i].Disposal = disposalKeep
				}
			}
		}
		if len(file.Frames) != len(again.Frames) || len(file.Frames) > 0 && !reflect.DeepEqual(file, again) {
			t.Fatalf("%+v, and stripped %+v", file, again)
		}
	})
}

// FuzzFrames decodes the frames of damaged files. If image/gif accepts the file too, the pixels must be the same.
func FuzzFrames(f *testing.F) {
	f.Add(file(f))
	interlaced := file(f)
	interlaced[bytes.IndexByte(interlaced[40:], imageSeparator)+40+9] |= isInterlaced
	f.Add(interlaced)
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := parse(data, 20)
		if err != nil || file.Screen.X*file.Screen.Y > 1<<16 {
			return
		}
		var d decoder
		canvas := newCanvas(file.Screen)
		for i := range file.Frames {
			if _, err := canvas.Draw(t.Context(), &d, &file.Frames[i]); err != nil {
				return
			}
		}
		all, err := gif.DecodeAll(bytes.NewReader(data))
		if err != nil {
			return
		}
		for i, want := range all.Image[:min(len(all.Image), 20)] {
			frame := &file.Frames[i]
			got := image.NewPaletted(frame.Rect, nil)
			require.NoError(t, d.rows(t.Context(), frame, frame.Rect, 256, func(y int, row []byte) {
				copy(got.Pix[got.PixOffset(frame.Rect.Min.X, y):], row)
			}))
			require.Equal(t, want.Rect, frame.Rect)
			require.True(t, bytes.Equal(want.Pix, got.Pix), "frame %d", i)
		}
	})
}

// The decoded frames must be the same whether the encoder writes unchanged pixels or makes them transparent.
func TestAnimationsThatChangeInPartAreEncodedExactly(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	palette := color.Palette{color.NRGBA{}}
	for i := range 255 {
		palette = append(palette, color.NRGBA{uint8(i), uint8(i / 3), uint8(255 - i), 255})
	}
	for _, colors := range []int{2, 3, 9, 60, 255} {
		var frames []*image.Paletted
		var delays []int
		for i := range 5 {
			m := image.NewPaletted(image.Rect(0, 0, 150, 120), palette[:1+colors])
			for at := range m.Pix {
				m.Pix[at] = uint8(1 + random.IntN(colors))
			}
			if i > 0 {
				copy(m.Pix[40*150:], frames[i-1].Pix[30*150:100*150])
				copy(m.Pix[:40*150], frames[i-1].Pix)
				m.Pix[random.IntN(len(m.Pix))] = 1
			}
			frames, delays = append(frames, m), append(delays, 5)
		}
		var b bytes.Buffer
		require.NoError(t, encode(&b, frames, delays, 0))
		g, err := gif.DecodeAll(&b)
		require.NoError(t, err)
		shown := screens(g)
		require.Len(t, shown, len(frames))
		for i, f := range frames {
			for at, index := range f.Pix {
				require.Equal(t, palette[index], shown[i].NRGBAAt(at%150, at/150), "%d colors, frame %d at %d", colors, i, at)
			}
		}
	}
}

// sizeOf returns the size in bytes of the compressed pixels of t if cells with mayLeave are written in the way w.
func sizeOf(e *Encoder, t *part, w way) int {
	s := e.count(t)
	highest := max(most(s.first), most(s.then), t.transparent)
	e.coder.colors, e.coder.gain, e.coder.leave = t.packed, 1, t.transparent
	e.feed(t, func(cells []cell) {
		for i, k := range cells {
			cells[i] = w.of(k, highest)
		}
	})
	e.coder.compress(tableWidth(highest+1), math.MaxInt)
	return e.coder.out.len()
}

func TestUnchangedPixelsAreLeftOrWrittenWhicheverIsShorter(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	palette := color.Palette{color.Black, color.Gray{100}, color.White, color.NRGBA{}}
	size := image.Pt(160, 120)
	before, after := image.NewPaletted(image.Rectangle{Max: size}, palette), image.NewPaletted(image.Rectangle{Max: size}, palette)
	for at := range before.Pix {
		before.Pix[at] = byte(random.IntN(3))
	}
	copy(after.Pix, before.Pix)
	for range 40 {
		x, y := random.IntN(size.X-12), random.IntN(size.Y-12)
		for i := range 12 * 12 {
			after.SetColorIndex(x+i%12, y+i/12, 2)
		}
	}
	e, err := NewEncoder(t.Context(), size)
	require.NoError(t, err)
	require.NoError(t, e.Add(before, 5))
	require.NoError(t, e.Add(after, 5))
	p := &part{picture: e.last, rect: after.Rect}
	assert.Less(t, sizeOf(e, p, either), min(sizeOf(e, p, left), sizeOf(e, p, written)))
}
