// Package colorspace makes a conversion to sRGB of what an image file says of the colors of its pixels.
//
// CMYK without a profile says nothing. It is shown as print programs and libvips do, as coated offset
// print: see [Press]. Browsers and Pillow show (1-C)(1-K) instead, which is brighter and more saturated
// than any press can print; whoever wants thumbnails to look like the original in a browser asks
// for that.
package colorspace

import (
	"context"
	"errors"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/icc"
)

// profiles is shared by all pictures: a collection has few profiles. It is bounded, see [icc.Cache],
// and nothing but time is lost without it.
var profiles icc.Cache

// Transform returns the conversion to sRGB of pixels of that color. It is nil if there is nothing to
// do: because the pixels are sRGB, because nothing is said of their colors, or because what is said
// is broken or does not fit the kind of the pixels. A profile that is broken is passed over, for code
// points or a gamma; code points that are unknown or reserved, for a gamma.
//
// The account of ctx has the memory that the conversion takes. The error matches
// codec.ErrTooLarge if it is empty.
func Transform(ctx context.Context, c codec.Color) (*icc.Transform, error) {
	if c.Profile != nil {
		t, err := profiles.Parse(ctx, c.Profile)
		switch {
		case errors.Is(err, codec.ErrTooLarge):
			return nil, err
		case err == nil && t.Identity():
			return nil, nil
		case err == nil && fits(c.Space, t.Space()):
			return t, nil
		}
	}
	if c.CICP != nil {
		if t, ok := codePoints(uint16(c.CICP.Primaries), uint16(c.CICP.Transfer), !c.CICP.FullRange); ok {
			return t, nil
		}
	}
	return ofGamma(c.Gamma, c.Primaries), nil
}

// fits reports whether a profile for one kind of pixels can be used for another. Gray pixels with a
// profile for RGB are common, and mean what red, green and blue of that value would.
func fits(pixels codec.Space, profile icc.Space) bool {
	switch pixels {
	case codec.SpaceGray:
		return profile == icc.Gray || profile == icc.RGB
	case codec.SpaceCMYK:
		return profile == icc.CMYK
	}
	return profile == icc.RGB
}

// ofGamma is the Transform of a gamma, of the samples, with primaries.
func ofGamma(gamma float64, primaries *[8]float64) *icc.Transform {
	if !(gamma > 0) {
		return nil
	}
	p := icc.SRGB
	if primaries != nil {
		x := *primaries
		p = icc.Primaries{White: [2]float64(x[:2]), Red: [2]float64(x[2:4]), Green: [2]float64(x[4:6]), Blue: [2]float64(x[6:])}
	}
	return usable(icc.New(p, icc.TransferFunc(func(v float64) float64 { return math.Pow(v, 1/gamma) }), false))
}

// usable is nil of a Transform that is broken or has nothing to do.
func usable(t *icc.Transform, err error) *icc.Transform {
	if err != nil || t.Identity() {
		return nil
	}
	return t
}
