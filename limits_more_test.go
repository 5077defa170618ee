package thumbnail_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestADescriberReadsAtMostMaxBytes(t *testing.T) {
	data := photo(t, 200, 100)
	for extra, ok := range map[int64]bool{1: true, 0: true, -1: false} {
		d := thumbnail.Describer{Color: true, MaxSourceBytes: int64(len(data)) + extra}
		info, err := d.Describe(t.Context(), storage.FS(fstest.MapFS{"k.jpg": {Data: data}}), "k.jpg")
		if ok {
			assert.NoError(t, err, extra)
			assert.NotEmpty(t, info.Color, extra)
		} else {
			assert.ErrorIs(t, err, thumbnail.ErrTooLarge, extra)
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
