package s3

import (
	"path"
	"strings"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// object gives the name in the bucket for key, and false if no object can have it.
func (s *Storage) object(key string) (string, bool) {
	name := s.cfg.Prefix + key
	return name, storage.ValidKey(key) && len(name) <= maxFullKey
}

// contentTypes has the extensions of pictures. They are not left to package mime, whose table
// depends on the machine.
var contentTypes = map[string]string{
	".avif": "image/avif",
	".bmp":  "image/bmp",
	".gif":  "image/gif",
	".heic": "image/heic",
	".heif": "image/heif",
	".jpeg": "image/jpeg",
	".jpg":  "image/jpeg",
	".jxl":  "image/jxl",
	".png":  "image/png",
	".svg":  "image/svg+xml",
	".tif":  "image/tiff",
	".tiff": "image/tiff",
	".webp": "image/webp",
}

// contentType gives the media type for key by its extension; application/octet-stream if it is not
// a picture's.
func contentType(key string) string {
	if t := contentTypes[strings.ToLower(path.Ext(key))]; t != "" {
		return t
	}
	return "application/octet-stream"
}
