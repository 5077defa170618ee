package heif

import (
	"context"
	"fmt"
	"image"
	"image/color"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// luma are the weights of red and blue in luma, for the MatrixCoefficients of ITU-T H.273, table 4. For an
// unspecified matrix MIAF requires BT.601.
var luma = map[uint16][2]float64{
	1: {0.2126, 0.0722}, 2: bt601, 4: {0.30, 0.11}, 5: bt601, 6: bt601, 7: {0.212, 0.087}, 9: {0.2627, 0.0593},
}

var bt601 = [2]float64{0.299, 0.114}

// fullRange converts an image in place from the matrix and range of the file to those that package image
// assumes.
func fullRange(ctx context.Context, img image.Image, c colors) error {
	switch img := img.(type) {
	case *image.Gray:
		if c.known && !c.fullRange {
			return expandGray(ctx, img)
		}
	case *image.YCbCr:
		if !c.known {
			return nil
		}
		if c.matrix == 0 {
			return fromGBR(ctx, img)
		}
		weights, ok := luma[c.matrix]
		if !ok {
			return fmt.Errorf("%w: matrix coefficients %d", codec.ErrFormat, c.matrix)
		}
		if weights != bt601 || !c.fullRange {
			return convertYCbCr(ctx, img, weights, c.fullRange)
		}
	}
	return nil
}

func expandGray(ctx context.Context, img *image.Gray) error {
	var table [256]byte
	for i := range table {
		table[i] = clamp((i-16)*255*fixed/219 + fixed/2)
	}
	for y := img.Rect.Min.Y; y < img.Rect.Max.Y; y++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		row := img.Pix[img.PixOffset(img.Rect.Min.X, y):][:img.Rect.Dx()]
		for x, v := range row {
			row[x] = table[v]
		}
	}
	return nil
}

// fixed is 1 in the fixed-point arithmetic of convertYCbCr.
const fixed = 1 << 14

func clamp(v int) byte { return byte(min(max(v/fixed, 0), 255)) }

// convertYCbCr converts to the matrix of BT.601 in full range. Gray stays gray, so the new chroma depends
// only on the old chroma, with any subsampling, and the new luma depends on both.
func convertYCbCr(ctx context.Context, img *image.YCbCr, from [2]float64, full bool) error {
	scaleY, scaleC, black := 1.0, 1.0, 0
	if !full {
		scaleY, scaleC, black = 255.0/219, 255.0/224, 16
	}
	kr, kb := from[0], from[1]
	kg := 1 - kr - kb
	R, B := bt601[0], bt601[1]
	G := 1 - R - B
	// lumaCr and lumaCb are the contributions of one unit of the old chroma to the new luma.
	lumaCr := float64(R*2*(1-kr)) - G*2*kr*(1-kr)/kg
	lumaCb := float64(B*2*(1-kb)) - G*2*kb*(1-kb)/kg
	n := func(v float64) int { return int(v * fixed) }
	y, yCb, yCr := n(scaleY), n(scaleC*lumaCb), n(scaleC*lumaCr)
	cbCb, cbCr := n(scaleC*(2*(1-kb)-lumaCb)/(2*(1-B))), n(-scaleC*lumaCr/(2*(1-B)))
	crCr, crCb := n(scaleC*(2*(1-kr)-lumaCr)/(2*(1-R))), n(-scaleC*lumaCb/(2*(1-R)))

	r := img.Rect
	for row := r.Min.Y; row < r.Max.Y; row++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		at := img.YOffset(r.Min.X, row)
		for x := r.Min.X; x < r.Max.X; x++ {
			c := img.COffset(x, row)
			cb, cr := int(img.Cb[c])-128, int(img.Cr[c])-128
			img.Y[at] = clamp((int(img.Y[at])-black)*y + cb*yCb + cr*yCr + fixed/2)
			at++
		}
	}
	width := img.COffset(r.Max.X-1, r.Min.Y) - img.COffset(r.Min.X, r.Min.Y) + 1
	first, last := img.COffset(r.Min.X, r.Min.Y), img.COffset(r.Min.X, r.Max.Y-1)
	for start := first; start <= last; start += img.CStride {
		if err := ctx.Err(); err != nil {
			return err
		}
		for c := start; c < start+width; c++ {
			cb, cr := int(img.Cb[c])-128, int(img.Cr[c])-128
			img.Cb[c] = clamp(128*fixed + cb*cbCb + cr*cbCr + fixed/2)
			img.Cr[c] = clamp(128*fixed + cr*crCr + cb*crCb + fixed/2)
		}
	}
	return nil
}

// fromGBR converts samples in the order green, blue, red.
func fromGBR(ctx context.Context, img *image.YCbCr) error {
	if img.SubsampleRatio != image.YCbCrSubsampleRatio444 {
		return fmt.Errorf("%w: subsampled RGB", codec.ErrFormat)
	}
	for row := img.Rect.Min.Y; row < img.Rect.Max.Y; row++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		y, c := img.YOffset(img.Rect.Min.X, row), img.COffset(img.Rect.Min.X, row)
		for x := range img.Rect.Dx() {
			img.Y[y+x], img.Cb[c+x], img.Cr[c+x] = color.RGBToYCbCr(img.Cr[c+x], img.Y[y+x], img.Cb[c+x])
		}
	}
	return nil
}
