package thumbnail_test

import (
	"html/template"
	"image"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
)

// row is a database row with the Info of its picture.
type row struct {
	File string
	Info thumbnail.Info
}

func (p row) Name() string              { return p.File }
func (p row) ImageInfo() thumbnail.Info { return p.Info }

func size(w, h int) thumbnail.Size { return thumbnail.Size{Width: w, Height: h} }

// siteLinks returns links with all kinds of presets.
func siteLinks(t testing.TB) thumbnail.Links {
	return thumbnail.Links{
		Base: "/thumbs/", Signer: newSigner(t), Extensions: []string{".jpg", ".webp", ".avif"},
		Presets: thumbnail.Presets{
			"avatar": {Size: size(48, 48), Densities: []float64{1, 1.5, 2}},
			"card":   {Size: size(400, 300), Formats: []string{".webp"}, Densities: []float64{1, 2}},
			"hero":   {Size: size(1000, 500), Formats: []string{".avif", ".webp"}},
			"free":   {Size: size(800, 0), Method: "scale"},
			"tall":   {Size: size(0, 300), Method: "scale"},
			"fit":    {Size: size(400, 300), Method: "fit"},
			"pad":    {Size: size(400, 300), Method: "pad_ffffff", Densities: []float64{1, 2}},
			"focus":  {Size: size(100, 100), Method: "focus", Densities: []float64{1}},
			"widths": {Size: size(600, 0), Method: "scale", Widths: []int{200, 600, 1200}, Sizes: "50vw"},
		},
	}
}

func renderWith(t testing.TB, l thumbnail.Links, text string, data any) (string, error) {
	tmpl, err := template.New("page").Funcs(l.FuncMap()).Parse(text)
	require.NoError(t, err)
	var b strings.Builder
	err = tmpl.Execute(&b, data)
	return b.String(), err
}

// sizesIn returns the sizes in the URLs of a srcset, with their descriptors.
func sizesIn(srcset string) (all []string) {
	for _, c := range strings.Split(srcset, ", ") {
		url, descriptor, _ := strings.Cut(c, " ")
		parts := strings.Split(url, "/")
		if len(parts) < 4 {
			continue
		}
		all = append(all, strings.TrimSpace(parts[len(parts)-3]+" "+descriptor))
	}
	return all
}

func TestAPictureHasTheFilesOfItsPreset(t *testing.T) {
	large := thumbnail.Info{Width: 6000, Height: 4000, Version: "v1"}
	for _, c := range []struct {
		preset        string
		info          thumbnail.Info
		src           string
		files         string
		width, height int
	}{
		{"hero", large, "1000x500", "320x160 320w, 480x240 480w, 640x320 640w, 1000x500 1000w, 1280x640 1280w, 2000x1000 2000w", 1000, 500},
		{"hero", thumbnail.Info{}, "1000x500", "320x160 320w, 480x240 480w, 640x320 640w, 1000x500 1000w, 1280x640 1280w, 2000x1000 2000w", 1000, 500},
		{"hero", thumbnail.Info{Width: 1100, Height: 4000}, "1000x500", "320x160 320w, 480x240 480w, 640x320 640w, 1000x500 1000w, 1100x550 1100w", 1000, 500},
		{"hero", thumbnail.Info{Width: 1300, Height: 4000}, "1000x500", "320x160 320w, 480x240 480w, 640x320 640w, 1000x500 1000w, 1300x650 1300w", 1000, 500},
		{"hero", thumbnail.Info{Width: 700, Height: 350}, "700x350", "320x160 320w, 480x240 480w, 700x350 700w", 700, 350},
		{"hero", thumbnail.Info{Width: 4000, Height: 300}, "600x300", "320x160 320w, 480x240 480w, 600x300 600w", 600, 300},
		{"hero", thumbnail.Info{Width: 200, Height: 100}, "200x100", "", 200, 100},
		{"avatar", large, "48x48", "48x48 1x, 72x72 1.5x, 96x96 2x", 48, 48},
		{"avatar", thumbnail.Info{Width: 60, Height: 80}, "48x48", "48x48 1x, 60x60 1.25x", 48, 48},
		{"avatar", thumbnail.Info{Width: 40, Height: 30}, "30x30", "", 30, 30},
		{"free", large, "800x", "320x 320w, 480x 480w, 640x 640w, 800x 800w, 1280x 1280w, 1600x 1600w", 800, 533},
		{"free", thumbnail.Info{}, "800x", "320x 320w, 480x 480w, 640x 640w, 800x 800w, 1280x 1280w, 1600x 1600w", 0, 0},
		{"free", thumbnail.Info{Width: 900, Height: 600}, "800x", "320x 320w, 480x 480w, 640x 640w, 800x 800w, 900x 900w", 800, 533},
		{"tall", large, "x300", "x300 1x, x600 2x", 450, 300},
		{"tall", thumbnail.Info{}, "x300", "x300 1x, x600 2x", 0, 0},
		{"tall", thumbnail.Info{Width: 300, Height: 400}, "x300", "x300 1x, x400 1.333x", 225, 300},
		{"fit", thumbnail.Info{}, "400x300", "400x300 1x, 800x600 2x", 0, 0},
		{"fit", thumbnail.Info{Width: 1000, Height: 2000}, "400x300", "320x240 120w, 400x300 150w, 640x480 240w, 800x600 300w", 150, 300},
		{"fit", thumbnail.Info{Width: 200, Height: 100}, "200x150", "", 200, 100},
		{"pad", thumbnail.Info{}, "400x300", "400x300 1x, 800x600 2x", 400, 300},
		{"pad", thumbnail.Info{Width: 3000, Height: 1000}, "400x300", "400x300 1x, 800x600 2x", 400, 300},
		{"pad", thumbnail.Info{Width: 600, Height: 100}, "400x300", "400x300 1x, 600x450 1.5x", 400, 300},
		{"widths", large, "600x", "200x 200w, 600x 600w, 1200x 1200w", 600, 400},
		{"widths", thumbnail.Info{Width: 700, Height: 700}, "600x", "200x 200w, 600x 600w, 700x 700w", 600, 600},
	} {
		img, err := siteLinks(t).Image(row{"a.jpg", c.info}, c.preset)
		require.NoError(t, err)
		name := c.preset + " of " + size(c.info.Width, c.info.Height).String()
		assert.Equal(t, c.src, sizesIn(img.Src)[0], name)
		assert.Equal(t, c.files, strings.Join(sizesIn(img.Srcset), ", "), name)
		assert.Equal(t, []int{c.width, c.height}, []int{img.Width, img.Height}, name)
		assert.Equal(t, strings.HasSuffix(img.Srcset, "w"), img.Sizes != "", name)
	}
}

func TestNoFileExceedsALimit(t *testing.T) {
	l := siteLinks(t)
	l.MaxWidth = 1500
	img, err := l.Image("a.jpg", "hero")
	require.NoError(t, err)
	assert.NotContains(t, img.Srcset, "2000w")
	avif := sizesIn(img.Sources[0].Srcset)
	assert.Equal(t, "image/avif", img.Sources[0].Type)
	assert.Equal(t, "1280x640 1280w", avif[len(avif)-1])
	l.PixelLimits = map[string]int64{".avif": 300_000}
	img, err = l.Image("a.jpg", "hero")
	require.NoError(t, err)
	avif = sizesIn(img.Sources[0].Srcset)
	assert.Equal(t, "640x320 640w", avif[len(avif)-1])
	l.PixelLimits = map[string]int64{".avif": 1000}
	img, err = l.Image("a.jpg", "hero")
	require.NoError(t, err)
	require.Len(t, img.Sources, 1, "a format of which nothing is left is none")
	assert.Equal(t, "image/webp", img.Sources[0].Type)
}

func TestImgPrintsAllAttributes(t *testing.T) {
	p := row{"a b.jpg", thumbnail.Info{Width: 6000, Height: 4000, Version: "v1", Color: "#aabbcc"}}
	got, err := renderWith(t, siteLinks(t), `{{img .P "avatar" "alt" .Alt "class" "round" "data-id" 7 "itemprop" true "hidden" false}}`,
		map[string]any{"P": p, "Alt": `"x" onerror=alert(1)`})
	require.NoError(t, err)
	assert.Regexp(t, `^<img src="/thumbs/a%20b\.jpg/48x48/crop/v1-[0-9a-f]{40}\.jpg" srcset="[^"]* 1x, [^"]* 1\.5x, [^"]* 2x" width="48" height="48" `+
		`alt="&#34;x&#34; onerror=alert\(1\)" loading="lazy" decoding="async" class="round" data-id="7" itemprop>$`, got)

	got, err = renderWith(t, siteLinks(t), `{{img .P "hero" "alt" "" "priority" true "placeholder" true}}`, map[string]any{"P": p})
	require.NoError(t, err)
	assert.Contains(t, got, `sizes="(min-width: 1000px) 1000px, 100vw"`, "no auto where nothing is lazy")
	assert.Contains(t, got, `alt="" loading="eager" fetchpriority="high" style="background-color:#aabbcc">`)
	assert.NotContains(t, got, "decoding")

	got, err = renderWith(t, siteLinks(t), `{{img "a.jpg" "free" "alt" "x"}}`, nil)
	require.NoError(t, err)
	assert.NotContains(t, got, "width=")
	assert.Contains(t, got, `sizes="(min-width: 800px)`, "auto needs width and height")
}

func TestPictureHasASourceForEachFormat(t *testing.T) {
	got, err := renderWith(t, siteLinks(t), `{{picture "a.jpg" "hero" "alt" "x" "sizes" "50vw"}}`, nil)
	require.NoError(t, err)
	assert.Regexp(t, `^<picture><source type="image/avif" srcset="[^"]+\.avif 320w, [^"]+" sizes="auto, 50vw"><source type="image/webp" srcset="[^"]+" sizes="auto, 50vw">`+
		`<img src="[^"]+\.jpg" srcset="[^"]+" sizes="auto, 50vw" width="1000" height="500" alt="x" loading="lazy" decoding="async"></picture>$`, got)
	got, err = renderWith(t, siteLinks(t), `{{picture "a.jpg" "avatar" "alt" "x"}}`, nil)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(got, "<img "), "one format needs no picture: %s", got)
}

func TestPreloadPrintsTheWholeElementForTheBestFormat(t *testing.T) {
	got, err := renderWith(t, siteLinks(t), `{{preload "a.jpg" "hero"}}`, nil)
	require.NoError(t, err)
	assert.Regexp(t, `^<link rel="preload" as="image" imagesrcset="[^"]+\.avif 320w, [^"]+" imagesizes="\(min-width: 1000px\) 1000px, 100vw" type="image/avif" fetchpriority="high">$`, got)
	got, err = renderWith(t, siteLinks(t), `{{preload "a.jpg" "focus"}}`, nil)
	require.NoError(t, err)
	assert.Regexp(t, `^<link rel="preload" as="image" href="/thumbs/[^" ]+\.jpg" type="image/jpeg" fetchpriority="high">$`, got)
}

func TestSrcsetSurvivesTheTemplate(t *testing.T) {
	got, err := renderWith(t, siteLinks(t), `<img srcset="{{srcset "a.jpg" "avatar"}}">`, nil)
	require.NoError(t, err)
	assert.Regexp(t, ` 1x, .* 1\.5x, .* 2x">$`, got)
	assert.NotContains(t, got, "ZgotmplZ")
	small := row{"a.jpg", thumbnail.Info{Width: 30, Height: 30}}
	for preset, descriptor := range map[string]string{"hero": " 30w", "card": " 1x"} { // the tag may have the attribute sizes
		got, err = renderWith(t, siteLinks(t), `{{srcset . "`+preset+`"}}`, small)
		require.NoError(t, err)
		assert.Regexp(t, `^\S+\.jpg`+descriptor+`$`, got)
	}
}

func TestALinkHasTheSizeOfItsFile(t *testing.T) {
	p := row{"a.jpg", thumbnail.Info{Width: 600, Height: 400}}
	for text, want := range map[string]string{
		`{{with thumbnail .P "200x" "scale" ".jpg"}}{{.Width}}x{{.Height}}{{end}}`:             "200x133",
		`{{with thumbnail "a.jpg" "200x" "scale" ".jpg"}}{{.Width}}x{{.Height}}{{end}}`:        "200x0",
		`{{with thumbnail "a.jpg" "200x100" "crop" ".jpg"}}{{.Width}}x{{.Height}}{{end}}`:      "200x100",
		`{{with thumbnail "a.jpg" "200x100" "fit" ".jpg"}}{{.Width}}x{{.Height}}{{end}}`:       "0x0",
		`{{with thumbnail .P "hero"}}{{.Width}}x{{.Height}} {{.Size}} {{.Version}}{{end}}`:     "600x300 600x300 ",
		`{{with thumbnail .P "hero" 7}}{{.Version}}{{end}}`:                                    "7",
		`{{with thumbnail .P "200x100" "crop" ".jpg" .T}}{{.Version}}{{end}}`:                  "2s",
		`{{with thumbnail .P "4096x4096" "crop" ".jpg"}}{{.Size}}{{end}}`:                      "4096x4096",
		`{{with thumbnail .F "focus"}}{{.Method}}{{end}}`:                                      "focus_42_67",
		`{{with thumbnail .P "focus"}}{{.Method}}{{end}}`:                                      "focus",
		`{{with thumbnail "" "focus"}}{{.Method}}{{else}}none{{end}}{{thumbnail "" "avatar"}}`: "none",
	} {
		got, err := renderWith(t, siteLinks(t), text, map[string]any{
			"P": p, "T": time.Unix(0, 100), "F": row{"a.jpg", thumbnail.Info{Focus: image.Pt(42, 67)}},
		})
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
}

// A page of 200 pictures in 3 formats and 5 widths.
func BenchmarkPage(b *testing.B) {
	l := siteLinks(b)
	l.Presets["page"] = thumbnail.Preset{Size: size(640, 480), Formats: []string{".avif", ".webp"}, Widths: []int{320, 480, 640, 960, 1280}}
	tmpl := template.Must(template.New("page").Funcs(l.FuncMap()).Parse(`{{range .}}{{picture . "page" "alt" .File}}{{end}}`))
	photos := make([]row, 200)
	for i := range photos {
		photos[i] = row{"animals/kitten" + strings.Repeat("x", i%7) + ".jpg", thumbnail.Info{Width: 4000, Height: 3000, Version: "v1"}}
	}
	b.ReportAllocs()
	for b.Loop() {
		var page strings.Builder
		if err := tmpl.Execute(&page, photos); err != nil {
			b.Fatal(err)
		}
	}
}
