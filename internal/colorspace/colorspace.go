// Package colorspace converts the color description of an image file to an [icc.Transform] to sRGB.
//
// The colors of CMYK without a profile are undefined. The package treats such pixels as coated offset print, as
// print programs and libvips do: see [Press]. Browsers and Pillow use (1-C)(1-K) instead, which is brighter and
// more saturated than any print. Config.NaiveCMYK selects that formula.
package colorspace

import (
	"context"
	"errors"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/icc"
)

// profiles caches the Transforms of ICC profiles for all pictures, because the pictures of a site use few different
// profiles. Its size is bounded: see [icc.Cache]. The cache only saves time.
var profiles icc.Cache

// Transform returns the conversion from c to sRGB. It returns nil if no conversion is needed: the pixels are sRGB, or
// c has no usable description. A description is unusable if it is invalid, if it does not fit c.Space, or if it has unknown or
// reserved code points. Then c.Else applies. In a Color with several descriptions, a profile precedes code points, and
// these precede a gamma.
//
// Transform takes the memory of the conversion from the account of ctx. The error matches codec.ErrTooLarge if the account
// is empty.
func Transform(ctx context.Context, c codec.Color) (*icc.Transform, error) {
	for d := &c; d != nil; d = d.Else {
		if d.Profile != nil {
			t, err := profiles.Parse(ctx, d.Profile)
			switch {
			case errors.Is(err, codec.ErrTooLarge):
				return nil, err
			case err == nil && fits(c.Space, t.Space()):
				return usable(t, nil), nil
			}
		}
		if d.CICP != nil {
			if t, ok := codePoints(uint16(d.CICP.Primaries), uint16(d.CICP.Transfer), !d.CICP.FullRange); ok {
				return t, nil
			}
		}
		if d.Gamma > 0 {
			return ofGamma(d.Gamma, d.Primaries), nil
		}
	}
	return nil, nil
}

// fits reports whether a profile applies to pixels of the given space. Gray pixels with an RGB profile are common; a gray
// value then means equal red, green and blue.
func fits(pixels codec.Space, profile icc.Space) bool {
	switch pixels {
	case codec.SpaceGray:
		return profile == icc.Gray || profile == icc.RGB
	case codec.SpaceCMYK:
		return profile == icc.CMYK
	}
	return profile == icc.RGB
}

// ofGamma returns the Transform for samples with the given gamma and primaries. If the primaries are invalid, the samples
// count as sRGB, as in Chromium.
func ofGamma(gamma float64, primaries *[8]float64) *icc.Transform {
	p := icc.SRGB
	if primaries != nil {
		x := *primaries
		for _, v := range x {
			if !(v >= 0 && v <= 1) {
				return nil
			}
		}
		p = icc.Primaries{White: [2]float64(x[:2]), Red: [2]float64(x[2:4]), Green: [2]float64(x[4:6]), Blue: [2]float64(x[6:])}
	}
	return usable(icc.New(p, icc.TransferFunc(func(v float64) float64 { return math.Pow(v, 1/gamma) }), false))
}

// usable returns t, or nil if err is not nil or t is the identity.
func usable(t *icc.Transform, err error) *icc.Transform {
	if err != nil || t.Identity() {
		return nil
	}
	return t
}
