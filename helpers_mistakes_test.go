package thumbnail_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
)

func TestAnInvalidNameDoesNotStopAPage(t *testing.T) {
	l := siteLinks(t)
	var reported []error
	l.OnError = func(err error) { reported = append(reported, err) }
	bad := []any{"../a.jpg", "a//b.jpg", "\x00", strings.Repeat("x/", 480) + "a.jpg", row{"a.jpg", thumbnail.Info{Version: "not-a-version"}}}
	for _, source := range bad {
		got, err := renderWith(t, l, `[{{img . "avatar" "alt" ""}}{{picture . "hero" "alt" ""}}{{preload . "hero"}}{{thumbnail . "avatar"}}{{thumbnail . "1x" "crop" ".jpg"}}<i srcset="{{srcset . "avatar"}}">]`, source)
		require.NoError(t, err)
		assert.Equal(t, `[<i srcset="">]`, got)
		_, err = l.Image(source, "avatar")
		assert.ErrorIs(t, err, thumbnail.ErrInvalid)
	}
	assert.Len(t, reported, 6*len(bad))
	got, err := renderWith(t, l, `[{{img . "avatar" "alt" ""}}{{picture . "hero" "alt" ""}}{{preload . "hero"}}]`, "")
	require.NoError(t, err)
	assert.Equal(t, "[]", got)
}

func TestMistakesInATemplateStopItAndListTheValidNames(t *testing.T) {
	l := siteLinks(t)
	l.Presets["broken"] = thumbnail.Preset{Size: size(10, 10), Method: "sepia"}
	for text, want := range map[string]string{
		`{{img "a.jpg" "avatr" "alt" ""}}`:                                        `preset "avatr" is not one of avatar, broken, card`,
		`{{img "a.jpg" "avatar"}}`:                                                `{{img … "avatar"}}: "alt" is missing`,
		`{{picture "a.jpg" "hero" "alt"}}`:                                        `pairs`,
		`{{img "a.jpg" "avatar" "alt" "" "onclick" "x"}}`:                         `script`,
		`{{img "a.jpg" "avatar" "alt" "" "ONclick" "x"}}`:                         `script`,
		`{{img "a.jpg" "avatar" "alt" "" "src" "x"}}`:                             `by the function itself`,
		`{{img "a.jpg" "avatar" "alt" "" "style" "x"}}`:                           `by the function itself`,
		`{{img "a.jpg" "avatar" "alt" "" "a b" "x"}}`:                             `letters`,
		`{{img "a.jpg" "avatar" "alt" "" "x><b" "x"}}`:                            `letters`,
		`{{img "a.jpg" "avatar" "alt" "" "class" "" "class" ""}}`:                 `twice`,
		`{{img "a.jpg" "avatar" "alt" "" "priority" "yes"}}`:                      `true or false`,
		`{{img "a.jpg" "broken" "alt" ""}}`:                                       `method "sepia" is not one of crop`,
		`{{thumbnail "a.jpg" "10x10"}}`:                                           `after size "10x10" something is missing`,
		`{{thumbnail "a.jpg" "10x10" "crop"}}`:                                    `presets: avatar, broken, card, fit, focus, free, hero, pad, tall, widths; methods: crop, entropy, fit`,
		`{{thumbnail "a.jpg" 10 "crop"}}`:                                         `10 is not the name of a preset`,
		`{{thumbnail "a.jpg" "10x10" 1 ".jpg"}}`:                                  `extensions: .jpg`,
		`{{thumbnail "a.jpg" "9000x9000" "crop" ".jpg"}}`:                         `size 9000x9000 is more than MaxWidth × MaxHeight, 4096x4096 (Links.MaxWidth)`,
		`{{thumbnail "a.jpg" "x5000" "scale" ".jpg"}}`:                            `size x5000 is more than MaxWidth × MaxHeight`,
		`{{thumbnail "a.jpg" "2000x2000" "crop" ".avif"}}`:                        `size 2000x2000 has 4000000 pixels, and the limit for .avif is 1500000 (Links.PixelLimits)`,
		`{{srcset "a.jpg" "x"}}`:                                                  `preset "x"`,
		`{{thumbnail}}`:                                                           `methods: crop, entropy, fit`,
		`{{img}}`:                                                                 `{{img .Photo "preset" "alt" .Title}}, with one of the presets avatar, broken`,
		`{{picture "a.jpg"}}`:                                                     `{{picture .Photo "preset" "alt" .Title}}, with one of the presets avatar, broken`,
		`{{picture "a.jpg" 100 100}}`:                                             `100 is not the name of a preset`,
		`{{srcset "a.jpg"}}`:                                                      `{{srcset .Photo "preset"}}, with one of the presets avatar, broken`,
		`{{preload "a.jpg" "avatar" "alt" ""}}`:                                   `it takes sizes, version, not "alt"`,
		`{{srcset "a.jpg" "avatar" "sizes" "1px"}}`:                               `it takes version, not "sizes"`,
		`{{srcset "a.jpg" "avatar" "version"}}`:                                   `version has no value`,
		`{{preload 7 "avatar"}}`:                                                  `a source is a string`,
		`{{srcset 7 "avatar"}}`:                                                   `{{srcset … "avatar"}}: a source is a string`,
		`{{img "a.jpg" "avatar" "alt" "" "priority" true "loading" "lazy"}}`:      `leave out "loading" "lazy"`,
		`{{img "a.jpg" "avatar" "alt" "" "fetchpriority" "low" "priority" true}}`: `leave out "loading" "lazy"`,
	} {
		_, err := renderWith(t, l, text, nil)
		assert.ErrorContains(t, err, want, text)
	}
	assert.ErrorContains(t, l.Check(), `preset "broken"`)
	for _, base := range []string{"", "thumbs/", "javascript:x", "ftp://x/", "//", "///x", "https://", "https:///x", "/thumbs/?v=1", "/thumbs/#top", "https://x/?", "/a b/", "/a\x00"} {
		l := siteLinks(t)
		l.Base = base
		assert.ErrorContains(t, l.Check(), "base")
		_, err := renderWith(t, l, `{{img "a.jpg" "avatar" "alt" ""}}`, nil)
		assert.ErrorContains(t, err, "base", base)
	}
	assert.NoError(t, siteLinks(t).Check())
}
