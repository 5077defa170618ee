package png

import (
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"hash/adler32"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// resetTo starts decoding with the first chunk in chunks.
func (z *inflater) resetTo(ctx context.Context, chunks []byte, rowBytes int) error {
	w := &walker{r: codec.NewBytesReader(ctx, chunks)}
	c, ok, err := w.next()
	if err != nil || !ok {
		return errors.Join(err, errors.New("no chunk"))
	}
	return z.reset(w, c, nil, rowBytes, codec.NewMeter(ctx, 1<<40))
}

func inflated(t *testing.T, stream []byte, n int) []byte {
	t.Helper()
	var z inflater
	require.NoError(t, z.resetTo(t.Context(), append(pieces.PNG("IDAT", stream), pieces.PNG("IEND")...), n))
	got, err := z.next(n)
	require.NoError(t, err)
	require.NoError(t, z.finish())
	return got
}

func TestCodesOfAllLengthsAreRead(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 8))
	for _, symbols := range []int{1, 2, 3, 10, 17, 19, 40, 256} { // many symbols of very different frequencies, so that codes have up to 15 bits
		var raw []byte
		for a, b, s := 1, 1, 0; s < symbols; s++ {
			for range min(a, 3000) {
				raw = append(raw, byte(s))
			}
			a, b = b, min(a+b, 1<<20)
		}
		rng.Shuffle(len(raw), func(i, j int) { raw[i], raw[j] = raw[j], raw[i] })
		for _, level := range []int{flate.HuffmanOnly, flate.BestCompression} {
			require.Equal(t, raw, inflated(t, deflated(raw, level), len(raw)))
		}
	}
}

func TestMatchesOfAllDistancesAndLengthsAreCopied(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 9))
	var raw []byte
	for period := 1; period < 40_000; period += 1 + period/20 {
		part := make([]byte, period)
		for i := range part {
			part[i] = byte(rng.Uint32())
		}
		for range 2 + rng.IntN(600)/period {
			raw = append(raw, part...)
		}
	}
	require.Equal(t, raw, inflated(t, deflated(raw, flate.BestCompression), len(raw)))
}

func TestAdlerIsAdler32(t *testing.T) {
	p := make([]byte, 20_000)
	for _, fill := range []func() byte{func() byte { return 255 }, func() byte { return byte(rand.Uint32()) }} {
		for i := range p {
			p[i] = fill()
		}
		for n := 0; n < len(p); n += 1 + n/7 {
			sum := newAdler()
			sum.add(p[:n])
			require.Equal(t, adler32.Checksum(p[:n]), sum.sum(), "%d bytes", n)
			sum.add(p[n:])
			require.Equal(t, adler32.Checksum(p), sum.sum())
		}
	}
}

// inflateAll decodes a stream without its zlib header, with and without the assembly. Both must give the same bytes. Before an
// error, one may decode more bytes than the other.
func inflateAll(t *testing.T, z *inflater, stream []byte) ([]byte, error) {
	t.Helper()
	got, err := inflateOnce(t, z, stream)
	inGo(func() {
		twin, twinErr := inflateOnce(t, z, stream)
		require.Equal(t, twinErr == nil, err == nil)
		n := len(got)
		if err != nil {
			n = min(n, len(twin))
			twin = twin[:n]
		}
		require.True(t, bytes.Equal(twin, got[:n]))
	})
	return got, err
}

func inflateOnce(t *testing.T, z *inflater, stream []byte) (got []byte, err error) {
	t.Helper()
	chunks := pieces.PNG("IDAT", append([]byte{0x78, 0x9c}, stream...))
	require.NoError(t, z.resetTo(t.Context(), append(chunks, pieces.PNG("IEND")...), 1))
	for z.state != atEnd || z.read < z.write {
		b, err := z.next(max(1, z.write-z.read))
		switch {
		case err == nil:
			got = append(got, b...)
		case z.state != atEnd: // at the end of the stream, next fails only because it expects one more byte
			return append(got, z.window[z.read:z.write]...), err
		}
	}
	return got, nil
}

func TestStreamsAreInflatedAsByTheStandardLibrary(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	const size = history + produce + slop
	var z inflater
	for n := range 20 {
		raw := make([]byte, size+rng.IntN(1000))
		if n%4 > 0 {
			raw = raw[:rng.IntN(120_000)]
			mask, period := byte(rng.Uint32()), 1+rng.IntN(1<<rng.IntN(16))
			for i := range raw {
				if raw[i] = byte(rng.NormFloat64()*20) & mask; i >= period && rng.IntN(4) > 0 {
					raw[i] = raw[i-period]
				}
			}
		}
		stream := deflated(raw, []int{1, 6, 9, flate.HuffmanOnly}[rng.IntN(4)])[2:]
		for range rng.IntN(4) {
			stream[rng.IntN(len(stream))] ^= byte(1 << rng.IntN(8))
		}
		if rng.IntN(4) == 0 {
			stream = stream[:rng.IntN(len(stream))]
		}
		got, err := inflateAll(t, &z, stream)
		want, wantErr := io.ReadAll(flate.NewReader(bytes.NewReader(stream)))
		if wantErr != nil {
			require.ErrorIs(t, err, codec.ErrCorrupt)
			continue
		}
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got))
	}
}

// A flush ends with an empty stored block. Before such a block, the inflater gives back bytes that it has read ahead. This must work at
// every position in the buffer.
func TestStreamsWithManyFlushesAreInflated(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	var z inflater
	for range 8 {
		var stream, want bytes.Buffer
		w, err := flate.NewWriter(&stream, 1+rng.IntN(9))
		require.NoError(t, err)
		for stream.Len() < 4*idatBuffer {
			row := make([]byte, 1+rng.IntN(900))
			for i := range row {
				row[i] = byte(rng.IntN(16))
			}
			want.Write(row)
			_, err := w.Write(row)
			require.NoError(t, err)
			require.NoError(t, w.Flush())
		}
		require.NoError(t, w.Close())
		got, err := inflateAll(t, &z, stream.Bytes())
		require.NoError(t, err)
		require.True(t, bytes.Equal(want.Bytes(), got))
	}
}

func TestNothingIsWrittenBeyondTheWindow(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	z := inflater{window: codectest.AtPageEnd(t, history+produce+slop)}
	raw := make([]byte, len(z.window)+1000)
	for i := range 258 { // one more literal each time, followed by matches up to the end
		raw[i] = byte(rng.Uint32())
		got, err := inflateAll(t, &z, deflated(raw, flate.BestSpeed)[2:])
		require.NoError(t, err)
		require.True(t, bytes.Equal(raw, got))
	}
}

func TestInvalidCodesAndDistancesAreCorrupt(t *testing.T) {
	const a, three, end = "10010001", "0000001", "0000000" // the fixed code of RFC 1951, 3.2.6
	var z inflater
	for _, c := range []struct{ codes, want string }{
		{a + end, "a"},
		{a + three + "00000" + end, "aaaa"},                              // distance 1
		{a + three + "00001" + end, ""},                                  // distance 2
		{a + a + a + three + "00010" + end, "aaaaaa"},                    // distance 3
		{three + "00000" + end, ""},                                      // the match would begin before the output
		{a + three + "11101" + "0000000000000" + end, ""},                // distance 24577
		{a + "11000101" + "00000" + end, "a" + strings.Repeat("a", 258)}, // the longest length
		{a + "11000110" + "00000" + end, ""},                             // lengths that do not exist
		{a + "11000111" + "00000" + end, ""},
		{a + three + "11110" + end, ""}, // distances that do not exist
		{a + three + "11111" + end, ""},
	} {
		stream := packed("1" + "10" + c.codes) // the last block, with fixed codes
		got, err := inflateAll(t, &z, stream)
		if c.want == "" {
			require.ErrorIs(t, err, codec.ErrCorrupt, c.codes)
			continue
		}
		require.NoError(t, err, c.codes)
		require.Equal(t, c.want, string(got))
	}
}

// packed packs bits into bytes. The first bit is the lowest.
func packed(bits string) []byte {
	p := make([]byte, len(bits)/8+1)
	for i, c := range bits {
		p[i/8] |= byte(c-'0') << (i % 8)
	}
	return p
}
