package jpeg

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"math/rand"
	"os"
	"os/exec"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tolerated decodes tolerantly at n/8.
func tolerated(data []byte, n int) (image.Image, error) {
	return new(Decoder).Decode(context.Background(), data, Options{Scale: n, Tolerant: true})
}

// restartsOf returns the offsets of the restart markers of a file.
func restartsOf(data []byte) (at []int) {
	in := input{data: data, off: bytes.Index(data, []byte{0xFF, mSOS}) + 2}
	for {
		i, marker := in.nextMarker()
		if marker == 0 || marker == mEOI {
			return at
		}
		if marker >= mRST0 && marker <= mRST7 {
			at = append(at, i)
		}
		in.off = i + 2
	}
}

// damages are ways to damage a file.
var damages = []struct {
	name   string
	damage func(rng *rand.Rand, data []byte) []byte
}{
	{"cut", func(rng *rand.Rand, data []byte) []byte { return data[:len(data)*(30+rng.Intn(69))/100] }},
	{"cut before EOI", func(rng *rand.Rand, data []byte) []byte {
		return append(bytes.Clone(data[:len(data)*(30+rng.Intn(69))/100]), 0xFF, mEOI)
	}},
	{"a byte changed", func(rng *rand.Rand, data []byte) []byte {
		out := bytes.Clone(data)
		out[len(data)/4+rng.Intn(len(data)*3/4)] ^= byte(1 + rng.Intn(255))
		return out
	}},
	{"bytes missing", func(rng *rand.Rand, data []byte) []byte {
		at := len(data)/3 + rng.Intn(len(data)/2)
		return append(bytes.Clone(data[:at]), data[at+1+rng.Intn(20):]...)
	}},
	{"zeros in the middle", func(rng *rand.Rand, data []byte) []byte {
		out := bytes.Clone(data)
		at := len(data)/3 + rng.Intn(len(data)/2)
		clear(out[at : at+1+rng.Intn(60)])
		return out
	}},
	{"a restart marker of another number", func(rng *rand.Rand, data []byte) []byte {
		out := bytes.Clone(data)
		if at := restartsOf(data); len(at) > 0 {
			out[at[rng.Intn(len(at))]+1] = mRST0 + byte(rng.Intn(8))
		}
		return out
	}},
	{"a restart marker missing", func(rng *rand.Rand, data []byte) []byte {
		at := restartsOf(data)
		if len(at) == 0 {
			return data
		}
		i := at[rng.Intn(len(at))]
		return append(bytes.Clone(data[:i]), data[i+2:]...)
	}},
	{"a restart marker twice", func(rng *rand.Rand, data []byte) []byte {
		at := restartsOf(data)
		if len(at) == 0 {
			return data
		}
		i := at[rng.Intn(len(at))]
		return append(bytes.Clone(data[:i+2]), data[i:]...)
	}},
	{"an interval missing", func(rng *rand.Rand, data []byte) []byte {
		at := restartsOf(data)
		if len(at) < 4 {
			return data
		}
		i := rng.Intn(len(at) - 3)
		return append(bytes.Clone(data[:at[i]]), data[at[i+1]:]...)
	}},
}

func TestDamagedFilesCostNoMorePSNRThanWithLibjpeg(t *testing.T) {
	imagetest.Long(t)
	rng := rand.New(rand.NewSource(1))
	for _, args := range [][]string{
		{}, {"-restart", "1"}, {"-restart", "7B"}, {"-grayscale"}, {"-progressive"}, {"-progressive", "-restart", "1"}, {"-sample", "1x1"},
	} {
		file := run(t, scene(240, 180), "cjpeg", append([]string{"-quality", "85"}, args...)...)
		whole, err := decode(file, 8)
		require.NoError(t, err)
		for _, kind := range damages {
			for range 8 {
				data := kind.damage(rng, file)
				out, _ := exec.Command("djpeg", "-pnm", "-nosmooth", write(t, data)).Output() // djpeg also exits with an error after a warning
				if len(out) < 240*180 {
					continue // djpeg refuses the file
				}
				theirs := imagetest.PSNRWithoutAlpha(pixmap(t, out), whole)
				img, err := tolerated(data, 8)
				if err != nil {
					assert.Less(t, theirs, 14., "%v, %s: %v", args, kind.name, err)
					continue
				}
				ours := imagetest.PSNRWithoutAlpha(img, whole)
				assert.Greater(t, ours, theirs-1, "%v, %s", args, kind.name)
			}
		}
	}
}

func write(t testing.TB, data []byte) string {
	name := t.TempDir() + "/file.jpg"
	require.NoError(t, os.WriteFile(name, data, 0o600))
	return name
}

func TestMissingPixelsAreMidGray(t *testing.T) {
	img := image.NewYCbCr(image.Rect(0, 0, 256, 256), image.YCbCrSubsampleRatio420)
	for i := range img.Y {
		img.Y[i] = byte(i * 7)
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = 30, 220
	}
	file := encodedByGo(t, img)
	cut := file[:len(file)*2/3]
	for n := 1; n <= 8; n++ {
		whole, err := decode(file, n)
		require.NoError(t, err)
		got, err := tolerated(cut, n)
		require.NoError(t, err)
		side := got.Bounds().Dx()
		assert.Equal(t, color.YCbCr{Y: 128, Cb: 128, Cr: 128}, got.At(side-1, side-1))
		assert.Equal(t, whole.At(3, 3), got.At(3, 3))
	}
}

func TestMissingPixelsOfCMYKAreMidGrayWithoutBlack(t *testing.T) {
	for _, progressive := range []bool{false, true} {
		c := randomCoded(rand.New(rand.NewSource(3)), 120, 120, [2]int{1, 1}, [2]int{1, 1}, [2]int{1, 1}, [2]int{1, 1})
		c.progressive = progressive
		file := c.file()
		cut := file[:len(file)/2]
		if progressive { // within the first scan
			start := bytes.Index(file, []byte{0xFF, mSOS})
			cut = file[:start+bytes.Index(file[start+2:], []byte{0xFF, mSOS})/2]
		}
		got, err := tolerated(cut, 8)
		require.NoError(t, err)
		missing := got.At(119, 119).(color.CMYK)
		assert.InDelta(t, 127, missing.C, 1)
		assert.Less(t, missing.K, uint8(4), "progressive %v", progressive)
	}
}

func TestLessThanATenthOfAPictureIsCorrupt(t *testing.T) {
	for _, progressive := range []bool{false, true} {
		c := randomCoded(rand.New(rand.NewSource(3)), 400, 400, [2]int{1, 1})
		c.progressive = progressive
		file := c.file()
		start := bytes.Index(file, []byte{0xFF, mSOS})
		length := len(file) - start
		if progressive {
			length = bytes.Index(file[start+2:], []byte{0xFF, mSOS})
		}
		_, err := tolerated(file[:start+length*7/100], 8)
		assert.ErrorIs(t, err, codec.ErrCorrupt)
		_, err = tolerated(file[:start+length*15/100], 8)
		assert.NoError(t, err)
	}
}

func TestASoundFileIsNotPartial(t *testing.T) {
	for _, progressive := range []bool{false, true} {
		data := small(progressive).file()
		var d Decoder
		want, err := decode(data, 8)
		require.NoError(t, err)
		got, err := d.Decode(context.Background(), data, Options{Tolerant: true})
		require.NoError(t, err)
		assert.False(t, d.Partial())
		assert.Equal(t, want, got)
		_, err = d.Decode(context.Background(), data[:len(data)*3/4], Options{Tolerant: true})
		require.NoError(t, err)
		assert.True(t, d.Partial())
	}
}

// dirty fills the memory of a Decoder as a previous file might have left it.
func dirty(d *Decoder, with byte) {
	fill := func(b []byte) {
		for i := range b {
			b[i] = with
		}
	}
	d.out.memory, d.out.pixels, d.bits.buf = make([]byte, 1<<18), make([]byte, 1<<18), make([]byte, bufSize)
	fill(d.out.memory)
	fill(d.out.pixels)
	fill(d.bits.buf)
	d.prog.values, d.prog.words = make([]int16, 1<<17), make([]uint64, 1<<14)
	for i := range d.prog.values {
		d.prog.values[i] = int16(with) << 4
	}
	for i := range d.prog.words {
		d.prog.words[i] = ^uint64(0)
	}
	for i := range d.blk {
		d.blk[i] = float32(with)
	}
}

func TestTheResultDoesNotDependOnThePreviousFile(t *testing.T) {
	rng := rand.New(rand.NewSource(9))
	for round := range 300 {
		c := randomCoded(rng, 1+rng.Intn(90), 1+rng.Intn(90), samplings[rng.Intn(len(samplings))]...)
		c.progressive, c.restart, c.separate = round%2 == 0, rng.Intn(4), rng.Intn(3) == 0
		data := damages[rng.Intn(len(damages))].damage(rng, c.file())
		o := Options{Scale: 1 + rng.Intn(8), FullChroma: rng.Intn(2) == 0, Tolerant: true}
		var clean, used Decoder
		dirty(&used, byte(rng.Intn(256)))
		want, err := clean.Decode(context.Background(), data, o)
		got, errUsed := used.Decode(context.Background(), data, o)
		if err != nil {
			require.Equal(t, err, errUsed)
			continue
		}
		require.NoError(t, errUsed)
		require.Zero(t, maxDifference(t, "used", got, want))
	}
}
