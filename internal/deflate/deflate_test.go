package deflate

import (
	"bytes"
	"compress/zlib"
	"context"
	"io"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func requireComesBack(t require.TestingT, data []byte, e Effort) []byte {
	var c Compressor
	var packed bytes.Buffer
	require.NoError(t, c.Compress(context.Background(), &packed, data, e))
	r, err := zlib.NewReader(bytes.NewReader(packed.Bytes()))
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	require.True(t, bytes.Equal(data, got), "%d bytes became %d", len(data), len(got))
	return packed.Bytes()
}

// pieces draws data that consist of noise and of repetitions of earlier data.
func pieces(t *rapid.T) []byte {
	var data []byte
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	for range rapid.IntRange(0, 60).Draw(t, "pieces") {
		n := rapid.IntRange(1, 5000).Draw(t, "length")
		if len(data) > 0 && rapid.Bool().Draw(t, "repeats") {
			from := random.IntN(len(data))
			for i := range n {
				data = append(data, data[from+i])
			}
			continue
		}
		symbols := 1 + random.IntN(256)
		for range n {
			data = append(data, byte(random.IntN(symbols)*random.IntN(2)))
		}
	}
	return data
}

func TestCompressedDataIsDecompressedUnchanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := pieces(t)
		requireComesBack(t, data, Quick)
		requireComesBack(t, data, Thorough)
		requireComesBack(t, data, Best)
	})
}

func TestMatchesOfEveryLengthAndDistanceAreDecompressedUnchanged(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var data []byte
	for length := 3; length < 600; length += 1 + length/20 {
		for _, gap := range []int{0, 1, 2, 3, 7, 100, 1000, 32000, 32768 - length, 33000} {
			word := make([]byte, length+max(gap, 0))
			for i := range word {
				word[i] = byte(random.Uint32())
			}
			data = append(append(data, word...), word[:length]...)
		}
	}
	requireComesBack(t, data, Thorough)
	requireComesBack(t, data, Best)
}

func TestSmallDataTakeFewBytes(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	for _, n := range []int{0, 1, 2, 3, 10, 40} {
		data := make([]byte, n)
		for i := range data {
			data[i] = byte(random.IntN(100))
		}
		require.LessOrEqual(t, len(requireComesBack(t, data, Best)), n+9, "fixed codes need no tables")
	}
	data := make([]byte, 10_000) // lines as in a drawing
	for i := range data {
		if x, y := i%100, i/100; (x*x+y*y)/700%3 == 0 {
			data[i] = byte(20 + x/40)
		}
	}
	require.Less(t, len(requireComesBack(t, data, Best)), len(requireComesBack(t, data, Thorough))*98/100)
	constant := make([]byte, 200_000)
	require.Less(t, len(requireComesBack(t, constant, Best)), 400, "a literal costs at least a bit")
}

func TestCompressedTextIsSmallerThanThatOfTheStandardLibrary(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var words [][]byte
	for range 300 {
		word := make([]byte, 3+random.IntN(40))
		for i := range word {
			word[i] = byte(random.NormFloat64() * 20)
		}
		words = append(words, word)
	}
	var data []byte
	for len(data) < 300_000 {
		data = append(data, words[random.IntN(len(words))]...)
	}
	var theirs bytes.Buffer
	w, err := zlib.NewWriterLevel(&theirs, zlib.BestCompression)
	require.NoError(t, err)
	_, err = w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.Less(t, len(requireComesBack(t, data, Thorough)), theirs.Len()*99/100)
	require.Less(t, len(requireComesBack(t, data, Usual)), theirs.Len())

	var c Compressor
	guess, err := c.Estimate(t.Context(), data, Thorough)
	require.NoError(t, err)
	require.InEpsilon(t, theirs.Len(), guess, 0.1)
}

// Most of a repetition is found only at positions inside another one, because the first occurrence is too long ago.
func TestRepetitionsOfRepetitionsAreFound(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	first := make([]byte, 8<<10)
	for i := range first {
		first[i] = byte(random.Uint32())
	}
	data := bytes.Clone(first)
	for len(data) < 256<<10 {
		from, n := random.IntN(len(first)-400), 64+random.IntN(300)
		data = append(data, first[from:from+n]...)
	}
	var standard bytes.Buffer
	w, _ := zlib.NewWriterLevel(&standard, zlib.BestCompression)
	_, err := w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for _, e := range []Effort{Usual, Thorough} {
		require.Less(t, float64(len(requireComesBack(t, data, e))), 1.1*float64(standard.Len()))
	}
}

func TestNoiseHardlyGrows(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	data := make([]byte, 200_000)
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	require.Less(t, len(requireComesBack(t, data, Usual)), len(data)*101/100)
	for i := range data {
		data[i] = byte(random.NormFloat64() * 6) // matches of three bytes cost more than they save
	}
	require.Less(t, len(requireComesBack(t, data, Usual)), Entropy(data)*101/100)
}

func TestMemoryIsAnUpperBoundOfTheMemoryOfACompressor(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for _, n := range []int{0, 1, 100, 5000, 70_000, 500_000} {
		var c Compressor
		data := make([]byte, n)
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		require.NoError(t, c.Compress(t.Context(), io.Discard, data, Usual))
		require.NoError(t, c.Compress(t.Context(), io.Discard, data, Best))
		m, o := &c.matcher, &c.optimizer
		has := 4*(cap(o.starts)+cap(o.matches)+cap(o.costs)+cap(o.last)+cap(o.path)) + 4*(cap(m.head)+cap(m.head3)+cap(m.prev)+cap(c.tokens)) + cap(c.writer.out) + cap(c.codes.runs)*3 + int(unsafe.Sizeof(c))
		require.LessOrEqual(t, int64(has), Memory(n), "%d bytes", n)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestCompressEndsWithItsContextAndWithAnErrorOfItsWriter(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var c Compressor
	require.ErrorIs(t, c.Compress(ctx, io.Discard, make([]byte, 100), Usual), context.Canceled)
	_, err := c.Estimate(ctx, make([]byte, 100), Quick)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, c.Compress(t.Context(), failing{}, make([]byte, 100), Usual), io.ErrClosedPipe)
}

func FuzzCompress(f *testing.F) {
	f.Add([]byte(""))
	f.Add([]byte("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"))
	f.Add([]byte("abcabcabcabdabdabd\x00\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		requireComesBack(t, data, Light)
		requireComesBack(t, data, Best)
		requireComesBack(t, data, Thorough)
	})
}
