package thumbnail_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
)

// pointed is a row whose methods have pointer receivers.
type pointed struct{ row }

func (p *pointed) Name() string              { return p.File }
func (p *pointed) ImageInfo() thumbnail.Info { return p.Info }

// halfPointed has a Name that values have too.
type halfPointed struct{ file string }

func (p halfPointed) Name() string { return p.file }
func (p *halfPointed) ImageInfo() thumbnail.Info {
	return thumbnail.Info{Version: "v7", Width: 900, Height: 600}
}

func TestMethodsOnPointersAreFoundInSlicesAndFields(t *testing.T) {
	info := thumbnail.Info{Version: "v7", Width: 900, Height: 600}
	want, err := renderWith(t, siteLinks(t), `{{img . "hero" "alt" ""}}`, row{"a.jpg", info})
	require.NoError(t, err)
	for _, list := range []any{
		[]row{{"a.jpg", info}}, []*row{{"a.jpg", info}}, []pointed{{row{"a.jpg", info}}}, []*pointed{{row{"a.jpg", info}}},
		[]halfPointed{{"a.jpg"}}, []*halfPointed{{"a.jpg"}}, []any{halfPointed{"a.jpg"}}, map[string]pointed{"k": {row{"a.jpg", info}}},
	} {
		got, err := renderWith(t, siteLinks(t), `{{range .}}{{img . "hero" "alt" ""}}{{end}}`, list)
		require.NoError(t, err, "%T", list)
		assert.Equal(t, want, got, "%T", list)
	}
	var none *pointed
	for _, empty := range []any{none, pointed{}, halfPointed{}} {
		got, err := renderWith(t, siteLinks(t), `[{{img . "hero" "alt" ""}}]`, empty)
		require.NoError(t, err)
		assert.Equal(t, "[]", got, "%T", empty)
	}
}

func TestANegativeVersionIsBadDataAndLeavesThePageWhole(t *testing.T) {
	l := siteLinks(t)
	var told error
	l.OnError = func(err error) { told = err }
	got, err := renderWith(t, l, `[{{img "a.jpg" "avatar" "alt" "" "version" .}}]`, -7)
	require.NoError(t, err)
	assert.Equal(t, "[]", got)
	assert.ErrorContains(t, told, `version "-7"`)
}
