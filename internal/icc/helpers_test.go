package icc

import (
	"context"
	"image"
)

// apply is Apply without an account.
func apply(t *Transform, img image.Image) image.Image {
	out, err := t.Apply(context.Background(), img)
	if err != nil {
		panic(err)
	}
	return out
}
