package gif

import (
	"image"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// EncodeMemory returns the maximum number of bytes that an Encoder takes for one frame of the given size. The frame itself is
// not included. The sum contains two compressed forms of the frame (at most twelve bits per pixel), the file (with the growth
// of its buffer), and the cells that the coder reads next. With a loss, it also contains the chosen symbols.
func EncodeMemory(size image.Point, lossy bool) int64 {
	n := int64(size.X) * int64(size.Y)
	packed := n + n/2 + n/128 + 1<<10
	bytes := 2*packed + codec.FileBytes(packed) + 8*int64(window(int(min(n, math.MaxInt32)), size.X)) + 64<<10
	if lossy {
		bytes += 2 * n
	}
	return bytes
}
