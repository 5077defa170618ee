package codectest

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// WithinMemory decodes an undamaged file with an account of exactly the format's estimate. If decoding fails, WithinMemory fails the test
// and returns nil.
func WithinMemory(t testing.TB, f *codec.Format, data []byte, o codec.Options, what string) *codec.Picture {
	h, err := f.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
	if !assert.NoError(t, err, what) {
		return nil
	}
	account := codec.NewAccount(f.Memory(&h, o))
	pic, err := f.Decode(codec.WithAccount(t.Context(), account), data, &h, o)
	if !assert.NoError(t, err, what) || !assert.False(t, pic.Partial, what) {
		return nil
	}
	return pic
}
