package thumbnail_test

import (
	"bytes"
	"image"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
)

func TestSecretsOfEveryPreviousKeyAreAccepted(t *testing.T) {
	s := spec(t, "k.jpg", "5x5", "crop", ".jpg")
	keys := [][]byte{bytes.Repeat([]byte("a"), 16), bytes.Repeat([]byte("b"), 16), bytes.Repeat([]byte("c"), 16), bytes.Repeat([]byte("d"), 16)}
	rotated, err := thumbnail.NewSigner(keys[0], keys[1:]...)
	require.NoError(t, err)
	for i, key := range keys {
		alone, err := thumbnail.NewSigner(key)
		require.NoError(t, err)
		assert.True(t, rotated.Verify(s, alone.Sign(s)), i)
		assert.Equal(t, i == 0, rotated.Sign(s) == alone.Sign(s), i)
		assert.Equal(t, i == 0, alone.Verify(s, rotated.Sign(s)), i)
	}
}

func TestASignerDoesNotDependOnTheBytesThatHeldItsKeys(t *testing.T) {
	s := spec(t, "k.jpg", "5x5", "crop", ".jpg")
	key, previous := bytes.Repeat([]byte("a"), 16), bytes.Repeat([]byte("b"), 16)
	old, err := thumbnail.NewSigner(bytes.Clone(previous))
	require.NoError(t, err)
	same, err := thumbnail.NewSigner(bytes.Clone(key))
	require.NoError(t, err)
	signer, err := thumbnail.NewSigner(key, previous)
	require.NoError(t, err)
	clear(key)
	clear(previous)
	assert.Equal(t, same.Sign(s), signer.Sign(s))
	assert.True(t, signer.Verify(s, old.Sign(s)))
}

// asked is a Signer that counts the calls of Verify.
type asked struct {
	thumbnail.Signer
	n *int
}

func (a asked) Verify(s thumbnail.Spec, secret string) bool {
	*a.n++
	return a.Signer.Verify(s, secret)
}

func TestEverySignerIsAskedEvenIfOneHasAccepted(t *testing.T) {
	s := spec(t, "k.jpg", "5x5", "crop", ".jpg")
	n := 0
	signer := thumbnail.AnyOf(asked{newSigner(t), &n}, asked{thumbnail.DjangoSigner("key"), &n}, asked{newSigner(t), &n})
	for _, secret := range []string{newSigner(t).Sign(s), thumbnail.DjangoSigner("key").Sign(s)} {
		n = 0
		assert.True(t, signer.Verify(s, secret))
		assert.Equal(t, 3, n)
	}
}

func TestABaseWithoutAHostIsRefused(t *testing.T) {
	for _, base := range []string{"//", "///thumbs", "http://", "https:///thumbs/"} {
		assert.ErrorContains(t, thumbnail.Links{Base: base, Signer: newSigner(t)}.Check(), "no host", base)
	}
	for _, base := range []string{"/", "//cdn.example.com", "http://a", "https://a/thumbs/", "./thumbs"} {
		assert.NoError(t, thumbnail.Links{Base: base, Signer: newSigner(t)}.Check(), base)
	}
}

func TestAnAVIFMayHaveOneAndAHalfMillionPixels(t *testing.T) {
	links := thumbnail.Links{Base: "/", Signer: newSigner(t), Extensions: []string{".avif", ".jpg"}}
	for box, good := range map[thumbnail.Size]bool{size(1500, 1000): true, size(1500, 1001): false} {
		links.Presets = thumbnail.Presets{"card": {Size: box, Ext: ".avif", Densities: []float64{1}}}
		assert.Equal(t, good, links.Check() == nil, box)
		links.Presets = thumbnail.Presets{"card": {Size: box, Formats: []string{".avif"}, Densities: []float64{1}}}
		img, err := links.Image("k.jpg", "card")
		require.NoError(t, err)
		assert.Equal(t, good, len(img.Sources) == 1, box)
	}
}

func TestAMethodWithArgumentsKeepsThemWhateverTheFocalPointIs(t *testing.T) {
	links := siteLinks(t)
	for method, want := range map[string]string{"focus": "/focus_30_40/", "focus_10_20": "/focus_10_20/"} {
		links.Presets = thumbnail.Presets{"card": {Size: size(50, 40), Method: method}}
		img, err := links.Image(row{"k.jpg", thumbnail.Info{Focus: image.Pt(30, 40)}}, "card")
		require.NoError(t, err)
		assert.Contains(t, img.Src, want)
	}
}

func TestAttributesThatContradictEachOtherAreMistakes(t *testing.T) {
	links := siteLinks(t)
	links.Presets = thumbnail.Presets{"card": {Size: size(50, 40)}}
	for text, says := range map[string]string{
		`{{img . "card" "alt" "" "priority" true "fetchpriority" "low"}}`: "fetchpriority",
		`{{img . "card" "alt" "" "priority" true "loading" "lazy"}}`:      "loading",
		`{{img . "card" "alt" "" "class" "a" "class" "b"}}`:               `"class" is given twice`,
		`{{img . "card" "alt" "" "Class" "a" "class" "b"}}`:               `"class" is given twice`,
		`{{img . "card" "alt" "" "version" 1 "version" 2}}`:               `"version" is given twice`,
		`{{srcset . "card" "sizes" "50vw"}}`:                              "it takes version",
		`{{preload . "card" "class" "a"}}`:                                "it takes sizes, version",
		`{{img . "card" "alt" "" "onpointerrawupdate" "alert(1)"}}`:       "would run a script",
		`{{img . "card" "alt" "" "ONLOAD" "alert(1)"}}`:                   "would run a script",
		`{{img . "card" "alt" "" "style" "color:red"}}`:                   "written by the function itself",
		`{{img . "card" "alt" "" "imagesizes" "50vw"}}`:                   "written by the function itself",
		`{{img . "card" "alt" "" "imagesrcset" "50vw"}}`:                  "written by the function itself",
	} {
		_, err := renderWith(t, links, text, "k.jpg")
		require.ErrorIs(t, err, thumbnail.ErrInvalid, text)
		assert.ErrorContains(t, err, says, text)
	}
	html, err := renderWith(t, links, `{{img . "card" "alt" "" "fetchpriority" "low" "loading" "eager"}}`, "k.jpg")
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(html, "fetchpriority"))
}

func TestAnImgShowsNoBetterFormatsAndAPictureDoes(t *testing.T) {
	links := siteLinks(t)
	links.Presets = thumbnail.Presets{"card": {Size: size(50, 40), Formats: []string{".webp"}}}
	for text, sources := range map[string]int{`{{img . "card" "alt" ""}}`: 0, `{{picture . "card" "alt" ""}}`: 1} {
		html, err := renderWith(t, links, text, "k.jpg")
		require.NoError(t, err)
		assert.Equal(t, sources, strings.Count(html, "<source "), text)
		assert.Equal(t, sources, strings.Count(html, "<picture>"), text)
		assert.Equal(t, sources, strings.Count(html, "</picture>"), text)
		assert.Equal(t, 1, strings.Count(html, "<img "), text)
	}
}

// The file at 1x need not be one of Widths.
func TestSpecsHasEveryFileOfAnImageOnce(t *testing.T) {
	links := siteLinks(t)
	links.Presets = thumbnail.Presets{"card": {Size: size(600, 0), Method: "scale", Widths: []int{200, 1200}, Formats: []string{".webp"}}}
	img, err := links.Image("k.jpg", "card")
	require.NoError(t, err)
	page := img.Src + " " + img.Srcset + " " + img.Sources[0].Srcset
	n := 0
	for s := range links.Specs("k.jpg", "card", "card") {
		url, err := links.URL(s)
		require.NoError(t, err)
		assert.Contains(t, page, url)
		n++
	}
	assert.Equal(t, 5, n, "600, 200 and 1200 in JPEG, and two in WebP")
}
