package engine

import (
	"mime"
	"path"
)

// mediaTypes are those of extensions. They are fixed because what package mime knows depends on the
// machine.
var mediaTypes = map[string]string{
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp", ".avif": "image/avif",
}

// MediaType returns the media type of a file's extension, such as ".jpg".
func MediaType(ext string) string {
	if t, ok := mediaTypes[ext]; ok {
		return t
	}
	if t := mime.TypeByExtension(path.Ext(ext)); t != "" {
		return t
	}
	return "application/octet-stream"
}
