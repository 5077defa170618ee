package icc

import (
	"context"
	"image"
	"image/color"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func parse(t testing.TB, name string) *Transform {
	tr, err := Parse(allProfiles[name])
	require.NoError(t, err)
	return tr
}

func TestWhiteStaysWhiteAndBlackBlack(t *testing.T) {
	for name, profile := range testProfiles() {
		tr, err := Parse(profile)
		require.NoError(t, err, name)
		if tr.lut != nil || name == "para2-v4" || name == "para1-v4" || name == "para4-v4" {
			continue // the black and white of these devices differ from those of sRGB
		}
		n := tr.Space().channels()
		got := convert(t, tr, [][]byte{slices.Repeat([]byte{255}, n), make([]byte, n)})
		assert.Equal(t, [][3]byte{{255, 255, 255}, {0, 0, 0}}, got, name)
	}
}

func TestPaperStaysWhite(t *testing.T) {
	for _, name := range []string{"cmyk-lut16-lab-v2", "cmyk-mab-v4", "cmyk-lut16-xyz-v4"} {
		assert.Equal(t, [3]byte{255, 255, 255}, convert(t, parse(t, name), [][]byte{{0, 0, 0, 0}})[0], name)
	}
}

func TestGraysStayNeutral(t *testing.T) {
	for _, name := range []string{"display-p3-v4", "adobe-rgb-v2", "prophoto-v2", "rec2020-v4", "linear-v2", "para4-v4", "rgb-mab-m-matrix-b-v4"} {
		var grays [][]byte
		for i := range 256 {
			grays = append(grays, []byte{byte(i), byte(i), byte(i)})
		}
		for i, c := range convert(t, parse(t, name), grays) {
			assert.True(t, c[0] == c[1] && c[1] == c[2], "%s: %d becomes %v", name, i, c)
		}
	}
}

func TestProfilesOfSRGBChangeNothing(t *testing.T) {
	for _, name := range []string{"srgb-v4", "srgb-sampled-v2"} {
		tr := parse(t, name)
		assert.True(t, tr.Identity(), name)
		img := image.NewYCbCr(image.Rect(0, 0, 3, 3), image.YCbCrSubsampleRatio420)
		assert.Same(t, img, apply(tr, img))
	}
	assert.True(t, (*Transform)(nil).Identity())
	assert.False(t, parse(t, "display-p3-v4").Identity())
	assert.False(t, parse(t, "gamma-para0-v4").Identity())
}

// pictures returns the same colors in every image type that can represent them. The origin of the images is not (0,0).
func pictures(alpha bool) map[string]image.Image {
	r := image.Rect(3, 5, 20, 14)
	rnd := rand.New(rand.NewPCG(1, 2))
	nrgba, nrgba64, rgba64 := image.NewNRGBA(r), image.NewNRGBA64(r), image.NewRGBA64(r)
	rgba := image.NewRGBA(r)
	pal := image.NewPaletted(r, nil)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := color.NRGBA{uint8(rnd.IntN(256)), uint8(rnd.IntN(256)), uint8(rnd.IntN(256)), 255}
			if alpha {
				c.A = uint8(rnd.IntN(256))
			}
			nrgba.SetNRGBA(x, y, c)
			nrgba64.Set(x, y, c)
			rgba64.Set(x, y, c)
			rgba.Set(x, y, c)
			pal.Palette = append(pal.Palette, c)
			pal.SetColorIndex(x, y, uint8(len(pal.Palette)-1))
		}
	}
	type anyImage struct{ image.Image }
	return map[string]image.Image{
		"NRGBA": nrgba, "NRGBA64": nrgba64, "RGBA64": rgba64, "RGBA": rgba, "Paletted": pal, "other": anyImage{nrgba},
		"part": func() image.Image {
			wide := image.NewNRGBA(r.Inset(-2))
			for y := r.Min.Y; y < r.Max.Y; y++ {
				for x := r.Min.X; x < r.Max.X; x++ {
					wide.SetNRGBA(x, y, nrgba.NRGBAAt(x, y))
				}
			}
			return wide.SubImage(r)
		}(),
	}
}

func TestAllTypesOfImagesGiveTheSameColors(t *testing.T) {
	tr := parse(t, "adobe-rgb-v2")
	for _, alpha := range []bool{false, true} {
		imgs := pictures(alpha)
		want := apply(tr, imgs["NRGBA"]).(*image.NRGBA)
		for name, img := range imgs {
			got := apply(tr, img)
			require.Equal(t, img.Bounds(), got.Bounds(), name)
			for y := want.Rect.Min.Y; y < want.Rect.Max.Y; y++ {
				for x := want.Rect.Min.X; x < want.Rect.Max.X; x++ {
					w, g := want.NRGBAAt(x, y), color.NRGBAModel.Convert(got.At(x, y)).(color.NRGBA)
					tolerance := 1.0
					if alpha && name == "RGBA" {
						tolerance = 3 + 500/(float64(w.A)+1) // premultiplication loses precision of faint colors
					}
					require.Equal(t, w.A, g.A, name)
					if w.A > 0 {
						for c, p := range [3][2]uint8{{w.R, g.R}, {w.G, g.G}, {w.B, g.B}} {
							require.InDelta(t, p[0], p[1], tolerance, "%s %d,%d channel %d: %v %v", name, x, y, c, w, g)
						}
					}
				}
			}
			if r, ok := got.(*image.RGBA); ok {
				for i := 0; i < len(r.Pix); i += 4 {
					require.LessOrEqual(t, max(r.Pix[i], r.Pix[i+1], r.Pix[i+2]), r.Pix[i+3], "a color beyond its alpha")
				}
			}
		}
	}
}

func TestYCbCrIsConvertedAsItsRGBWouldBe(t *testing.T) {
	tr := parse(t, "display-p3-v4")
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio410} {
		img := image.NewNYCbCrA(image.Rect(1, 1, 18, 12), ratio)
		for _, plane := range [][]byte{img.Y, img.Cb, img.Cr, img.A} {
			for i := range plane {
				plane[i] = byte(rnd.IntN(256))
			}
		}
		got := apply(tr, &img.YCbCr)
		withAlpha := apply(tr, img).(*image.NRGBA)
		for y := 1; y < 12; y++ {
			for x := 1; x < 18; x++ {
				c := img.YCbCrAt(x, y)
				r, g, b := color.YCbCrToRGB(c.Y, c.Cb, c.Cr)
				want := convert(t, tr, [][]byte{{r, g, b}})[0]
				assert.Equal(t, color.RGBA{want[0], want[1], want[2], 255}, got.At(x, y))
				assert.Equal(t, color.NRGBA{want[0], want[1], want[2], img.A[img.AOffset(x, y)]}, withAlpha.At(x, y))
			}
		}
	}
}

func TestGrayPicturesStayGrayIfTheProfileAllowsIt(t *testing.T) {
	img := image.NewGray(image.Rect(2, 2, 18, 18))
	deep := image.NewGray16(img.Rect)
	for i := range img.Pix {
		img.Pix[i] = byte(i)
		deep.Pix[2*i], deep.Pix[2*i+1] = byte(i), byte(i)
	}
	for _, name := range []string{"gray-gamma22-v2", "gray-lab-v2", "display-p3-v4", "linear-v2"} {
		tr := parse(t, name)
		out, ok := apply(tr, img).(*image.Gray)
		require.True(t, ok || tr.Identity(), name)
		if ok {
			fromDeep := apply(tr, deep)
			for y := 2; y < 18; y++ {
				for x := 2; x < 18; x++ {
					r, g, b, _ := fromDeep.At(x, y).RGBA()
					v := uint32(out.GrayAt(x, y).Y)
					assert.Equal(t, [3]uint32{v, v, v}, [3]uint32{r >> 8, g >> 8, b >> 8}, name)
				}
			}
		}
	}
	tinted, ok := apply(parse(t, "scanner-sampled-v2"), img).(*image.RGBA)
	require.True(t, ok, "three different curves tint grays")
	want := convert(t, parse(t, "scanner-sampled-v2"), [][]byte{{100, 100, 100}})[0]
	at := tinted.RGBAAt(2+100%16, 2+100/16)
	assert.Equal(t, want, [3]byte{at.R, at.G, at.B})
}

func TestTransformsDoNotChangePicturesOfOtherColorSpaces(t *testing.T) {
	ink, light := image.NewCMYK(image.Rect(0, 0, 2, 2)), image.NewRGBA(image.Rect(0, 0, 2, 2))
	assert.Same(t, ink, apply(parse(t, "adobe-rgb-v2"), ink))
	assert.Same(t, light, apply(parse(t, "cmyk-mab-v4"), light))
}

func TestSourcesAreNotModified(t *testing.T) {
	tr := parse(t, "adobe-rgb-v2")
	for name, img := range pictures(true) {
		before := apply(tr, img)
		assert.Equal(t, before, apply(tr, img), name)
	}
}

// With 8 bits of linear light, neighboring levels differ by up to 13 levels of sRGB; with 16 bits, by at most one.
func TestSixteenBitsKeepDarkTones(t *testing.T) {
	img := image.NewGray16(image.Rect(0, 0, 1000, 1))
	for x := range 1000 {
		img.SetGray16(x, 0, color.Gray16{uint16(x)})
	}
	out := apply(parse(t, "linear-v2"), img)
	levels := map[color.Color]bool{}
	for x := range 1000 {
		levels[out.At(x, 0)] = true
	}
	assert.Greater(t, len(levels), 30)
	assert.True(t, parse(t, "linear-v2").Far())
	for _, name := range []string{"display-p3-v4", "prophoto-v2", "rec2020-v4", "gray-gamma22-v2", "cmyk-mab-v4"} {
		assert.False(t, parse(t, name).Far(), name)
	}
}

func TestHighlightsOfHDRAreKept(t *testing.T) {
	for name, f := range map[string]Transfer{"PQ": PQ(), "HLG": HLG()} {
		tr, err := New(rec2020, f, false)
		require.NoError(t, err)
		last := -1
		for i := range 256 {
			c := convert(t, tr, [][]byte{{byte(i), byte(i), byte(i)}})[0]
			assert.True(t, c[0] == c[1] && c[1] == c[2], "%s: %d is tinted: %v", name, i, c)
			assert.GreaterOrEqual(t, int(c[0]), last, "%s: %d", name, i)
			last = int(c[0])
		}
		assert.Equal(t, 255, last, name)
		white := map[string]byte{"PQ": 148, "HLG": 191}[name] // 203 cd/m² (BT.2408)
		c := convert(t, tr, [][]byte{{white, white, white}})[0]
		assert.InDelta(t, 190, c[0], 5, "%s: reference white leaves room for highlights", name)
	}
}

func TestANarrowRangeRunsFrom16To235(t *testing.T) {
	tr, err := New(SRGB, TransferFunc(func(x float64) float64 { return x }), true)
	require.NoError(t, err)
	assert.Equal(t, [][3]byte{{0, 0, 0}, {255, 255, 255}}, convert(t, tr, [][]byte{{16, 16, 16}, {235, 235, 235}}))
}

func TestImpossiblePrimariesAreRefused(t *testing.T) {
	for _, p := range []Primaries{{}, {White: D65}, {White: D65, Red: D65, Green: D65, Blue: D65}, {White: [2]float64{0.3, 0}, Red: SRGB.Red, Green: SRGB.Green, Blue: SRGB.Blue}} {
		_, err := New(p, PQ(), false)
		assert.ErrorIs(t, err, errProfile, "%v", p)
	}
}

func TestCacheIsBoundedAndShared(t *testing.T) {
	var c Cache
	profiles := testProfiles()
	names := slices.Sorted(maps.Keys(profiles))
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for j := range 3 * len(names) {
				tr, err := c.Parse(context.Background(), profiles[names[(i+j)%len(names)]])
				assert.NoError(t, err)
				assert.NotNil(t, tr)
			}
		})
	}
	wg.Wait()
	first, err := c.Parse(context.Background(), profiles[names[0]])
	require.NoError(t, err)
	again, _ := c.Parse(context.Background(), slices.Clone(profiles[names[0]]))
	assert.Same(t, first, again)
	for i := range 2 * cacheEntries {
		_, err := c.Parse(context.Background(), append(slices.Clone(profiles[names[1]]), byte(i)))
		require.NoError(t, err)
		_, _ = c.Parse(context.Background(), profiles[names[0]]) // makes this profile the most recently used one
	}
	assert.Len(t, c.entries, cacheEntries)
	again, _ = c.Parse(context.Background(), profiles[names[0]])
	assert.Same(t, first, again)
	_, err = c.Parse(context.Background(), []byte("no profile"))
	assert.ErrorIs(t, err, errProfile)
	assert.Len(t, c.entries, cacheEntries)
}

func TestLightFarFromSRGBIsClipped(t *testing.T) {
	far := Primaries{White: D65, Red: [2]float64{0.9, 0.1}, Green: [2]float64{-0.4, 1.3}, Blue: [2]float64{0.15, -0.3}}
	tr, err := New(far, TransferFunc(func(x float64) float64 { return x }), false)
	require.NoError(t, err)
	assert.Equal(t, [][3]byte{{0, 0, 0}, {255, 255, 255}}, convert(t, tr, [][]byte{{0, 0, 0}, {255, 255, 255}}))
}
