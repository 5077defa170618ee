package jpeg

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"math/rand"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// small returns a 4:2:0 picture of some MCUs.
func small(progressive bool) *coded {
	c := randomCoded(rand.New(rand.NewSource(7)), 83, 61, [2]int{2, 2}, [2]int{1, 1}, [2]int{1, 1})
	c.progressive = progressive
	return c
}

func decode(data []byte, n int) (image.Image, error) {
	return new(Decoder).Decode(context.Background(), data, Options{Scale: n})
}

func TestATruncatedFileIsCorruptAtEveryScale(t *testing.T) {
	for _, progressive := range []bool{false, true} {
		data := small(progressive).file()
		eoi := len(data) - 2
		for n := 1; n <= 8; n++ {
			for end := 0; end < eoi; end += 1 + end%7 {
				_, err := decode(data[:end], n)
				require.ErrorIs(t, err, codec.ErrCorrupt, "%d of %d bytes at %d/8, progressive %v", end, len(data), n, progressive)
			}
			_, err := decode(data[:eoi-1], n)
			require.ErrorIs(t, err, codec.ErrCorrupt)
			want, err := decode(data, n)
			require.NoError(t, err)
			for end := eoi; end < len(data); end++ {
				got, err := decode(data[:end], n)
				require.NoError(t, err, "the end is missing, progressive %v, at %d/8", progressive, n)
				require.Equal(t, want, got)
			}
		}
	}
}

func TestGarbageAfterTheEndIsIgnored(t *testing.T) {
	data := append(small(true).file(), "\xff\xd8\xff<html>"...)
	for n := 1; n <= 8; n++ {
		_, err := decode(data, n)
		require.NoError(t, err)
	}
}

// insert inserts the bytes of a segment before the first marker of the given kind.
func insert(data []byte, marker byte, segment ...byte) []byte {
	i := bytes.Index(data, []byte{0xFF, marker})
	return append(append(append([]byte(nil), data[:i]...), segment...), data[i:]...)
}

// patch replaces the byte at an offset from the first marker of the given kind.
func patch(data []byte, marker byte, offset int, value byte) []byte {
	out := append([]byte(nil), data...)
	out[bytes.Index(out, []byte{0xFF, marker})+offset] = value
	return out
}

func TestUnsupportedFilesAndCorruptFilesHaveDifferentErrors(t *testing.T) {
	data := small(false).file()
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"12 bits":               {patch(data, mSOF1, 4, 12), codec.ErrFormat},
		"lossless":              {patch(data, mSOF1, 1, 0xC3), codec.ErrFormat},
		"hierarchical":          {patch(data, mSOF1, 1, 0xC5), codec.ErrFormat},
		"no height":             {patch(patch(data, mSOF1, 5, 0), mSOF1, 6, 0), codec.ErrFormat},
		"no width":              {patch(patch(data, mSOF1, 7, 0), mSOF1, 8, 0), codec.ErrCorrupt},
		"sampling factor 5":     {patch(data, mSOF1, 11, 0x51), codec.ErrCorrupt},
		"two components":        {patch(data, mSOF1, 9, 2), codec.ErrFormat},
		"scan of a stranger":    {patch(data, mSOS, 5, 77), codec.ErrCorrupt},
		"unknown Huffman table": {patch(data, mSOS, 6, 0x11), codec.ErrCorrupt},
		"second frame":          {insert(data, mSOS, data[bytes.Index(data, []byte{0xFF, mSOF1}):][:19]...), codec.ErrCorrupt},
		"too few bytes":         {patch(patch(data, mSOF1, 5, 0xFF), mSOF1, 7, 0xFF), codec.ErrCorrupt},
		"empty":                 {nil, codec.ErrCorrupt},
		"PNG":                   {[]byte("\x89PNG\r\n\x1a\n"), codec.ErrCorrupt},
	} {
		for n := 1; n <= 8; n++ {
			_, err := decode(c.data, n)
			assert.ErrorIs(t, err, c.want, name)
		}
	}
	_, err := decode(data, 9)
	assert.Error(t, err)
	_, err = decode(data, -1)
	assert.Error(t, err)
}

func TestAComponentWithoutAScanIsCorrupt(t *testing.T) {
	c := small(false)
	c.separate = true
	data := c.file()
	last := bytes.LastIndex(data, []byte{0xFF, mSOS})
	_, err := decode(append(data[:last:last], 0xFF, mEOI), 8)
	assert.ErrorIs(t, err, codec.ErrCorrupt)
}

func TestAComponentInTwoScansOfASequentialFileIsCorrupt(t *testing.T) {
	c := small(false)
	c.separate = true
	data := c.file()
	first := bytes.Index(data, []byte{0xFF, mSOS})
	second := first + 2 + bytes.Index(data[first+2:], []byte{0xFF, mSOS})
	_, err := decode(append(data[:second:second], data[first:]...), 8)
	assert.ErrorIs(t, err, codec.ErrCorrupt)
}

func TestAQuantizationTableMayBeRedefinedForLaterComponents(t *testing.T) {
	for _, progressive := range []bool{false, true} {
		c := small(progressive)
		c.separate = true
		doubled := []byte{0xFF, mDQT, 0, 3 + 2*64, 0x10}
		for _, q := range c.quant {
			doubled = append(doubled, byte(2*q>>8), byte(2*q))
		}
		data := c.file()
		second := bytes.Index(data, []byte{0xFF, mSOS, 0, 8, 1, 1}) // the first scan of component 1
		require.Positive(t, second)
		data = append(append(bytes.Clone(data[:second]), doubled...), data[second:]...)
		for i := range c.comps[1:] {
			for j := range c.comps[1+i].blocks {
				for k := range c.comps[1+i].blocks[j] {
					c.comps[1+i].blocks[j][k] *= 2
				}
			}
		}
		for n := 1; n <= 8; n++ {
			want, err := decode(c.file(), n)
			require.NoError(t, err)
			got, err := decode(data, n)
			require.NoError(t, err)
			assert.Equal(t, want, got, "%d/8, progressive %v", n, progressive)
		}
	}
}

func TestDNLAfterTheLastScanIsIgnored(t *testing.T) {
	for _, progressive := range []bool{false, true} {
		data := small(progressive).file()
		want, err := decode(data, 8)
		require.NoError(t, err)
		for _, lines := range []byte{60, 61} {
			got, err := decode(insertLast(data, mEOI, 0xFF, mDNL, 0, 4, 0, lines), 8)
			require.NoError(t, err)
			assert.Equal(t, want, got)
		}
	}
}

func TestAHuffmanTableWithTooManyCodesIsCorrupt(t *testing.T) {
	data := small(false).file()
	const counts = 5
	data = patch(patch(data, mDHT, counts, 3), mDHT, counts+9, 10-3) // three codes of one bit, and three fewer of ten bits
	_, err := decode(data, 8)
	assert.ErrorIs(t, err, codec.ErrCorrupt)
	assert.ErrorContains(t, err, "too many codes")
}

func TestACoefficientBeyondTheBlockIsCorrupt(t *testing.T) {
	w := &writer{}
	c := small(false)
	c.comps = c.comps[:1]
	c.comps[0].h, c.comps[0].v = 1, 1
	c.width, c.height = 8, 8
	data := c.file()
	head := data[:bytes.Index(data, []byte{0xFF, mSOS})]
	w.Write(head)
	w.tables()
	w.segment(mSOS, []byte{1, 0, 0, 0, 63, 0})
	w.number(0, 0, 5)
	for range 4 {
		w.symbol(0xF0) // 64 zeros, although a block has only 63 AC coefficients
	}
	w.symbol(0)
	w.flush()
	w.Write([]byte{0xFF, mEOI})
	for n := 1; n <= 8; n++ {
		_, err := decode(w.Bytes(), n)
		assert.ErrorIs(t, err, codec.ErrCorrupt, "%d/8", n)
	}
}

func TestTheHeaderIsReadFromAFileWithoutScans(t *testing.T) {
	h, err := ReadHeader(small(true).file())
	require.NoError(t, err)
	assert.Equal(t, Header{
		Width: 83, Height: 61, Components: 3, progressive: true, colorModel: color.YCbCrModel,
		sampling: [4][2]int{{2, 2}, {1, 1}, {1, 1}},
	}, h)
}

func TestATruncatedScanIsCorruptWhereverTheBufferEnds(t *testing.T) {
	c := randomCoded(rand.New(rand.NewSource(5)), 300, 300, [2]int{2, 2}, [2]int{2, 1}, [2]int{2, 2})
	data := c.file()
	start := bytes.Index(data, []byte{0xFF, mSOS})
	require.Greater(t, len(data)-start, bufSize+4000)
	var d Decoder
	for cut := bufSize - 2*maxUnit; cut < bufSize+1000; cut += 3 {
		end := start + cut
		short := append(data[:end:end], 0xFF, mEOI)
		_, err := d.Decode(context.Background(), short, Options{Scale: 1 + cut%8})
		require.ErrorIs(t, err, codec.ErrCorrupt)
	}
}
