package ability_test

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
)

type wrapper struct{ io.Reader }

func (w wrapper) Unwrap() io.Reader { return w.Reader }

type concrete struct{ r *strings.Reader }

func (c concrete) Unwrap() *strings.Reader { return c.r }

type circle struct{}

func (c *circle) Unwrap() any { return c }

type odd struct{}

func (odd) Unwrap(int) io.Reader { return nil }

func TestAnAbilityIsFoundBehindAnyNumberOfWrappers(t *testing.T) {
	inner := strings.NewReader("x")
	for _, v := range []any{inner, wrapper{inner}, wrapper{wrapper{inner}}, concrete{inner}, wrapper{struct {
		io.Reader
		concrete
	}{nil, concrete{inner}}}} {
		seeker, ok := ability.Find[io.Seeker](v)
		assert.True(t, ok, "%T", v)
		assert.Same(t, inner, seeker, "%T", v)
	}
}

func TestAMissingAbilityIsNotFound(t *testing.T) {
	var none *strings.Reader
	for _, v := range []any{nil, none, 7, wrapper{}, wrapper{none}, &circle{}, odd{}, concrete{}, wrapper{io.MultiReader()}} {
		assert.False(t, ability.Has[io.Seeker](v), "%T", v)
	}
	assert.True(t, ability.IsNil(none))
	assert.True(t, ability.IsNil(nil))
	assert.False(t, ability.IsNil(7))
}
