package mediatype_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail/internal/mediatype"
)

func TestAnExtensionHasAMediaType(t *testing.T) {
	for ext, want := range map[string]string{
		".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".JPG": "image/jpeg", ".png": "image/png", ".webp": "image/webp",
		".avif": "image/avif", ".jxl": "image/jxl", ".ico": "image/x-icon", ".svg": "image/svg+xml",
		".html": "application/octet-stream", "": "application/octet-stream", "jpg": "application/octet-stream",
	} {
		assert.Equal(t, want, mediatype.Of(ext), ext)
	}
}
