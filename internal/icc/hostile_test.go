package icc

import (
	"image"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patched returns a profile with bytes overwritten.
func patched(name string, at int, b ...byte) []byte {
	p := slices.Clone(testProfiles()[name])
	copy(p[at:], b)
	return p
}

// tagAt returns the offset of a tag's data.
func tagAt(t *testing.T, name, tag string) int {
	p := testProfiles()[name]
	for i := range int(be.Uint32(p[headerSize:])) {
		if e := p[headerSize+4+12*i:]; string(e[:4]) == tag {
			return int(be.Uint32(e[4:]))
		}
	}
	require.Fail(t, "no "+tag)
	return 0
}

func TestHostileProfilesAreErrorsAndCostNothing(t *testing.T) {
	lut16, mab, cmyk := tagAt(t, "rgb-lut16-lab-v2", "A2B0"), tagAt(t, "rgb-mab-all-v4", "A2B0"), tagAt(t, "cmyk-lut16-lab-v2", "A2B0")
	clut := int(be.Uint32(testProfiles()["rgb-mab-all-v4"][mab+24:]))
	sampled := tagAt(t, "scanner-sampled-v2", "rTRC")
	huge := []byte{0xff, 0xff, 0xff, 0xff}
	for name, profile := range map[string][]byte{
		"nothing":                   nil,
		"a header only":             testProfiles()["srgb-v4"][:headerSize],
		"a wrong signature":         patched("srgb-v4", 36, 'x'),
		"version 5":                 patched("srgb-v4", 8, 5),
		"a device link":             patched("srgb-v4", 12, []byte("link")...),
		"an abstract profile":       patched("srgb-v4", 12, []byte("abst")...),
		"15 channels":               patched("srgb-v4", 16, []byte("FCLR")...),
		"Lab pixels":                patched("srgb-v4", 16, []byte("Lab ")...),
		"an odd connection space":   patched("srgb-v4", 20, []byte("Luv ")...),
		"2^32 tags":                 patched("srgb-v4", headerSize, huge...),
		"more tags than bytes":      patched("srgb-v4", headerSize, 0, 0, 0, 100),
		"a tag beyond the end":      patched("srgb-v4", headerSize+4+4, 0x7f),
		"a tag of 2^32 bytes":       patched("srgb-v4", headerSize+4+8, huge...),
		"a curve of 2^32 samples":   patched("scanner-sampled-v2", sampled+8, huge...),
		"a curve of another type":   patched("scanner-sampled-v2", sampled, 'x'),
		"parametric curve 9":        patched("srgb-v4", tagAt(t, "srgb-v4", "rTRC")+8, 0, 9),
		"a colorant beyond reason":  patched("srgb-v4", tagAt(t, "srgb-v4", "rXYZ")+8, 0x7f),
		"a grid of 255^3":           patched("rgb-lut16-lab-v2", lut16+10, 255),
		"a grid of 255^4":           patched("cmyk-lut16-lab-v2", cmyk+10, 255),
		"a grid of 1":               patched("rgb-lut16-lab-v2", lut16+10, 1),
		"a grid of 0":               patched("rgb-lut16-lab-v2", lut16+10, 0),
		"16 inputs":                 patched("rgb-lut16-lab-v2", lut16+8, 16),
		"0 inputs":                  patched("rgb-lut16-lab-v2", lut16+8, 0),
		"4 outputs":                 patched("rgb-lut16-lab-v2", lut16+9, 4),
		"input tables of 65535":     patched("rgb-lut16-lab-v2", lut16+48, 0xff, 0xff),
		"input tables of 1":         patched("rgb-lut16-lab-v2", lut16+48, 0, 1),
		"output tables of 4096":     patched("rgb-lut16-lab-v2", lut16+50, 0x10, 0),
		"curves beyond the end":     patched("rgb-mab-all-v4", mab+12, huge...),
		"a matrix beyond the end":   patched("rgb-mab-all-v4", mab+16, 0, 0x10, 0, 0),
		"a part within the header":  patched("rgb-mab-all-v4", mab+20, 0, 0, 0, 4),
		"an mAB grid of 255 points": patched("rgb-mab-all-v4", mab+clut, 255, 255, 255),
		"an mAB grid of 0 points":   patched("rgb-mab-all-v4", mab+clut, 0),
		"samples of 4 bytes":        patched("rgb-mab-all-v4", mab+clut+16, 4),
		"CMYK without a table":      patched("srgb-v4", 16, []byte("CMYK")...),
		"gray without a curve":      patched("srgb-v4", 16, []byte("GRAY")...),
		"more than the bound":       append(slices.Clone(testProfiles()["srgb-v4"]), make([]byte, MaxProfile)...),
	} {
		var err error
		allocated := testing.AllocsPerRun(1, func() { _, err = Parse(profile) })
		assert.ErrorIs(t, err, errProfile, name)
		assert.Less(t, allocated, 100.0, name)
	}
}

// Tags may overlap: several tags may have the same data.
func TestOverlappingTagsAreRead(t *testing.T) {
	p := testProfiles()["display-p3-v4"]
	_, err := Parse(p)
	require.NoError(t, err)
	assert.Equal(t, tagAt(t, "display-p3-v4", "rTRC"), tagAt(t, "display-p3-v4", "bTRC"))
}

func FuzzParse(f *testing.F) {
	profiles := testProfiles()
	for _, name := range slices.Sorted(maps.Keys(profiles)) {
		if p := profiles[name]; len(p) < 20_000 {
			f.Add(p)
		}
	}
	imgs := []image.Image{image.NewCMYK(image.Rect(0, 0, 16, 1)), image.NewNRGBA(image.Rect(0, 0, 16, 1)), image.NewGray(image.Rect(0, 0, 16, 1)), image.NewRGBA64(image.Rect(0, 0, 4, 1))}
	for _, img := range imgs {
		var pix []byte
		switch img := img.(type) {
		case *image.CMYK:
			pix = img.Pix
		case *image.NRGBA:
			pix = img.Pix
		case *image.Gray:
			pix = img.Pix
		case *image.RGBA64:
			pix = img.Pix
		}
		for i := range pix {
			pix[i] = byte(i * 37)
		}
		pix[0], pix[1], pix[2] = 255, 255, 255
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tr, err := Parse(data)
		if err != nil {
			assert.ErrorIs(t, err, errProfile)
			return
		}
		for _, img := range imgs {
			assert.Equal(t, img.Bounds(), apply(tr, img).Bounds())
		}
		assert.LessOrEqual(t, tr.size(), 6*4*len(post{})+8<<10+16*len(data))
	})
}
