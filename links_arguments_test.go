package thumbnail_test

import (
	"image"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
)

func TestUsesKnowsTheLargestFileOfEachKindOfPreset(t *testing.T) {
	l := siteLinks(t)
	l.Presets = thumbnail.Presets{
		"dense": {Size: size(50, 50), Densities: []float64{1, 3}}, "thin": {Size: size(10, 20), Densities: []float64{0.5}},
		"wide": {Size: size(600, 0), Method: "scale", Widths: []int{200, 1800}},
	}
	for _, c := range []struct {
		size, method string
		used         bool
	}{
		{"150x150", "crop", true}, {"160x160", "crop", false}, {"10x20", "crop", true}, {"15x30", "crop", false},
		{"1800x", "scale", true}, {"1900x", "scale", false},
	} {
		assert.Equal(t, c.used, l.Uses(spec(t, "a.jpg", c.size, c.method, ".jpg")), c.size)
	}
}

func TestLinksWithMethodsOfTheirOwnKnowNoOthers(t *testing.T) {
	l := siteLinks(t)
	l.Methods = []string{"mine"}
	for method, known := range map[string]bool{"mine": true, "mine_1": true, "crop": false} {
		_, err := l.URL(spec(t, "k.jpg", "5x5", method, ".jpg"))
		assert.Equal(t, known, err == nil, "%s: %v", method, err)
	}
}

// aiming is a processor whose focal points are the arguments args.
type aiming struct {
	processorFunc
	args string
}

func (a aiming) FocusArgs(_, _ int) string { return a.args }

func (a aiming) With(args string) (thumbnail.Processor, error) {
	if args != "good" {
		return nil, errBoom
	}
	return a, nil
}

func TestAFocalPointThatHasNoMethodIsLeftOut(t *testing.T) {
	for args, method := range map[string]string{"good": "aim_good", "bad": "aim", "not a word": "aim", "": "aim"} {
		s := newSite(t)
		s.Processors = thumbnail.Processors{"aim": aiming{working(0), args}}
		s.Presets = thumbnail.Presets{"p": {Size: size(10, 10), Method: "aim"}}
		img, err := s.handler(t).Links("/").Image(row{"k.jpg", thumbnail.Info{Focus: image.Pt(1, 2)}}, "p")
		require.NoError(t, err)
		assert.Contains(t, img.Src, "/"+method+"/", args)
	}
}

func TestAnErrorOfAFunctionNamesItsArgument(t *testing.T) {
	for text, part := range map[string]string{
		`{{img . 17 "alt" ""}}`: "{{img}}: 17 is not the name of a preset",
		`{{img .}}`:             "{{img}}: a picture or a preset is missing",
		`{{srcset . "none"}}`:   `{{srcset … "none"}}`,
	} {
		_, err := renderWith(t, siteLinks(t), text, "a.jpg")
		assert.ErrorContains(t, err, part)
	}
}

func TestASourceOfATemplateIsAName(t *testing.T) {
	_, err := renderWith(t, siteLinks(t), `{{img . "avatar" "alt" ""}}`, 17)
	assert.ErrorContains(t, err, "a value of type int is neither")
	l := siteLinks(t)
	l.Presets = thumbnail.Presets{"only": l.Presets["avatar"]}
	_, err = renderWith(t, l, `{{img . "avatar" "alt" ""}}`, "a.jpg")
	assert.ErrorContains(t, err, "is not one of only")
}

func TestAPreloadOfOneFileNamesTheBestFormat(t *testing.T) {
	got, err := renderWith(t, siteLinks(t), `{{preload . "card"}}`, row{"a.jpg", thumbnail.Info{Width: 40, Height: 30}})
	require.NoError(t, err)
	assert.Regexp(t, `^<link rel="preload" as="image" href="/thumbs/a.jpg/40x30/crop/[^"]*\.webp" type="image/webp"`, got)
}

func TestASourceThatIsEmptyHasNoFiles(t *testing.T) {
	for range siteLinks(t).Specs("") {
		t.Fatal("there is one")
	}
	for range siteLinks(t).Specs(7) {
		t.Fatal("there is one")
	}
	got, err := renderWith(t, siteLinks(t), `{{with thumbnail "a.jpg" "1x" "crop" ".jpg" .}}{{.Version}}{{end}}`, 0)
	require.NoError(t, err)
	assert.Equal(t, "0", got, "a version of 0 is one")
}

func TestAnErrorOfAMethodNamesTheMethodOrTheArguments(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	for method, says := range map[string]string{
		"sepia": `method "sepia" is not one of crop`, "sepia_1": `method "sepia_1" is not one of crop`, "crop_1": `crop takes no arguments`, "focus_200_1": `numbers of 0 to 100`,
	} {
		err := h.Generate(t.Context(), spec(t, "k.jpg", "5x5", method, ".jpg"))
		assert.ErrorContains(t, err, says)
		assert.ErrorIs(t, err, thumbnail.ErrInvalid)
	}
}

func TestAVersionMayBeOfAnyIntegerType(t *testing.T) {
	got, err := renderWith(t, siteLinks(t), `{{with thumbnail "a.jpg" "1x" "crop" ".jpg" .}}{{.Version}}{{end}}`, uint64(25))
	require.NoError(t, err)
	assert.Equal(t, "25", got)
	got, err = renderWith(t, siteLinks(t), `{{with thumbnail "a.jpg" "1x" "crop" ".jpg" .}}{{.Version}}{{end}}`, int32(25))
	require.NoError(t, err)
	assert.Equal(t, "25", got)
}
