package thumbnail_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
)

func TestAPathMayHaveAThousandBytesAndNoMore(t *testing.T) {
	signer := newSigner(t)
	source := func(n int) string { return strings.Repeat(strings.Repeat("s", 99)+"/", 9) + strings.Repeat("t", n) }
	u, err := thumbnail.URL("", signer, spec(t, source(1), "5x5", "crop", ".jpg"))
	require.NoError(t, err)
	room := 1000 - len(u) + 1
	u, err = thumbnail.URL("", signer, spec(t, source(room), "5x5", "crop", ".jpg"))
	require.NoError(t, err)
	assert.Len(t, u, 1000)
	_, _, err = thumbnail.ParsePath(u)
	assert.NoError(t, err)
	_, err = thumbnail.URL("", signer, spec(t, source(room+1), "5x5", "crop", ".jpg"))
	assert.ErrorIs(t, err, thumbnail.ErrInvalid)
	_, _, err = thumbnail.ParsePath(strings.Replace(u, "s", "ss", 1))
	assert.ErrorIs(t, err, thumbnail.ErrInvalid)
}

func TestAWordHasLettersDigitsAndUnderscoresOnly(t *testing.T) {
	u, err := thumbnail.URL("", newSigner(t), spec(t, "k.jpg", "5x5", "crop", ".jpg"))
	require.NoError(t, err)
	parts := strings.Split(u, "/")
	for c := range 128 {
		small := 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_'
		word := small || 'A' <= c && c <= 'Z'
		with := func(i int, text string) error {
			changed := slices.Clone(parts)
			changed[i] = text
			_, _, err := thumbnail.ParsePath(strings.Join(changed, "/"))
			return err
		}
		if c != '/' && c != '-' && c != '.' {
			assert.Equal(t, word, with(3, "v"+string(rune(c))+"-"+parts[3]) == nil, "version %q", c)
			assert.Equal(t, word, with(3, string(rune(c))+parts[3]) == nil, "secret %q", c)
			assert.Equal(t, small, with(2, "m"+string(rune(c))) == nil, "method %q", c)
			assert.Equal(t, small && c != '_', with(3, parts[3]+string(rune(c))) == nil, "extension %q", c)
		}
	}
}

// misprinting is a signer that formats sizes wrongly.
type misprinting struct {
	thumbnail.Signer
	format string
}

func (m misprinting) FormatSize(thumbnail.Size) string { return m.format }

func TestASignerThatFormatsAnotherSizeIsRefused(t *testing.T) {
	for format, ok := range map[string]bool{"50x60": true, "050x60": false, "50x61": false, "50": false, "": false, "0x0": false, "a/b": false} {
		_, err := thumbnail.URL("/", misprinting{newSigner(t), format}, spec(t, "k.jpg", "50x60", "crop", ".jpg"))
		assert.Equal(t, ok, err == nil, "%q: %v", format, err)
	}
}
