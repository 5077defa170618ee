package gif

import "image"

// EncodeMemory returns the most bytes that an Encoder of one frame of that size takes, without the frame: what is on the screen,
// the frame's indices in the ways that it can be written, and the file, twelve bits a pixel at most, while it grows. With
// a loss it also holds the colors that are wanted.
func EncodeMemory(size image.Point, lossy bool) int64 {
	n := int64(size.X) * int64(size.Y)
	bytes := 11*n + min(96*n, 1<<20) + 64<<10
	if lossy {
		bytes += 9 * n
	}
	return bytes
}
