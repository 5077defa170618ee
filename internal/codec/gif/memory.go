package gif

import (
	"image"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// EncodeMemory returns the most bytes that an Encoder of one frame of that size takes, without the frame: its compressed
// pixels, twelve bits each at most, in the two ways that it may hold at a time; what the coder reads next; and the file,
// while its buffer grows. With a loss it also holds the symbols that were chosen.
func EncodeMemory(size image.Point, lossy bool) int64 {
	n := int64(size.X) * int64(size.Y)
	packed := n + n/2 + n/128 + 1<<10
	bytes := 2*packed + codec.FileBytes(packed) + 8*int64(window(int(min(n, math.MaxInt32)), size.X)) + 64<<10
	if lossy {
		bytes += 2 * n
	}
	return bytes
}
