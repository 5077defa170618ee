package engine

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// BenchmarkHeader reads a header of each format, from bytes.
func BenchmarkHeader(b *testing.B) {
	for name, file := range files(b, 6) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, err := formatsOfTests.Header(b.Context(), codec.NewBytesReader(b.Context(), file))
				require.NoError(b, err)
			}
		})
	}
}
