package codec_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

func numbers(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7 >> 3)
	}
	return b
}

// readers returns a Reader for each way in which a file may arrive.
func readers(ctx context.Context, data []byte) map[string]*codec.Reader {
	return map[string]*codec.Reader{
		"seeking":      codec.NewReader(ctx, bytes.NewReader(data), true),
		"forward":      codec.NewReader(ctx, io.MultiReader(bytes.NewReader(data)), true),
		"byte by byte": codec.NewReader(ctx, iotest.OneByteReader(bytes.NewReader(data)), true),
		"in memory":    codec.NewBytesReader(ctx, data),
	}
}

func TestEveryReaderReadsTheSame(t *testing.T) {
	data := numbers(300_000)
	for name, r := range readers(t.Context(), data) {
		head, err := r.Peek(64)
		require.NoError(t, err, name)
		assert.Equal(t, data[:64], head, name)
		b, err := r.Block(100_000)
		require.NoError(t, err, name)
		assert.Equal(t, data[:100_000], b, name)
		require.NoError(t, r.Skip(150_000), name)
		c, err := r.Byte()
		require.NoError(t, err, name)
		assert.Equal(t, data[250_000], c, name)
		assert.Equal(t, int64(250_001), r.Pos(), name)
		require.NoError(t, r.SeekTo(5), name) // backward
		var p [3]byte
		require.NoError(t, r.Read(p[:]), name)
		assert.Equal(t, data[5:8], p[:], name)
		require.NoError(t, r.SeekTo(299_999), name)
		_, err = r.Block(2)
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF, name)
		b, err = r.Peek(9)
		require.NoError(t, err, name)
		assert.Equal(t, data[299_999:], b, name)
		require.NoError(t, r.Skip(500_000), name)
		_, err = r.Byte()
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF, name)
	}
}

func TestTheSourcesErrorIsReported(t *testing.T) {
	broken := errors.New("the disk is gone")
	r := codec.NewReader(t.Context(), io.MultiReader(bytes.NewReader(numbers(10)), iotest.ErrReader(broken)), true)
	_, err := r.Block(11)
	var read *codec.ReadError
	require.ErrorAs(t, err, &read)
	assert.ErrorIs(t, err, broken)
}

type counting struct {
	io.ReadSeeker
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.ReadSeeker.Read(p)
	c.n += n
	return n, err
}

func TestSkippedBytesAreNotReadIfTheSourceSeeks(t *testing.T) {
	src := &counting{ReadSeeker: bytes.NewReader(numbers(1 << 20))}
	r := codec.NewReader(t.Context(), src, true)
	_, err := r.Block(10)
	require.NoError(t, err)
	require.NoError(t, r.SeekTo(1<<20-100))
	_, err = r.Block(100)
	require.NoError(t, err)
	assert.Less(t, src.n, 4096)
	assert.Nil(t, r.Retained())
}

func TestBytesOfASourceThatCannotSeekAreRetainedAndCharged(t *testing.T) {
	data := numbers(400_000)
	account := codec.NewAccount(1 << 20)
	ctx := codec.WithAccount(t.Context(), account)
	r := codec.NewReader(ctx, io.MultiReader(bytes.NewReader(data)), true)
	require.NoError(t, r.Skip(300_000))
	_, err := r.Byte()
	require.NoError(t, err)
	assert.Equal(t, data[:len(r.Retained())], r.Retained())
	assert.GreaterOrEqual(t, account.Used(), int64(300_000))
	assert.ErrorIs(t, codec.NewReader(codec.WithAccount(t.Context(), codec.NewAccount(200_000)), io.MultiReader(bytes.NewReader(data)), true).Skip(300_000), codec.ErrTooLarge)
}

func TestTheSizeOfAFileIsKnownIfItsSourceSeeks(t *testing.T) {
	data := numbers(50_000)
	for name, r := range readers(t.Context(), data) {
		require.NoError(t, r.Skip(12_345), name)
		before, err := r.Peek(4)
		require.NoError(t, err, name)
		n, ok, err := r.Size()
		require.NoError(t, err, name)
		assert.Equal(t, r.Seeks(), ok, name)
		if ok {
			assert.Equal(t, int64(len(data)), n, name)
		}
		after, err := r.Block(20_000)
		require.NoError(t, err, name)
		assert.Equal(t, before, after[:4], name)
		assert.Equal(t, data[12_345:][:20_000], after, name)
	}
}

func TestAnEndedContextEndsAnEndlessHeader(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := codec.NewReader(ctx, endless{}, true)
	require.NoError(t, r.Skip(1<<20))
	cancel()
	assert.ErrorIs(t, r.Skip(1<<20), context.Canceled)
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestAnAccountNeverGivesMoreThanItHas(t *testing.T) {
	a := codec.NewAccount(100)
	require.NoError(t, a.Take(60))
	assert.ErrorIs(t, a.Take(41), codec.ErrTooLarge)
	assert.ErrorIs(t, a.Take(-1), codec.ErrTooLarge)
	require.NoError(t, a.Take(40))
	a.Give(100)
	assert.Zero(t, a.Used())
	assert.Equal(t, int64(100), a.Peak())
	var none *codec.Account
	assert.NoError(t, none.Take(1<<62))
	_, err := codec.Bytes(codec.WithAccount(t.Context(), codec.NewAccount(1<<20)), 2<<20)
	assert.ErrorIs(t, err, codec.ErrTooLarge)
}

func TestAMeterEndsWithItsContextAndAtItsLimit(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := codec.NewMeter(ctx, 1<<30)
	require.NoError(t, m.Spend(1))
	cancel()
	var err error
	for spent := 0; err == nil && spent <= 64<<10; spent += 100 {
		err = m.Spend(100)
	}
	assert.ErrorIs(t, err, context.Canceled)
	m = codec.NewMeter(t.Context(), 1<<20)
	for range 1 << 10 {
		if err = m.Spend(2 << 10); err != nil {
			break
		}
	}
	assert.ErrorIs(t, err, codec.ErrTooLarge)
}
