package thumbnail_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestConfigIsCheckedAndTheWrongFieldNamed(t *testing.T) {
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
		"Config.Storage and Config.Source overlap": func(c *thumbnail.Config) { c.Source, c.Storage = dir, dir },
	} {
		c := newSite(t).Config
		change(&c)
		_, err := thumbnail.NewHandler(c)
		assert.ErrorContains(t, err, want)
	}
}
