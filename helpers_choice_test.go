package thumbnail_test

import (
	"image"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
)

// Browsers choose a file by the attribute sizes, before they know the style sheet.
func TestSizesIsTheDisplayedWidth(t *testing.T) {
	for _, c := range []struct {
		preset string
		info   thumbnail.Info
		sizes  string
	}{
		{"hero", thumbnail.Info{Width: 6000, Height: 4000}, "(min-width: 1000px) 1000px, 100vw"},
		{"hero", thumbnail.Info{Width: 4000, Height: 300}, "(min-width: 600px) 600px, 100vw"}, // shown 600 pixels wide
		{"fit", thumbnail.Info{Width: 1000, Height: 2000}, "(min-width: 150px) 150px, 100vw"},
		{"free", thumbnail.Info{}, "(min-width: 800px) 800px, 100vw"},
		{"widths", thumbnail.Info{Width: 700, Height: 700}, "50vw"},
	} {
		got, err := renderWith(t, siteLinks(t), `{{img . "`+c.preset+`" "alt" "" "priority" true}}`, row{"a.jpg", c.info})
		require.NoError(t, err)
		assert.Contains(t, got, ` sizes="`+c.sizes+`"`, "%s of %v", c.preset, c.info)
	}
}

// If they differed, a browser would load two files for one picture.
func TestAPreloadNamesTheFilesOfThePicture(t *testing.T) {
	for _, settings := range []string{``, `"sizes" "33vw"`, `"version" 7`, `"version" "v9" "sizes" "10px"`} {
		for preset := range siteLinks(t).Presets {
			for _, info := range []thumbnail.Info{{}, {Width: 3000, Height: 2000, Version: "v1"}, {Width: 30, Height: 20}, {Width: 1000, Height: 3000, Focus: image.Pt(1, 2)}} {
				both, err := renderWith(t, siteLinks(t), `{{preload . "`+preset+`" `+settings+`}}
{{picture . "`+preset+`" "alt" "" "priority" true `+settings+`}}`, row{"a.jpg", info})
				require.NoError(t, err)
				preload, picture, _ := strings.Cut(both, "\n")
				preload, picture = strings.NewReplacer("imagesrcset=", "srcset=", "imagesizes=", "sizes=", "href=", "srcset=").Replace(preload), strings.Replace(picture, "<img src=", "<img srcset=", 1)
				preload = regexp.MustCompile(`srcset="[^"]+"( sizes="[^"]+")?`).FindString(preload)
				if !strings.Contains(picture, "<source") {
					preload, picture = preload+" ", regexp.MustCompile(`srcset="[^"]*" srcset=`).ReplaceAllString(picture, "srcset=")
				}
				assert.Contains(t, picture, preload, "%s %s %v", preset, settings, info)
			}
		}
	}
}

func TestAFormatIsOfferedOnce(t *testing.T) {
	l := siteLinks(t)
	l.Presets["twice"] = thumbnail.Preset{Size: size(100, 100), Formats: []string{".webp", ".jpg", ".webp"}}
	img, err := l.Image("a.jpg", "twice")
	require.NoError(t, err)
	require.Len(t, img.Sources, 1)
	assert.Equal(t, "image/webp", img.Sources[0].Type)
	l.Presets["alone"] = thumbnail.Preset{Size: size(100, 100), Formats: []string{".jpg"}}
	got, err := renderWith(t, l, `{{picture "a.jpg" "alone" "alt" ""}}`, nil)
	require.NoError(t, err)
	assert.NotContains(t, got, "<picture>")
}

// Without a descriptor, browsers would show a file at 2x twice as large as the one at 1x.
func TestTheOnlyFileHasADescriptorUnlessItIsTheOneAt1x(t *testing.T) {
	for _, c := range []struct {
		preset  thumbnail.Preset
		info    thumbnail.Info
		img     string
		sources string
	}{
		{thumbnail.Preset{Size: size(100, 0), Method: "scale", Densities: []float64{2}}, thumbnail.Info{}, "200x 2x", "200x 2x"},
		{thumbnail.Preset{Size: size(100, 50), Widths: []int{300}}, thumbnail.Info{}, "300x150 300w", "300x150 300w"},
		{thumbnail.Preset{Size: size(100, 50), Densities: []float64{1}}, thumbnail.Info{}, "", "100x50"},
		{thumbnail.Preset{Size: size(100, 50), Densities: []float64{2}}, thumbnail.Info{Width: 90, Height: 90}, "", "90x45"},
	} {
		l := siteLinks(t)
		c.preset.Formats = []string{".webp"}
		l.Presets["p"] = c.preset
		img, err := l.Image(row{"a.jpg", c.info}, "p")
		require.NoError(t, err)
		require.Len(t, img.Sources, 1)
		assert.Equal(t, c.img, strings.Join(sizesIn(img.Srcset), ", "), "%+v", c.preset)
		assert.Equal(t, c.sources, strings.TrimSpace(strings.Join(sizesIn(img.Sources[0].Srcset), ", ")), "%+v", c.preset)
		assert.Equal(t, strings.HasSuffix(c.img, "w"), img.Sizes != "", "%+v", c.preset)
	}
}

// HTML allows auto only with loading="lazy", and it needs a width and a height.
func TestAnAutoInSizesIsPrintedOnlyForLazyPicturesOfKnownSize(t *testing.T) {
	for sizes, fallback := range map[string]string{"auto": "(min-width: 1000px) 1000px, 100vw", "auto, 50vw": "50vw", " AUTO ,50vw": "50vw", "50vw": "50vw"} {
		l := siteLinks(t)
		l.Presets["p"] = thumbnail.Preset{Size: size(1000, 500), Sizes: sizes}
		l.Presets["free"] = thumbnail.Preset{Size: size(1000, 0), Sizes: sizes}
		for call, want := range map[string]string{
			`{{img "a.jpg" "p" "alt" ""}}`:                   "auto, " + fallback,
			`{{img "a.jpg" "p" "alt" "" "priority" true}}`:   fallback,
			`{{img "a.jpg" "p" "alt" "" "loading" "eager"}}`: fallback,
			`{{img "a.jpg" "free" "alt" ""}}`:                fallback,
			`{{preload "a.jpg" "p"}}`:                        fallback,
		} {
			got, err := renderWith(t, l, call, nil)
			require.NoError(t, err)
			assert.Contains(t, got, `sizes="`+want+`"`, "%s with %q", call, sizes)
		}
	}
}
