package thumbnail_test

import (
	"errors"
	"html/template"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
)

func TestMistakesOfATemplateAreFoundBeforeItIsExecuted(t *testing.T) {
	links := exampleLinks()
	for text, mistake := range map[string]string{
		`{{img .Photo "avatar" "alt" .Name}}`:                                      "",
		`{{img .Photo .Preset "alt" .Name}}`:                                       "",
		`{{img .Photo "avatar" "alt" .Name "priority" .First "loading" .Loading}}`: "",
		`{{img .Photo "avatar" "alt" "" "placeholder" .P "version" .V}}`:           "",
		`{{img .Photo "avatar" "Priority" .First "ALT" .Name}}`:                    "",
		`{{img .Photo "avatar" .Attribute .Value "alt" ""}}`:                       "",
		`{{picture . "card" "alt" (printf "%s!" .Name)}}`:                          "",
		`{{preload "a.jpg" "card"}}{{srcset . "card"}}`:                            "",
		`{{thumbnail . "avatar"}}{{thumbnail . "avatar" .Version}}`:                "",
		`{{thumbnail . "10x10" "crop" ".jpg"}}{{thumbnail . .Size "crop" ".jpg"}}`: "",
		`{{thumbnail . "10x10" "crop" ".jpg" .Version}}`:                           "",
		`{{thumbnail . "10x10" "crop" ".jpg" 3}}`:                                  "",
		`{{printf "%s" .Name}}{{"hero" | print}}`:                                  "",
		`{{.Name | img .Photo "avatar" "alt"}}`:                                    "",
		`{{.Name | printf "%s!" | img .Photo "avatar" "alt"}}`:                     "",

		`{{img .Photo "hero" "alt" .Name}}`:                          "hero",
		`{{img .Photo "avatar"}}`:                                    "alt",
		`{{img .Photo "avatar" "alt" .Name "onclick" .X}}`:           "onclick",
		`{{img .Photo "avatar" "alt"}}`:                              "no value",
		`{{img .Photo "avatar" "alt" "" "loading" "soon"}}`:          "soon",
		`{{img .Photo}}`:                                             "missing",
		`{{img}}`:                                                    "missing",
		`{{img "../x" "avatar" "alt" ""}}`:                           "../x",
		`{{preload . "card" "alt" ""}}`:                              "it takes sizes, version",
		`{{preload . "card" "version" .}}{{srcset . "card" . .}}`:    "",
		`{{thumbnail . "9000x9000" "crop" ".jpg"}}`:                  "9000",
		`{{thumbnail . "10x10" "crop" ".tiff"}}`:                     ".tiff",
		`{{thumbnail . "10x10" "squash" ".jpg" .Version}}`:           "squash",
		`{{thumbnail . "10x10" "crop" ".jpg" 1.5}}`:                  "1.5",
		`{{if .A}}{{img . "hero" "alt" ""}}{{end}}`:                  "hero",
		`{{if (srcset . "hero")}}{{end}}`:                            "hero",
		`{{range .A}}{{else}}{{img . "hero" "alt" ""}}{{end}}`:       "hero",
		`{{with $l := thumbnail . "hero"}}{{$l.URL}}{{end}}`:         "hero",
		`{{(thumbnail . "hero").URL}}`:                               "hero",
		`{{img . "hero" .Attribute .Value}}`:                         "hero",
		`{{picture . "hero" .Attribute .Value}}`:                     "hero",
		`{{thumbnail . "hero" .Version}}`:                            "hero",
		`{{thumbnail . .Preset .Version}}`:                           "",
		`{{thumbnail . .Size .Method .Ext}}`:                         "",
		`{{thumbnail . .Size .Method .Ext .Version}}`:                "",
		`{{print (thumbnail . "hero").URL}}`:                         "hero",
		`{{"alt" | img . "hero"}}`:                                   "hero",
		`{{template "b" (thumbnail . "hero")}}{{define "b"}}{{end}}`: "hero",
		`{{define "c"}}{{img . "hero" "alt" ""}}{{end}}`:             "hero",
	} {
		page := template.Must(template.New("page.html").Funcs(links.FuncMap()).Parse(text))
		err := links.CheckTemplate(page)
		if mistake == "" {
			assert.NoError(t, err, text)
			continue
		}
		require.ErrorIs(t, err, thumbnail.ErrInvalid, text)
		assert.ErrorContains(t, err, mistake, text)
		assert.True(t, strings.HasPrefix(err.Error(), "template: page.html:1:"), err)
	}
}

func TestOneCheckFindsAllMistakesOfATemplate(t *testing.T) {
	links := exampleLinks()
	page := template.Must(template.New("a").Funcs(links.FuncMap()).Parse(
		"{{img . \"x1\" \"alt\" \"\"}}\n{{img . \"x2\" \"alt\" \"\"}}{{define \"b\"}}{{srcset . \"x3\"}}{{end}}"))
	err := links.CheckTemplate(page)
	page = template.Must(template.New("a").Funcs(links.FuncMap()).Parse(`{{img "../x" "avatar" "alt" ""}}{{img "x.jpg" "avatar" "alt" ""}}`))
	assert.Equal(t, 1, strings.Count(links.CheckTemplate(page).Error(), "template: a:1:"), "the second call is right")
	for _, where := range []string{"a:1:", "a:2:", "x1", "x2", "x3"} {
		assert.ErrorContains(t, err, where)
	}
}

func TestACheckedTemplateIsExecutedAsIfItHadNotBeenChecked(t *testing.T) {
	links := exampleLinks()
	links.OnError = func(err error) { t.Error(err) }
	page := template.Must(template.New("a").Funcs(links.FuncMap()).Parse(`{{img . "avatar" "alt" .}}`))
	require.NoError(t, links.CheckTemplate(page))
	var before strings.Builder
	require.NoError(t, page.Execute(&before, "kitten.jpg"))
	require.NoError(t, links.CheckTemplate(page), "html/template has added its escapers")
	assert.Contains(t, before.String(), "kitten.jpg")
}

// What the check finds, the execution finds as well.
func TestTheCheckOfATemplateIsNoStricterThanItsExecution(t *testing.T) {
	links := exampleLinks()
	for _, text := range []string{`{{img . "hero" "alt" ""}}`, `{{thumbnail . "9000x9000" "crop" ".jpg"}}`, `{{img . "avatar"}}`} {
		page := template.Must(template.New("a").Funcs(links.FuncMap()).Parse(text))
		checked := links.CheckTemplate(page)
		executed := page.Execute(io.Discard, "kitten.jpg")
		require.Error(t, executed, text)
		assert.True(t, errors.Is(checked, thumbnail.ErrInvalid) && errors.Is(executed, thumbnail.ErrInvalid), text)
	}
}
