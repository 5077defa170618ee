package webp

import (
	"context"
	"image"
)

// cleaned returns img with new colors in the fully transparent pixels, so that a lossy file of it is smaller. In a
// block of 8×8 pixels that is partly visible, the new color is the mean of the visible pixels; in other blocks it is
// the color of the previous block. If no pixel is fully transparent, cleaned returns img itself. Otherwise
// cleanedBytes of memory are charged to the account of ctx.
func cleaned(ctx context.Context, img *image.NRGBA) (*image.NRGBA, error) {
	if !hasInvisible(img) {
		return img, nil
	}
	size := img.Rect.Size()
	if err := takeAll(ctx, cleanedBytes(size)); err != nil {
		return nil, err
	}
	out := image.NewNRGBA(img.Rect)
	for y := range size.Y {
		copy(out.Pix[y*out.Stride:][:out.Stride], img.Pix[y*img.Stride:])
	}
	for y := 0; y < size.Y; y += 8 {
		if err := ctx.Err(); err != nil {
			giveAll(ctx, cleanedBytes(size))
			return nil, err
		}
		last := [3]byte{128, 128, 128}
		for x := 0; x < size.X; x += 8 {
			cleanBlock(out, image.Rect(x, y, min(x+8, size.X), min(y+8, size.Y)), &last)
		}
	}
	return out, nil
}

func cleanedBytes(size image.Point) int64 { return 4 * area(size) }

func hasInvisible(img *image.NRGBA) bool {
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		for i := 3; i < len(row); i += 4 {
			if row[i] == 0 {
				return true
			}
		}
	}
	return false
}

// cleanBlock sets the fully transparent pixels of a block to the mean of the visible pixels and stores that mean in
// last. A block without visible pixels gets the color in last.
func cleanBlock(img *image.NRGBA, r image.Rectangle, last *[3]byte) {
	var sum [4]int
	hidden := false
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := img.Pix[y*img.Stride+4*r.Min.X : y*img.Stride+4*r.Max.X]
		for ; len(row) >= 4; row = row[4:] {
			if row[3] == 0 {
				hidden = true
				continue
			}
			sum[0] += int(row[0])
			sum[1] += int(row[1])
			sum[2] += int(row[2])
			sum[3]++
		}
	}
	if n := sum[3]; n > 0 {
		*last = [3]byte{byte((sum[0] + n/2) / n), byte((sum[1] + n/2) / n), byte((sum[2] + n/2) / n)}
	}
	for y := r.Min.Y; hidden && y < r.Max.Y; y++ {
		row := img.Pix[y*img.Stride+4*r.Min.X : y*img.Stride+4*r.Max.X]
		for ; len(row) >= 4; row = row[4:] {
			if row[3] == 0 {
				copy(row, last[:])
			}
		}
	}
}
