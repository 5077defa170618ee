package thumbnail_test

import (
	"html/template"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
)

// fileField is the type of a picture in a program's own model.
type fileField struct{ name string }

func (f *fileField) Name() string { return f.name }

type page struct {
	Photo  any
	Size   any
	Method string
	Title  string
}

func render(t *testing.T, text string, data any) (string, error) {
	tmpl, err := template.New("page").Funcs(thumbnail.FuncMap("/thumbs/", newSigner(t))).Parse(text)
	require.NoError(t, err)
	var b strings.Builder
	err = tmpl.Execute(&b, data)
	return b.String(), err
}

const kittenURL = "/thumbs/animals/kitten.jpg/100x100/crop/96d7643e93d96133c68e4405a16ce591863c0c46.jpg"

func TestTheTemplateFunctionPrintsAURL(t *testing.T) {
	for _, photo := range []any{"animals/kitten.jpg", &fileField{"animals/kitten.jpg"}, pointer("animals/kitten.jpg"), template.HTML("animals/kitten.jpg")} {
		for _, size := range []any{"100x100", thumbnail.Size{Width: 100, Height: 100}} {
			got, err := render(t, `<img src="{{thumbnail .Photo .Size .Method ".jpg"}}" alt="{{.Title}}">`, page{photo, size, "crop", "a & b"})
			require.NoError(t, err, "%T", photo)
			assert.Equal(t, `<img src="`+kittenURL+`" alt="a &amp; b">`, got)
		}
	}
}

func pointer[T any](v T) *T { return &v }

func TestTheTemplateFunctionWorksWithWith(t *testing.T) {
	got, err := render(t, `{{with thumbnail .Photo "100x100" "crop" ".jpg"}}<img src="{{.URL}}" width="{{.Size.Width}}" title="{{.Source}}">{{end}}`, page{Photo: "animals/kitten.jpg"})
	require.NoError(t, err)
	assert.Equal(t, `<img src="`+kittenURL+`" width="100" title="animals/kitten.jpg">`, got)
}

func TestAnEmptySourceIsEmptyInBothUses(t *testing.T) {
	var none *fileField
	for _, photo := range []any{"", nil, &fileField{}, none, (*string)(nil), pointer("")} {
		got, err := render(t, `[{{thumbnail .Photo "100x100" "crop" ".jpg"}}]{{with thumbnail .Photo "100x100" "crop" ".jpg"}}<img src="{{.URL}}">{{else}}none{{end}}<i title="{{thumbnail .Photo "1x" "crop" ".jpg"}}">`, page{Photo: photo})
		require.NoError(t, err)
		assert.Equal(t, `[]none<i title="">`, got, "%T", photo)
		got, err = render(t, `<img src="{{thumbnail .Photo "100x100" "crop" ".jpg"}}">`, page{Photo: photo})
		require.NoError(t, err)
		assert.Equal(t, `<img src="">`, got, "%T", photo)
	}
}

func TestAVersionIsAnAdditionalArgument(t *testing.T) {
	got, err := render(t, `{{thumbnail .Photo "200x150" "crop" ".jpg" .Title}}`, page{Photo: "animals/kitten.jpg", Title: "v2"})
	require.NoError(t, err)
	assert.Equal(t, "/thumbs/animals/kitten.jpg/200x150/crop/v2-405e761b6e14aa0777eb892b49135f7752bfc708.jpg", got)
}

func TestBadArgumentsStopTheTemplateAndAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		`{{thumbnail "k.jpg" "100" "crop" ".jpg"}}`:             `size "100"`,
		`{{thumbnail "k.jpg" "200 x 200" "crop" ".jpg"}}`:       `size "200 x 200"`,
		`{{thumbnail "k.jpg" .Photo "crop" ".jpg"}}`:            `a size is`,
		`{{thumbnail "k.jpg" 7 "crop" ".jpg"}}`:                 `a size is`,
		`{{thumbnail "k.jpg" "100x100" "foo" ".jpg"}}`:          `method "foo"`,
		`{{thumbnail "k.jpg" "100x100" "crop" "jpg"}}`:          `extension "jpg"`,
		`{{thumbnail "k.jpg" "100x100" "crop" ".exe"}}`:         `extension ".exe"`,
		`{{thumbnail 42 "100x100" "crop" ".jpg"}}`:              `a value of type int is neither`,
		`{{thumbnail "k.jpg" "100x100" "crop" ".jpg" "1" "2"}}`: `it has 6 arguments`,
	} {
		_, err := render(t, text, page{})
		assert.ErrorContains(t, err, want, text)
		assert.ErrorIs(t, err, thumbnail.ErrInvalid, text)
	}
}

func TestArgumentsAreAlwaysEscaped(t *testing.T) {
	evil := `x" onerror="alert(1)`
	got, err := render(t, `<img src="{{thumbnail .Photo "1x" "crop" ".jpg"}}" title="{{thumbnail .Photo "1x" "crop" ".jpg"}}"><script>let u = {{thumbnail .Photo "1x" "crop" ".jpg"}}</script>{{with thumbnail .Photo "1x" "crop" ".jpg"}}<b title="{{.Source}}">{{.Source}}</b>{{end}}`, page{Photo: evil})
	require.NoError(t, err)
	assert.NotContains(t, got, `" onerror`)
	assert.Contains(t, got, `<script>let u = "/thumbs/x%22%20onerror`, "in a script the link is a string")
	got, err = render(t, `<img srcset="{{thumbnail .Photo "1x" "crop" ".jpg"}} 1x, {{thumbnail .Photo "2x" "crop" ".jpg"}} 2x">`, page{Photo: "a b,c.jpg"})
	require.NoError(t, err)
	assert.Contains(t, got, "a%20b%2Cc.jpg/1x/crop/")
	// html/template unescapes the bytes: the escaped URL has the same path.
	got, err = render(t, `<a href="{{thumbnail .Photo "1x" "crop" ".jpg"}}">`, page{Photo: `it's (1) "x" &amp; 100%.jpg`})
	require.NoError(t, err)
	path := strings.TrimPrefix(decoded(t, strings.TrimSuffix(strings.TrimPrefix(got, `<a href="`), `">`)), "thumbs/")
	spec, _, err := thumbnail.ParsePath(path)
	require.NoError(t, err)
	assert.Equal(t, `it's (1) "x" &amp; 100%.jpg`, spec.Source)
}

func TestLinksKnowTheirMethodsAndExtensions(t *testing.T) {
	links := thumbnail.Links{Base: "/", Signer: newSigner(t), Methods: []string{"watermark"}, Extensions: []string{".jxl"}}
	_, err := links.URL(thumbnail.Spec{Source: "k", Size: thumbnail.Size{Width: 1}, Method: "watermark", Ext: ".jxl"})
	assert.NoError(t, err)
	_, err = links.URL(thumbnail.Spec{Source: "k", Size: thumbnail.Size{Width: 1}, Method: "crop", Ext: ".jxl"})
	assert.ErrorContains(t, err, `"crop"`)
	_, err = links.URL(thumbnail.Spec{Source: "k", Size: thumbnail.Size{Width: 1}, Method: "watermark", Ext: ".jpg"})
	assert.ErrorContains(t, err, `".jpg"`)
	assert.Contains(t, links.FuncMap(), "thumbnail")
}
