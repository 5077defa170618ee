package thumbnail_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/response"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestAnErrorOfConfigNamesTheWrongField(t *testing.T) {
	dir, err := storage.OpenDir(t.TempDir())
	require.NoError(t, err)
	defer dir.Close()
	for want, change := range map[string]func(*thumbnail.Config){
		"Config.Source is missing":     func(c *thumbnail.Config) { c.Source = nil },
		"Config.Storage is missing":    func(c *thumbnail.Config) { c.Storage = nil },
		"Config.Signer is missing":     func(c *thumbnail.Config) { c.Signer = nil },
		"Config.MaxPixels is negative": func(c *thumbnail.Config) { c.MaxPixels = -1 },
		`Config.Processors: method "Water-Mark" is not 1 to 32 of a-z, 0-9 and _`: func(c *thumbnail.Config) {
			c.Processors = thumbnail.Processors{"Water-Mark": processors.Crop{}}
		},
		`Config.Encoders: extension "jpg" has to begin with a dot: ".jpg"`: func(c *thumbnail.Config) {
			c.Encoders = thumbnail.Encoders{"jpg": processors.JPEG{}}
		},
		`Config.Encoders: extension ".JPG" is not a dot and 1 to 8 of a-z and 0-9`: func(c *thumbnail.Config) {
			c.Encoders = thumbnail.Encoders{".JPG": processors.JPEG{}}
		},
		`Config.CacheControl "public\r\nX: y" can't be a header`: func(c *thumbnail.Config) { c.CacheControl = "public\r\nX: y" },
		`Config.CacheControlVersioned "\x7f" can't be a header`:  func(c *thumbnail.Config) { c.CacheControlVersioned = "\x7f" },
		`Prefix "_thumbs/" does not begin with a slash`: func(c *thumbnail.Config) {
			c.Storage, c.Responder = dir, response.Nginx{Prefix: "_thumbs/"}
		},
		`Root "srv/thumbs" is not absolute`: func(c *thumbnail.Config) {
			c.Storage, c.Responder = dir, &response.Apache{Root: "srv/thumbs"}
		},
		`Config.Encoders: the media type of ".xyz" is not known: its Encoder needs a method ContentType() string`: func(c *thumbnail.Config) {
			c.Encoders = thumbnail.Encoders{".xyz": processors.JPEG{}}
		},
		"Config.Storage and Config.Source overlap": func(c *thumbnail.Config) { c.Source, c.Storage = dir, dir },
	} {
		c := newSite(t).Config
		change(&c)
		_, err := thumbnail.NewHandler(c)
		assert.ErrorContains(t, err, want)
	}
}

func TestAPresetThatCannotBeServedIsAnErrorOfNewHandler(t *testing.T) {
	size := thumbnail.Size{Width: 10, Height: 10}
	for _, p := range []thumbnail.Preset{
		{Size: size, Method: "sepia"}, {Size: size, Ext: ".tga"}, {Size: size, Formats: []string{".tga"}}, {}, {Size: thumbnail.Size{Width: 5000}},
		{Size: size, Method: "focus_101_0"}, {Size: size, Method: "crop_1"},
	} {
		s := newSite(t)
		s.Presets = thumbnail.Presets{"card": p}
		_, err := thumbnail.NewHandler(s.Config)
		require.ErrorContains(t, err, `Config.Presets: preset "card"`, "%+v", p)
	}
	s := newSite(t)
	s.Presets = thumbnail.Presets{"card": {Size: size, Method: "focus_42_67"}}
	require.NotNil(t, s.handler(t))
}
