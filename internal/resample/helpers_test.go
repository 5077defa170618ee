package resample

import (
	"context"
	"image"
)

// resize is Resize without an account.
func resize(src image.Image, r Rect, size image.Point, opt Options) image.Image {
	img, err := Resize(context.Background(), src, r, size, opt)
	if err != nil {
		panic(err)
	}
	return img
}

func shrinkerOf(f Format, src image.Point, r Rect, size image.Point, opt Options) *Shrinker {
	s, err := NewShrinker(context.Background(), f, src, r, size, opt)
	if err != nil {
		panic(err)
	}
	return s
}

// imageOf returns the result of a Shrinker, or nil if rows are missing.
func imageOf(s *Shrinker) image.Image {
	img, err := s.Image()
	if err != nil {
		return nil
	}
	return img
}

func release(img image.Image) { Release(context.Background(), img) }

func setAxis(a *axis, k Kernel, g grid, residual float64, pre int) {
	a.shape(k, g, residual, pre)
	if err := a.set(context.Background(), k, g); err != nil {
		panic(err)
	}
}
