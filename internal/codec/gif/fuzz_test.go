package gif

import (
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
)

// FuzzFormat reads damaged files in every way: see codectest.Ways.
func FuzzFormat(f *testing.F) {
	f.Add(file(f))
	f.Add(photo(20, 20, true))
	f.Add(photo(20, 20, false))
	f.Add(one([]byte{0, 1, 2, 1, 1, 0, 1, 0}, 2))
	f.Fuzz(func(t *testing.T, data []byte) { codectest.Ways(t, Format, data) })
}
